/** Columns of the tables of what moves would do: groups as links, what was found in them, and on which rows. */
import type { MoveCounts } from '../../../analysis/moves/types';
import type { MovesAnswer } from '../../../lab/protocol/protocol';
import type { DataColumn } from '../../parts/DataTable';
import { formatPercent } from '../../plots/format';
import type { DiagnosedModel } from './diagnosed';
import { diagnoseTexts as texts } from './texts';
import { UnitLink } from './UnitLink';

type Sets = readonly { readonly axes: number; readonly energy: number }[];

/** Columns that both tables end with: what was found, and on which rows. */
function setColumns<Row extends { readonly components: Sets }>({
  foundRows,
  judgedRows,
}: MovesAnswer): readonly DataColumn<Row>[] {
  return [
    {
      id: 'sets',
      head: 'Directions',
      text: texts.moveSets,
      value: ({ components }) => components.map(({ axes }) => axes).join(' + '),
    },
    {
      id: 'energy',
      head: 'Energy',
      text: texts.moveEnergy,
      value: ({ components }) => components.map(({ energy }) => formatPercent(energy)).join(', '),
      also: [
        { id: 'found_rows', value: () => foundRows },
        { id: 'judged_rows', value: () => judgedRows },
      ],
    },
  ];
}

/** Columns of the groups that would be unpacked. */
export function unpackedColumns(
  { model }: Pick<DiagnosedModel, 'model'>,
  answer: MovesAnswer,
): readonly DataColumn<MoveCounts['packed'][number]>[] {
  return [
    {
      id: 'group',
      head: 'Group',
      text: { text: 'A group that would be unpacked. Press it for its card.' },
      value: ({ group }) => group,
      cell: ({ group }) => <UnitLink model={model} unit={group} />,
    },
    ...setColumns<MoveCounts['packed'][number]>(answer),
  ];
}

/** Columns of the pairs that would be rearranged. */
export function rearrangedColumns(
  { model }: Pick<DiagnosedModel, 'model'>,
  answer: MovesAnswer,
): readonly DataColumn<MoveCounts['accepted'][number]>[] {
  const link = (unit: number) => <UnitLink model={model} unit={unit} />;
  const text = { text: 'A group of the pair. Press it for its card.' };
  return [
    { id: 'a', head: 'One', text, value: ({ pair }) => pair[0], cell: ({ pair }) => link(pair[0]) },
    {
      id: 'b',
      head: 'Other',
      text,
      value: ({ pair }) => pair[1],
      cell: ({ pair }) => link(pair[1]),
    },
    ...setColumns<MoveCounts['accepted'][number]>(answer),
    {
      id: 'fall',
      head: 'Loss falls by',
      text: texts.moveLoss,
      value: ({ lossBefore, lossAfter }) => 1 - lossAfter / lossBefore,
      format: formatPercent,
      also: [
        { id: 'loss_before', value: ({ lossBefore }) => lossBefore },
        { id: 'loss_after', value: ({ lossAfter }) => lossAfter },
      ],
    },
  ];
}
