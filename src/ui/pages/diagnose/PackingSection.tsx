/** Packing: several independent features in one group. For models of blocks only. */
import { largest } from '../../../base/array';
import { useMemo } from 'react';
import type { GroupPacking } from '../../../analysis/report_types';
import { chanceBounds, DataTable, type DataColumn } from '../../parts/DataTable';
import { plainText } from '../../parts/explain';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatFixed, formatPercent } from '../../plots/format';
import { HeatMatrix } from '../../plots/HeatMatrix';
import { navigate } from '../../route';
import { FILTERABLE, filterOf, type DiagnosedModel } from './diagnosed';
import { UnitLink } from './UnitLink';
import { heldTable } from './figure_tables';
import { ModelColumns, Section } from './Section';
import { diagnoseTexts as texts } from './texts';

export function PackingSection({ models }: { readonly models: readonly DiagnosedModel[] }) {
  const blocks = models.filter(({ model }) => model.rank > 1);
  if (blocks.length === 0) return null;
  return (
    <Section
      id="packing"
      title="Packing"
      question="Do independent features share one group? The opposite of splitting; the method does not forbid it."
    >
      <ModelColumns models={blocks}>
        {(diagnosed) => (
          <div className="diagnose-pair">
            <HeldCounts diagnosed={diagnosed} />
            <PackedGroups diagnosed={diagnosed} />
          </div>
        )}
      </ModelColumns>
    </Section>
  );
}

/** What a group is counted to hold: known features, else what its codes show at the least. */
function heldBy({ features, leastFeatures }: GroupPacking): number {
  return features === null ? leastFeatures : features.length;
}

function HeldCounts({ diagnosed: { model, diagnosis } }: { readonly diagnosed: DiagnosedModel }) {
  const { groups, basis } = diagnosis.packing;
  const counts = useMemo(() => {
    const most = largest(groups.map(heldBy), 4);
    const tally = new Array<number>(most + 1).fill(0);
    for (const group of groups) tally[heldBy(group)] = (tally[heldBy(group)] ?? 0) + 1;
    return tally;
  }, [groups]);
  return (
    <FigureFrame
      title={`Live groups by features held${basis === 'truth' ? '' : ', at least'}`}
      hint={plainText(basis === 'truth' ? texts.featuresPerGroup : texts.leastPerGroup)}
      fileName={`packing-${model.name}`}
      csv={() => heldTable(counts, diagnosis.packing)}
    >
      <HeatMatrix
        label={`Live groups by features held, ${model.name}`}
        height={84}
        values={counts}
        rows={1}
        columns={counts.length}
        rowLabels={['groups']}
        columnLabels={counts.map((_, held) => String(held))}
        format={(count) => (count === 0 ? '' : String(count))}
        onPick={(_, held) => {
          const some = groups.filter((group) => heldBy(group) === held);
          if (some.length === 0) return;
          navigate('groups', {
            model: model.index,
            filter: filterOf(some.slice(0, FILTERABLE).map(({ group }) => group)),
          });
        }}
      />
    </FigureFrame>
  );
}

/** Columns of the groups that hold more than one, each with what it was read on. */
export function packedColumns({
  model,
  diagnosis,
}: DiagnosedModel): readonly DataColumn<GroupPacking>[] {
  const { basis, packedShareChance } = diagnosis.packing;
  const names = diagnosis.splitting.features;
  const points = new Map(
    diagnosis.irreducibility.groups.map((known) => [known.group, known.points]),
  );
  const nameOf = (feature: number) =>
    names?.find((known) => known.feature === feature)?.name ?? `feature ${feature}`;
  const listed = ({ features }: GroupPacking) => features?.map(nameOf).join(', ') ?? null;
  return [
    {
      id: 'group',
      head: 'Group',
      text: { text: 'A group that holds more than one.' },
      value: ({ group }) => group,
      cell: ({ group }) => <UnitLink model={model} unit={group} />,
      also: [{ id: 'firings', value: ({ firings }) => firings }],
    },
    ...(basis === 'truth'
      ? [{ id: 'features', head: 'Features', text: texts.packed, value: listed }]
      : [
          {
            id: 'least_features',
            head: 'At least',
            text: texts.leastPerGroup,
            value: ({ leastFeatures }: GroupPacking) => leastFeatures,
          },
        ]),
    {
      id: 'axes',
      head: 'Axes',
      text: texts.axes,
      value: ({ axes }) => axes,
      also:
        basis === 'truth' ? [] : [{ id: 'packed_share_chance', value: () => packedShareChance }],
    },
    { id: 'rays', head: 'Rays', text: texts.rays, value: ({ rays }) => rays },
    {
      id: 'axis_share',
      head: 'Near them',
      text: texts.axisShare,
      value: ({ axisShare }) => axisShare,
      format: formatPercent,
    },
    {
      id: 'irreducibility',
      head: 'Irred.',
      text: texts.irreducibility,
      value: ({ irreducibility }) => irreducibility,
      chance: ({ irreducibilityChance95 }) => irreducibilityChance95,
      format: (value) => formatFixed(value, 2),
      also: [
        ...chanceBounds<GroupPacking>(
          'irreducibility',
          ({ irreducibilityChance95 }) => irreducibilityChance95,
        ),
        { id: 'irreducibility_points', value: ({ group }) => points.get(group) ?? null },
      ],
    },
  ];
}

function PackedGroups({ diagnosed }: { readonly diagnosed: DiagnosedModel }) {
  const { model, diagnosis } = diagnosed;
  const { groups, basis, packedShareChance } = diagnosis.packing;
  const shared = useMemo(() => groups.filter((group) => heldBy(group) > 1), [groups]);
  const columns = useMemo(() => packedColumns(diagnosed), [diagnosed]);
  return (
    <DataTable
      title={
        basis === 'truth'
          ? 'Groups that hold more than one'
          : `Groups that show more than one (${formatPercent(packedShareChance)} of Gaussian clouds do)`
      }
      hint={basis === 'truth' ? texts.packed : texts.leastPerGroup}
      fileName={`packed-groups-${model.name}`}
      columns={columns}
      rows={shared}
      rowKey={({ group }) => group}
      empty={
        basis === 'truth'
          ? 'None: every live group holds at most one.'
          : 'None shows several axes. Features that fire together, or many in one group, do not show this way.'
      }
      tall={6}
    />
  );
}
