/**
 * What was moved between the groups of a model while it trained (docs/method/training.md, "Moves"): a line of `changes.jsonl`, a mark
 * on the curves, and where a group of today came from.
 */
import * as z from 'zod/mini';
import type { MoveEvent } from '../../analysis/moves/types';

const group = z.int().check(z.gte(0));

/** A move as a line of changes.jsonl says it. */
export const moveSchema = z.strictObject({
  /** Steps taken before it. */
  step: z.int().check(z.gte(0)),
  move: z.enum(['repartition', 'unpack']),
  /** Groups that it was made of. */
  from: z.array(group).check(z.minLength(1)),
  /** What it found in them, each with the group that holds it now: how many axes, and its share of the energy. */
  components: z.array(z.strictObject({ group, axes: z.int().check(z.gte(1)), energy: z.number() })),
  /** Squared error and penalty before and after it, on rows that it was not made of. */
  loss: z.tuple([z.number(), z.number()]),
});

/** A move in the account of the model whose it is. */
export type ModelMove = z.output<typeof moveSchema>;

/** A move of a run. */
export interface RunMove extends ModelMove {
  /** Index of the model. */
  readonly model: number;
}

/** A move that was made of a model after so many steps. */
export function runMove(
  model: number,
  step: number,
  { kind, from, components, lossBefore, lossAfter }: MoveEvent,
): RunMove {
  return {
    model,
    step,
    move: kind,
    from: [...from],
    components: components.map((component) => ({ ...component })),
    loss: [lossBefore, lossAfter],
  };
}

/** Whether something that was done to a model while it trained is a move, and no changed setting. */
export function isMove<Change extends object>(
  change: Change,
): change is Extract<Change, ModelMove> {
  return 'move' in change;
}
