/**
 * How many atoms of each model it would take to reach every direction of a feature, by how many may be used at
 * once: one feature of each kind a row, the models side by side.
 */
import { useMemo } from 'react';
import type { CoveringEntry } from '../../../analysis/report_types';
import { DataTable, type DataColumn } from '../../parts/DataTable';
import { formatFixed, formatInteger, formatPercent } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import type { DiagnosedModel } from './diagnosed';
import { diagnoseTexts as texts } from './texts';

interface CoveringRow {
  readonly feature: number;
  readonly name: string;
}

export function CoveringTable({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const rows = useMemo(() => coveringRows(models), [models]);
  const columns = useMemo(
    () => [
      {
        id: 'feature',
        head: 'Feature',
        text: texts.feature,
        value: ({ name }: CoveringRow) => name,
      },
      ...models.flatMap(coveringColumns),
    ],
    [models],
  );
  return (
    <DataTable
      title="Covering number"
      hint={texts.covering}
      fileName="covering-numbers"
      columns={columns}
      rows={rows}
      rowKey={({ feature }) => feature}
      empty="No feature was sampled."
      tall={8}
    />
  );
}

function coveringRows(models: readonly DiagnosedModel[]): readonly CoveringRow[] {
  const names = new Map(
    models.flatMap(({ diagnosis }) =>
      (diagnosis.splitting.features ?? []).map(({ feature, name }) => [feature, name] as const),
    ),
  );
  const covered = models.flatMap(({ diagnosis }) => diagnosis.splitting.covering ?? []);
  return [...new Set(covered.map(({ feature }) => feature))].map((feature) => ({
    feature,
    name: names.get(feature) ?? `feature ${feature}`,
  }));
}

/** Mean share of directions that random atoms reach, over the sampled features. */
function chanceOf(entries: readonly CoveringEntry[], k: number, epsilon: number): number {
  const same = entries.filter((entry) => entry.k === k && entry.epsilon === epsilon);
  return same.reduce((sum, entry) => sum + entry.coveredByChance, 0) / Math.max(1, same.length);
}

/** For the file also the share of directions that its atoms reach, and that as many random ones do. A column for each number of atoms at once (k) and error allowed (ε). */
export function coveringColumns({
  model,
  diagnosis,
}: DiagnosedModel): readonly DataColumn<CoveringRow>[] {
  const entries = diagnosis.splitting.covering ?? [];
  const cases = entries.filter(({ feature }) => feature === entries[0]?.feature);
  return cases.map(({ k, epsilon }, position): DataColumn<CoveringRow> => {
    const of = ({ feature }: CoveringRow): CoveringEntry | undefined =>
      entries.find(
        (entry) => entry.feature === feature && entry.k === k && entry.epsilon === epsilon,
      );
    const name = `${model.name} k${k}_epsilon${epsilon}`;
    return {
      id: name,
      head: `k ${k}, ε ${formatFixed(epsilon, 1)}`,
      color: modelColor(model.index),
      divided: position === 0,
      // A cover that leaves directions out is not a cover.
      value: (row) => {
        const entry = of(row);
        return entry?.covered === 1 ? entry.atoms : null;
      },
      also: [
        { id: `${name}_covered`, value: (row) => of(row)?.covered ?? null },
        { id: `${name}_covered_chance`, value: (row) => of(row)?.coveredByChance ?? null },
      ],
      text: {
        ...texts.covering,
        text: `${model.name}. ${texts.covering.text} As many atoms in random directions reach ${formatPercent(chanceOf(entries, k, epsilon), 2)} of the directions with k ${k}, ε ${formatFixed(epsilon, 1)}.`,
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
  });
}
