/** The first move: two groups that share a feature are taken apart anew, when that lowers the objective. */
import { at } from '../../base/array';
import type { Pauses } from '../../base/work';
import { LEAST_FIRINGS, groupAxes, type Blocks, type GroupAxes } from './group_axes';
import type { HeldObjective } from './held_objective';
import { partitionOf, type Partition } from './partition';
import { relatedPairs } from './related_pairs';
import { rememberBlocks, writeBlock, type NoiseKey } from './rewrite';
import { codesOf, firingsOf, type FiringCodes } from './row_codes';
import type { MoveRows } from './types';

/** A partition that lowers the objective. */
export interface AcceptedPartition {
  readonly pair: readonly [number, number];
  readonly partition: Partition;
  /** Groups whose weights it rewrites. */
  readonly rewritten: readonly number[];
  readonly lossBefore: number;
  readonly lossAfter: number;
}

/** What a pass works on, and what becomes of what it finds. */
export interface PassOptions {
  /** Groups that may be candidates, by index. */
  readonly live: readonly number[];
  /** Most candidates that are looked at. */
  readonly most: number;
  /** Groups that nothing uses, first wanted first. */
  readonly free: () => readonly number[];
  readonly noise: NoiseKey;
  /** Keeps what is accepted; without it everything is put back. */
  readonly keep?: (accepted: AcceptedPartition) => void;
}

/** What a pass came to. */
export interface PassOutcome {
  readonly considered: number;
  readonly tried: number;
  readonly accepted: readonly AcceptedPartition[];
}

/** Directions of the groups of `live` with at least 60 firing rows, by index. */
export async function axesOfGroups(
  model: Blocks,
  firing: FiringCodes,
  live: readonly number[],
  pauses: Pauses,
): Promise<GroupAxes[]> {
  const found: GroupAxes[] = [];
  for (const group of live) {
    if (firingsOf(firing, group) < LEAST_FIRINGS) continue;
    const axes = groupAxes(model, group, codesOf(firing, model.rank, group));
    if (axes !== null) found.push(axes);
    if (pauses.due()) await pauses.take();
  }
  return found;
}

/**
 * One pass over the candidates, strongest first. Every group is touched at most once: codes and directions are those
 * from before the pass.
 */
export async function repartitionPass(
  model: Blocks,
  rows: MoveRows,
  firing: FiringCodes,
  objective: HeldObjective,
  options: PassOptions,
  pauses: Pauses,
): Promise<PassOutcome> {
  const groups = await axesOfGroups(model, firing, options.live, pauses);
  const candidates = (await relatedPairs(model, rows, groups, pauses)).slice(0, options.most);
  const touched = new Set<number>();
  const accepted: AcceptedPartition[] = [];
  let tried = 0;
  for (const { first, second } of candidates) {
    if (pauses.due()) await pauses.take();
    const pair = [at(groups, first), at(groups, second)] as const;
    if (pair.some(({ group }) => touched.has(group))) continue;
    const free = options.free().filter((group) => !touched.has(group));
    const partition = partitionOf(model, rows, firing, pair, free);
    if (partition === null) continue;
    tried += 1;
    const found = await tryPartition(model, objective, pair, partition, options);
    if (found === null) continue;
    accepted.push(found);
    for (const group of found.rewritten) touched.add(group);
    options.keep?.(found);
  }
  return { considered: candidates.length, tried, accepted };
}

/** The partition, if it lowers the objective; its weights stay only then, and only where they are kept. */
async function tryPartition(
  model: Blocks,
  objective: HeldObjective,
  pair: readonly [GroupAxes, GroupAxes],
  partition: Partition,
  { noise, keep }: PassOptions,
): Promise<AcceptedPartition | null> {
  const [one, other] = [pair[0].group, pair[1].group];
  const rewritten = [...new Set([one, other, ...partition.blocks.map(({ group }) => group)])];
  const restore = rememberBlocks(model, rewritten);
  for (const group of rewritten) {
    const own = partition.blocks.filter((block) => block.group === group);
    const directions = own.flatMap(({ component }) =>
      component.axes.flatMap((axis) => partition.directions[axis] ?? []),
    );
    writeBlock(model, group, directions, noise);
  }
  const lossBefore = objective.loss;
  const proposal = await objective.rewritten(rewritten);
  const lower = proposal.loss < lossBefore;
  if (lower && keep !== undefined) {
    proposal.keep();
  } else {
    proposal.undo();
    restore();
  }
  if (!lower) return null;
  return { pair: [one, other], partition, rewritten, lossBefore, lossAfter: proposal.loss };
}
