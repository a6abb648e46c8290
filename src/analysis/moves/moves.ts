/**
 * Moves of a model in training: `repartition` joins what two groups hold of one feature, `unpack` takes apart what one
 * group holds of several. Training alone reaches neither, since every small step between the two states is worse than
 * where it starts. Float64. Source: docs/method/training.md, "Moves".
 */
import { at } from '../../base/array';
import { Pauses, requireWanted, type Work } from '../../base/work';
import type { Dictionary } from '../types';
import { HeldObjective } from './held_objective';
import { axesOfGroups, repartitionPass, type AcceptedPartition } from './repartition';
import { restartMoments, writeBlock } from './rewrite';
import { LEAST_FIRINGS, groupAxes, type Blocks } from './group_axes';
import { codesOf, firingCodes, firingsOf, scoreGroups, type FiringCodes } from './row_codes';
import type {
  CountOptions,
  MoveCounts,
  MoveEvent,
  MovedModel,
  MoveOptions,
  MoveRows,
} from './types';
import { componentsOfGroup, directionRows, unpackingOf } from './unpack';

/** Passes of `repartition` at one point of a run, as long as one accepts something. */
const MOST_PASSES = 2;

/** A model between two steps, seen on rows. */
interface Moving {
  readonly model: MovedModel;
  readonly rows: MoveRows;
  /** [rows, K], ‖p_k‖² of the weights as they are. */
  readonly scores: Float64Array;
  readonly objective: HeldObjective;
  readonly options: MoveOptions;
  readonly pauses: Pauses;
  readonly events: MoveEvent[];
}

/**
 * Makes the moves of one point of a run, repartition first, and rewrites the model in place: weights, moments, and how
 * long groups have not fired (0 for a group that got directions, `deadAfter` for one that was emptied). `held` decides
 * what is accepted and must be other rows. Rejects with LabError `cancelled` when the work is given up: the model is
 * then between two states and cannot be used. O(rows·K·r·(d + K·r)).
 */
export async function makeMoves(
  model: MovedModel,
  rows: MoveRows,
  held: MoveRows,
  options: MoveOptions,
  work: Work = {},
): Promise<readonly MoveEvent[]> {
  requireWanted(work);
  const pauses = new Pauses(work);
  work.onProgress?.(0, 'Looking at the groups');
  const objective = await HeldObjective.of(model, held, options, pauses);
  const scores = await scoresOf(model, rows, pauses);
  const moving = { model, rows, scores, objective, options, pauses, events: [] };
  for (let pass = 0; options.repartition && pass < MOST_PASSES; pass++) {
    work.onProgress?.((1 + pass) / 4, 'Repartition');
    if ((await repartition(moving)) === 0) break;
  }
  if (options.unpack) {
    work.onProgress?.(3 / 4, 'Unpack');
    await unpack(moving);
  }
  work.onProgress?.(1, 'Moves are made');
  return moving.events;
}

/**
 * What moves would do to a dictionary, which stays as it is: the packed groups and the pairs that would be
 * repartitioned, each for itself, with as many free groups as they want. O(rows·K·r·(d + K·r)).
 */
export async function countMoves(
  dictionary: Dictionary,
  rows: MoveRows,
  held: MoveRows,
  options: CountOptions,
  work: Work = {},
): Promise<MoveCounts> {
  requireWanted(work);
  const pauses = new Pauses(work);
  work.onProgress?.(0, 'Looking at the groups');
  const live = Array.from({ length: dictionary.groups }, (_, k) => k);
  // A pair has at most 2r directions and two groups of its own.
  const free = Array.from({ length: 2 * dictionary.rank - 2 }, (_, i) => dictionary.groups + i);
  const model = withFreeGroups(dictionary, free.length);
  const scores = await scoresOf(model, rows, pauses);
  const firing = await firingCodes(model, rows, scores, options, pauses);
  const objective = await HeldObjective.of(model, held, options, pauses);
  const packed = (await axesOfGroups(model, firing, live, pauses)).flatMap((axes) => {
    const components = componentsOfGroup(axes);
    return components.length < 2 ? [] : [{ group: axes.group, components: said(components) }];
  });
  work.onProgress?.(1 / 2, 'Trying pairs of groups');
  const { considered, tried, accepted } = await repartitionPass(
    model,
    rows,
    firing,
    objective,
    { live, most: dictionary.groups, free: () => free, noise: { seed: 0, step: 0 } },
    pauses,
  );
  return {
    liveGroups: live.filter((group) => firingsOf(firing, group) >= LEAST_FIRINGS).length,
    packed,
    pairsConsidered: considered,
    pairsTried: tried,
    accepted: accepted.map(({ pair, partition, lossBefore, lossAfter }) => ({
      pair,
      components: said(partition.blocks.map(({ component }) => component)),
      lossBefore,
      lossAfter,
    })),
  };
}

