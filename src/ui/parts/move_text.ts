/** Moves between groups in words: what happened at a point of a run, and where a group of today came from. */
import type { MoveCounts } from '../../analysis/moves/types';
import type { RunMove } from '../../lab/run/run_moves';
import { formatInteger, formatPercent } from '../plots/format';

/** "2 pairs of groups rearranged, 5 groups unpacked". */
export function countedMoves(moves: readonly Pick<RunMove, 'move'>[]): string {
  const rearranged = moves.filter(({ move }) => move === 'repartition').length;
  const unpacked = moves.length - rearranged;
  return [
    ...(rearranged === 0 ? [] : [`${counted(rearranged, 'pair')} of groups rearranged`]),
    ...(unpacked === 0 ? [] : [`${counted(unpacked, 'group')} unpacked`]),
  ].join(', ');
}

/** "3 of 64 live groups would be unpacked, 2 pairs would be rearranged". */
export function dryMovesText({ liveGroups, packed, accepted }: MoveCounts): string {
  const live = `${formatInteger(liveGroups)} live ${liveGroups === 1 ? 'group' : 'groups'}`;
  return `${formatInteger(packed.length)} of ${live} would be unpacked, ${counted(accepted.length, 'pair')} would be rearranged`;
}

function counted(count: number, what: string): string {
  return `${formatInteger(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** What the latest of moves made of a group of a model; null for one that was never moved. */
export function originText(
  moves: readonly RunMove[],
  { model, group }: { readonly model: number; readonly group: number },
): string | null {
  const move = moves.findLast(
    ({ model: whose, from, components }) =>
      whose === model &&
      (from.includes(group) || components.some((component) => component.group === group)),
  );
  return move === undefined ? null : textOf(move, group);
}

function textOf({ step, move, from, components }: RunMove, group: number): string {
  const when = `before step ${formatInteger(step + 1)}`;
  const own = components.filter((component) => component.group === group);
  const axes = own.reduce((sum, each) => sum + each.axes, 0);
  const energy = own.reduce((sum, each) => sum + each.energy, 0);
  const pair = from.join(' and ');
  if (own.length === 0) return `Emptied ${when}: what groups ${pair} held went into others.`;
  const share = `${axes} ${axes === 1 ? 'axis' : 'axes'}, ${formatPercent(energy)} of the energy`;
  if (move === 'repartition') return `Made of groups ${pair} ${when}: ${share}.`;
  const others = components
    .filter((component) => component.group !== group)
    .map((component) => component.group);
  return from.includes(group)
    ? `Unpacked ${when}: it kept ${share}; the rest went into ${others.length === 1 ? 'group' : 'groups'} ${others.join(', ')}.`
    : `Unpacked from group ${pair} ${when}: ${share}.`;
}
