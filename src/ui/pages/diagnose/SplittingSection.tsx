/** Splitting: one feature told by many units. */
import { useMemo } from 'react';
import { at } from '../../../base/array';
import type { SplittingReport, UnitCluster } from '../../../analysis/report_types';
import { chanceBounds, DataTable, type DataColumn } from '../../parts/DataTable';
import { plainText } from '../../parts/explain';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatFixed, formatNumber } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { ScatterPlot } from '../../plots/ScatterPlot';
import { navigate } from '../../route';
import { CoveringTable } from './CoveringTable';
import type { DiagnosedModel } from './diagnosed';
import { FeatureTable } from './FeatureTable';
import { redundancyTable } from './figure_tables';
import { ModelColumns, Section } from './Section';
import { diagnoseTexts as texts } from './texts';
import { UnitLinks } from './UnitLinks';

/** A scatter of fewer clusters than this shows nothing that the table does not. */
const FEWEST_POINTS = 3;

export function SplittingSection({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const known = models.some(({ diagnosis }) => diagnosis.splitting.features !== null);
  return (
    <Section
      id="splitting"
      title="Splitting"
      question="Is one feature cut into many units? Counted where the features are known, inferred from near-duplicates where they are not."
    >
      {known && <FeatureTable models={models} />}
      <ModelColumns models={models}>
        {(diagnosed) => (
          <>
            <Clusters diagnosed={diagnosed} />
            {diagnosed.diagnosis.splitting.clusters.length >= FEWEST_POINTS && (
              <Redundancy diagnosed={diagnosed} />
            )}
          </>
        )}
      </ModelColumns>
      {models.some(({ diagnosis }) => diagnosis.splitting.covering !== null) && (
        <CoveringTable models={models} />
      )}
    </Section>
  );
}

/** Columns of the near-duplicates, each with what chance gives and the rows it was read on. */
export function clusterColumns({
  model,
  diagnosis,
}: DiagnosedModel): readonly DataColumn<UnitCluster>[] {
  const { linkedFrom, linksByChance } = diagnosis.splitting;
  return [
    {
      id: 'members',
      head: 'Members',
      text: texts.members,
      value: ({ members }) => members.join(' '),
      cell: ({ id, members }) => (
        <UnitLinks model={model} units={members} most={4} filter={`cluster = ${id}`} />
      ),
    },
    {
      id: 'columns',
      head: 'Columns',
      text: texts.columns,
      value: ({ columns }) => columns,
    },
    {
      id: 'components80',
      head: 'Needs',
      text: texts.components,
      value: ({ components80 }) => components80,
    },
    {
      id: 'redundancy',
      head: 'Redundancy',
      text: texts.redundancy,
      value: ({ redundancy }) => redundancy,
      chance: ({ redundancyApart }) => redundancyApart,
      format: (value) => formatFixed(value, 1),
    },
    {
      id: 'mean_cosine',
      head: 'Cosine',
      text: texts.meanCosine,
      value: ({ meanCosine }) => meanCosine,
      also: [
        { id: 'linked_from_low', value: () => linkedFrom?.lowest ?? null },
        { id: 'linked_from_high', value: () => linkedFrom?.highest ?? null },
        { id: 'linked_pairs_chance', value: () => linksByChance },
      ],
      format: (value) => formatFixed(value, 2),
    },
    {
      id: 'masked_cosine',
      head: 'Together',
      text: texts.maskedCosine,
      value: ({ maskedCosine }) => maskedCosine,
      chance: ({ maskedCosineChance }) => maskedCosineChance,
      format: (value) => formatFixed(value, 2),
    },
    {
      id: 'masked_cosine_chance95',
      head: '±',
      text: texts.maskedCosineChance,
      value: ({ maskedCosineChance95 }) => maskedCosineChance95,
      also: chanceBounds<UnitCluster>(
        'masked_cosine',
        ({ maskedCosineChance95 }) => maskedCosineChance95,
        ({ maskedCosineChance }) => maskedCosineChance,
      ),
      format: (value) => formatFixed(value, 2),
    },
    {
      id: 'rows',
      head: 'Rows',
      text: texts.clusterRows,
      value: ({ rows }) => rows,
    },
  ];
}

function Clusters({ diagnosed }: { readonly diagnosed: DiagnosedModel }) {
  const { model, diagnosis } = diagnosed;
  const { clusters, linkedFrom, linksByChance, exact } = diagnosis.splitting;
  const columns = useMemo(() => clusterColumns(diagnosed), [diagnosed]);
  return (
    <DataTable
      title={
        linkedFrom === null
          ? 'Near-duplicates'
          : `Near-duplicates, cosine from ${cosineRange(linkedFrom)}${exact ? '' : ' (screened)'}; ${expectedText(linksByChance)} by chance`
      }
      hint={texts.cluster}
      fileName={`clusters-${model.name}`}
      columns={columns}
      rows={clusters}
      rowKey={({ id }) => id}
      empty={
        linkedFrom === null
          ? `None can be told apart: in so narrow a space, spans of these dimensions always meet.`
          : `No two live ${model.unitName}s share a direction this closely.`
      }
      tall={6}
    />
  );
}

/** "0.70", or "0.76 to 0.78" where groups have spans of different dimensions. */
function cosineRange({ lowest, highest }: NonNullable<SplittingReport['linkedFrom']>): string {
  const [low, high] = [formatFixed(lowest, 2), formatFixed(highest, 2)];
  return low === high ? low : `${low} to ${high}`;
}

function expectedText(links: number): string {
  if (links < 0.005) return 'no pair';
  return `${formatNumber(links, 2)} ${links === 1 ? 'pair' : 'pairs'}`;
}

function Redundancy({ diagnosed: { model, diagnosis } }: { readonly diagnosed: DiagnosedModel }) {
  const { clusters } = diagnosis.splitting;
  const x = useMemo(() => clusters.map(({ columns }) => columns), [clusters]);
  const y = useMemo(() => clusters.map(({ components80 }) => components80), [clusters]);
  return (
    <FigureFrame
      title="Redundancy of the clusters"
      hint={plainText(texts.redundancyScatter)}
      fileName={`redundancy-${model.name}`}
      csv={() => redundancyTable(diagnosis.splitting)}
    >
      <ScatterPlot
        label={`Columns against needed components of the clusters, ${model.name}`}
        height={220}
        x={x}
        y={y}
        xLabel="columns in the cluster"
        yLabel="components for 80 %"
        color={modelColor(model.index)}
        labelOf={(index) => `cluster ${at(clusters, index).id}`}
        onPick={(index) =>
          navigate('groups', {
            model: model.index,
            filter: `cluster = ${at(clusters, index).id}`,
          })
        }
      />
    </FigureFrame>
  );
}
