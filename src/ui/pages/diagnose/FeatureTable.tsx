/** Every known feature against every model: in how many units it lies, and how much of it comes out again. */
import { useMemo } from 'react';
import type { FeatureSpread } from '../../../analysis/report_types';
import { DataTable, type DataColumn } from '../../parts/DataTable';
import { formatFixed, formatPercent } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import type { DiagnosedModel } from './diagnosed';
import { UnitLink } from './UnitLink';
import { diagnoseTexts as texts } from './texts';

interface FeatureRow {
  readonly feature: FeatureSpread;
  /** By position of the model. */
  readonly spreads: readonly (FeatureSpread | null)[];
}

export function FeatureTable({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const rows = useMemo(() => featureRows(models), [models]);
  const columns = useMemo(
    () => [...featureColumns, ...models.flatMap((diagnosed, at) => modelColumns(diagnosed, at))],
    [models],
  );
  return (
    <DataTable
      title="Units per feature"
      hint={texts.units90}
      fileName="units-per-feature"
      columns={columns}
      rows={rows}
      rowKey={({ feature }) => feature.feature}
      empty="No known feature occurs in the analysed rows."
    />
  );
}

function featureRows(models: readonly DiagnosedModel[]): readonly FeatureRow[] {
  const lists = models.map(({ diagnosis }) => diagnosis.splitting.features ?? []);
  const known = lists.find((list) => list.length > 0) ?? [];
  return known
    .filter(({ rows }) => rows > 0)
    .map((feature) => ({
      feature,
      spreads: lists.map((list) => list.find((other) => other.feature === feature.feature) ?? null),
    }));
}

export const featureColumns: readonly DataColumn<FeatureRow>[] = [
  { id: 'feature', head: 'Feature', text: texts.feature, value: ({ feature }) => feature.name },
  {
    id: 'dimension',
    head: 'Dim.',
    text: texts.dimension,
    value: ({ feature }) => feature.dimension,
    // Rows in which it is present: what all of the counts were read on.
    also: [{ id: 'rows', value: ({ feature }) => feature.rows }],
  },
];

function modelColumns(
  { model }: DiagnosedModel,
  position: number,
): readonly DataColumn<FeatureRow>[] {
  const of = ({ spreads }: FeatureRow) => spreads[position];
  const color = modelColor(model.index);
  const id = (name: string) => `${model.name} ${name}`;
  return [
    {
      id: id('least'),
      head: 'Fewest',
      text: { ...texts.least, text: `${model.name}. ${texts.least.text}` },
      value: (row) => of(row)?.leastUnits ?? null,
      color,
      divided: true,
    },
    {
      id: id('units90'),
      head: '90 %',
      text: { ...texts.units90, text: `${model.name}. ${texts.units90.text}` },
      value: (row) => of(row)?.units90 ?? null,
      color,
    },
    {
      id: id('units99'),
      head: '99 %',
      text: { ...texts.units99, text: `${model.name}. ${texts.units99.text}` },
      value: (row) => of(row)?.units99 ?? null,
      color,
    },
    {
      id: id('splitting_ratio'),
      head: 'Ratio',
      text: texts.ratio,
      value: (row) => of(row)?.splittingRatio ?? null,
      format: (value) => formatFixed(value, 1),
      color,
    },
    {
      id: id('reconstruction'),
      head: 'Rebuilt',
      text: texts.reconstruction,
      value: (row) => of(row)?.reconstruction ?? null,
      format: (value) => formatFixed(value, 3),
      color,
    },
    {
      id: id('top_unit'),
      head: 'Top unit',
      text: texts.topUnit,
      value: (row) => of(row)?.topUnit ?? null,
      cell: (row) => {
        const unit = of(row)?.topUnit ?? null;
        return unit === null ? '–' : <UnitLink model={model} unit={unit} />;
      },
      color,
    },
    {
      id: id('top_share'),
      head: 'Its share',
      text: texts.topShare,
      value: (row) => of(row)?.topShare ?? null,
      format: formatPercent,
      color,
    },
  ];
}
