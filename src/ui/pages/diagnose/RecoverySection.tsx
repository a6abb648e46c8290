/** Recovery: every known feature against the one unit that stands for it. */
import { useMemo } from 'react';
import type { FeatureRecovery } from '../../../analysis/recovery_report_types';
import type { RunModel } from '../../../state/run_record';
import { DataTable, type DataColumn } from '../../parts/DataTable';
import { formatFixed, formatPercent } from '../../plots/format';
import type { DiagnosedModel } from './diagnosed';
import { UnitLink } from './UnitLink';
import { ModelColumns, Section } from './Section';
import { diagnoseTexts as texts } from './texts';

export function RecoverySection({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const known = models.filter(({ diagnosis }) => diagnosis.recovery !== null);
  if (known.length === 0) return null;
  return (
    <Section
      id="recovery"
      title="Recovery"
      question="Which unit stands for which known feature, and how well? Every feature gets a unit of its own."
    >
      <ModelColumns models={known}>
        {(diagnosed) => <RecoveryTable diagnosed={diagnosed} />}
      </ModelColumns>
    </Section>
  );
}

const three = (value: number) => formatFixed(value, 3);

/** Columns of the matched units; `rows` are those in which the feature is present. */
export function recoveryColumns(model: RunModel): readonly DataColumn<FeatureRecovery>[] {
  return [
    { id: 'feature', head: 'Feature', text: texts.feature, value: ({ name }) => name },
    {
      id: 'dimension',
      head: 'Dim.',
      text: texts.dimension,
      value: ({ dimension }) => dimension,
      also: [{ id: 'rows', value: ({ rows }) => rows }],
    },
    {
      id: 'group',
      head: model.unitName === 'group' ? 'Group' : 'Latent',
      text: texts.matched,
      value: ({ group }) => group,
      cell: ({ group }) => (group === null ? '–' : <UnitLink model={model} unit={group} />),
    },
    {
      id: 'r2',
      head: 'R²',
      text: texts.r2,
      value: ({ r2 }) => r2,
      format: three,
      also: [{ id: 'r2_chance', value: () => 0 }],
    },
    {
      id: 'capture',
      head: 'Capture',
      text: texts.capture,
      value: ({ capture }) => capture,
      chance: ({ captureChance }) => captureChance,
      format: three,
    },
    { id: 'rank90', head: 'Rank', text: texts.rank90, value: ({ rank90 }) => rank90 },
    { id: 'rank_error', head: 'Off by', text: texts.rankError, value: (row) => row.rankError },
    {
      id: 'top_share',
      head: 'Top share',
      text: texts.bestShare,
      value: ({ topShare }) => topShare,
      format: formatPercent,
    },
    {
      id: 'circular_correlation',
      head: 'Angle',
      text: texts.circular,
      value: ({ circularCorrelation }) => circularCorrelation,
      format: three,
      chance: ({ circularChance95 }) => circularChance95,
    },
    {
      id: 'geodesic_spearman',
      head: 'Order',
      text: texts.geodesic,
      value: ({ geodesicSpearman }) => geodesicSpearman,
      format: three,
      chance: ({ geodesicChance95 }) => geodesicChance95,
    },
  ];
}

function RecoveryTable({
  diagnosed: { model, diagnosis },
}: {
  readonly diagnosed: DiagnosedModel;
}) {
  const rows = diagnosis.recovery?.features.filter((feature) => feature.rows > 0) ?? [];
  const columns = useMemo(() => recoveryColumns(model), [model]);
  return (
    <DataTable
      title="Features and the units matched to them"
      hint={texts.matched}
      fileName={`recovery-${model.name}`}
      columns={columns}
      rows={rows}
      rowKey={({ feature }) => feature}
      empty="No known feature occurs in the analysed rows."
    />
  );
}