/** Components without the indices of their axes, which mean nothing outside. */
function said(
  components: readonly { readonly axes: readonly number[]; readonly energy: number }[],
): { readonly axes: number; readonly energy: number }[] {
  return components.map(({ axes, energy }) => ({ axes: axes.length, energy }));
}

/** A copy of a dictionary with `more` groups of zeros behind its own. */
function withFreeGroups(dictionary: Dictionary, more: number): Blocks {
  const { groups, rank, width } = dictionary;
  const longer = (array: Float32Array, added: number): Float32Array => {
    const copy = new Float32Array(array.length + added);
    copy.set(array);
    return copy;
  };
  return {
    groups: groups + more,
    rank,
    width,
    encoder: longer(dictionary.encoder, more * rank * width),
    decoder: longer(dictionary.decoder, more * rank * width),
    encoderBias: longer(dictionary.encoderBias, more * rank),
  };
}

async function scoresOf(model: Blocks, rows: MoveRows, pauses: Pauses): Promise<Float64Array> {
  const scores = new Float64Array(rows.count * model.groups);
  const all = Array.from({ length: model.groups }, (_, k) => k);
  await scoreGroups(model, rows, all, scores, pauses);
  return scores;
}

/** Codes of the groups that fire with the weights as they are. */
function firingNow({ model, rows, scores, options, pauses }: Moving): Promise<FiringCodes> {
  return firingCodes(model, rows, scores, options, pauses);
}

function isDead({ model, options }: Moving, group: number): boolean {
  return at(model.tokensSinceFired, group) >= options.deadAfter;
}

/** Groups by index. */
function liveGroups(moving: Moving): number[] {
  return groupsWhere(moving, (group) => !isDead(moving, group));
}

/** Dead groups, the highest index first. */
function deadGroups(moving: Moving): number[] {
  return groupsWhere(moving, (group) => isDead(moving, group)).reverse();
}

function groupsWhere({ model }: Moving, holds: (group: number) => boolean): number[] {
  return Array.from({ length: model.groups }, (_, group) => group).filter(holds);
}

/** One pass of `repartition`; how many pairs it took apart anew. */
async function repartition(moving: Moving): Promise<number> {
  const { model, rows, scores, objective, options, pauses } = moving;
  const { accepted } = await repartitionPass(
    model,
    rows,
    await firingNow(moving),
    objective,
    {
      live: liveGroups(moving),
      most: model.groups,
      free: () => deadGroups(moving),
      noise: options,
      keep: (found) => {
        settle(moving, found);
      },
    },
    pauses,
  );
  const changed = accepted.flatMap(({ rewritten }) => rewritten);
  await scoreGroups(model, rows, changed, scores, pauses);
  return accepted.length;
}

/** Moments, ages and the event of a partition that was accepted. */
function settle({ model, options, events }: Moving, found: AcceptedPartition): void {
  const { pair, partition, rewritten, lossBefore, lossAfter } = found;
  restartMoments(model, pair, rewritten);
  for (const group of rewritten) {
    model.tokensSinceFired[group] = group === partition.emptied ? options.deadAfter : 0;
  }
  const components = partition.blocks.map(({ group, component: { axes, energy } }) => ({
    group,
    axes: axes.length,
    energy,
  }));
  events.push({ kind: 'repartition', from: pair, components, lossBefore, lossAfter });
}

/** Unpacks all live groups that hold several components, by index, while there are dead groups. */
async function unpack(moving: Moving): Promise<void> {
  const { model, objective, options, pauses, events } = moving;
  const firing = await firingNow(moving);
  for (const group of liveGroups(moving)) {
    if (pauses.due()) await pauses.take();
    const free = deadGroups(moving);
    if (free.length === 0) return;
    if (firingsOf(firing, group) < LEAST_FIRINGS) continue;
    const axes = groupAxes(model, group, codesOf(firing, model.rank, group));
    if (axes === null) continue;
    const components = componentsOfGroup(axes);
    if (components.length < 2) continue;
    const directions = directionRows(model, axes);
    const blocks = unpackingOf(group, components, free);
    const targets = blocks.map((block) => block.group);
    restartMoments(model, [group], targets);
    for (const { group: target, components: own } of blocks) {
      const rows = own.flatMap((component) =>
        component.axes.flatMap((axis) => directions[axis] ?? []),
      );
      writeBlock(model, target, rows, options);
      model.tokensSinceFired[target] = 0;
    }
    const lossBefore = objective.loss;
    const proposal = await objective.rewritten(targets);
    proposal.keep();
    events.push({
      kind: 'unpack',
      from: [group],
      components: components.map(({ axes: own, energy }, c) => ({
        group: targets[c] ?? group,
        axes: own.length,
        energy,
      })),
      lossBefore,
      lossAfter: proposal.loss,
    });
  }
}
