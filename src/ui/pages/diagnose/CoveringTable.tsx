/** How many atoms it would take to reach every direction of a feature, by how many may be used at once. */
import { useMemo } from 'react';
import type { CoveringEntry } from '../../../analysis/report_types';
import { DataTable, type DataColumn } from '../../parts/DataTable';
import { formatFixed, formatInteger, formatPercent } from '../../plots/format';
import type { DiagnosedModel } from './diagnosed';
import { diagnoseTexts as texts } from './texts';

interface CoveringRow {
  readonly feature: number;
  readonly name: string;
  readonly entries: readonly CoveringEntry[];
}

export function CoveringTable({ diagnosed }: { readonly diagnosed: DiagnosedModel }) {
  const { model, diagnosis } = diagnosed;
  const { covering, features } = diagnosis.splitting;
  const entries = useMemo(() => covering ?? [], [covering]);
  const rows = useMemo<readonly CoveringRow[]>(
    () =>
      [...new Set(entries.map(({ feature }) => feature))].map((feature) => ({
        feature,
        name: features?.find((known) => known.feature === feature)?.name ?? `feature ${feature}`,
        entries: entries.filter((entry) => entry.feature === feature),
      })),
    [entries, features],
  );
  const columns = useMemo(() => coveringColumns(entries), [entries]);
  return (
    <DataTable
      title="Covering number"
      hint={texts.covering}
      fileName={`covering-${model.name}`}
      columns={columns}
      rows={rows}
      rowKey={({ feature }) => feature}
      empty="No feature was sampled."
      tall={8}
    />
  );
}

function coveringColumns(entries: readonly CoveringEntry[]): readonly DataColumn<CoveringRow>[] {
  const cases = entries.filter(({ feature }) => feature === entries[0]?.feature);
  return [
    { id: 'feature', head: 'Feature', text: texts.feature, value: ({ name }) => name },
    ...cases.map(({ k, epsilon }, position): DataColumn<CoveringRow> => {
      const of = (row: CoveringRow) =>
        row.entries.find((entry) => entry.k === k && entry.epsilon === epsilon);
      return {
        id: `k${k}_epsilon${epsilon}`,
        head: `k ${k}, ε ${formatFixed(epsilon, 1)}`,
        text: texts.covering,
        divided: position > 0 && cases[position - 1]?.k !== k,
        // A cover that leaves directions out is not a cover.
        value: (row) => {
          const entry = of(row);
          return entry?.covered === 1 ? entry.atoms : null;
        },
        cell: (row) => {
          const entry = of(row);
          if (entry === undefined) return '–';
          if (entry.covered === 1) return formatInteger(entry.atoms);
          return (
            <span
              className="quiet"
              title={`${formatInteger(entry.atoms)} atoms reach only ${formatPercent(entry.covered)} of the directions`}
            >
              {formatPercent(entry.covered, 2)}
            </span>
          );
        },
      };
    }),
  ];
}
