/**
 * Float64 twins of the kernels of interventions.ts: what they compute, written as formulas over plain
 * arrays. Parity tests compare pass by pass; nothing else uses them.
 */
import { addAt, at, euclideanNorm } from '../base/array';
import { NO_TARGET, type Replacement, type RowEdit, type SteeredGroup } from './interventions';

/** log Σ_v exp(values[v]) over `count` values from `start`. */
function logSumExp(values: Float64Array, start: number, count: number): number {
  const row = values.subarray(start, start + count);
  const top = row.reduce((most, value) => Math.max(most, value), -Infinity);
  return top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** [rows, 4]: cross-entropy before and after, KL(before ‖ after) and 0, in nats. */
export function tokenLosses(
  before: Float64Array,
  after: Float64Array,
  targets: Uint32Array,
  vocabulary: number,
): Float64Array {
  const losses = new Float64Array(targets.length * 4);
  targets.forEach((target, row) => {
    if (target === NO_TARGET) return;
    const base = row * vocabulary;
    const logP = logSumExp(before, base, vocabulary);
    const logQ = logSumExp(after, base, vocabulary);
    let divergence = 0;
    for (let v = base; v < base + vocabulary; v += 1) {
      const p = at(before, v) - logP;
      divergence += Math.exp(p) * (p - (at(after, v) - logQ));
    }
    losses.set(
      [logP - at(before, base + target), logQ - at(after, base + target), divergence],
      row * 4,
    );
  });
  return losses;
}

/** What the autoencoder's forward plan left about the rows of a residual stream of width d. */
export interface ReplacementInputs {
  readonly positions: number;
  /** Stride of a row, 4·ceil(d/4). */
  readonly stride: number;
  /** [rows, stride], e of each row. */
  readonly errors: Float64Array;
  /** [rows], ρ. */
  readonly scales: Float64Array;
  /** [stride]. */
  readonly mean: Float64Array;
}

/** The residual stream [rows, stride] after the replacement. */
export function replaceResidual(
  residual: Float64Array,
  replacement: Replacement,
  { positions, stride, errors, scales, mean }: ReplacementInputs,
): Float64Array {
  return residual.map((value, index) => {
    const row = Math.floor(index / stride);
    if (row % positions === 0) return value;
    switch (replacement) {
      case 'reconstruction':
        return value - at(scales, row) * at(errors, index);
      case 'zero':
        return 0;
      case 'mean':
        return at(mean, index % stride);
    }
  });
}

/** Change of the coordinates y [M] of a contribution; `fires`: the group won the row. */
export function coordinateChange(
  y: Float64Array,
  fires: boolean,
  edit: RowEdit['edit'],
): Float64Array {
  const norm = euclideanNorm(y);
  const change = new Float64Array(y.length);
  if (edit.kind === 'none') return change;
  if (edit.kind === 'add') {
    change[edit.axis] = edit.amount;
    return change;
  }
  if (!fires) return change;
  switch (edit.kind) {
    case 'scale':
      return y.map((value) => (edit.amount - 1) * value);
    case 'clamp':
      return norm > 0 ? y.map((value) => (edit.amount * value) / norm - value) : change;
    case 'turn':
      change[0] = edit.amount * Math.cos(edit.angle) - at(y, 0);
      change[1] = edit.amount * Math.sin(edit.angle) - at(y, 1);
      return change;
  }
}

/** What the autoencoder's forward plan found about the rows to steer. */
export interface SteeringInputs {
  /** Places that every row has. */
  readonly slots: number;
  /** [rows, slots]. */
  readonly active: Uint32Array;
  /** [rows, slots, r]. */
  readonly codes: Float64Array;
  /** [rows], ρ. */
  readonly scales: Float64Array;
}

/** Rows [rows, d] (no padding) after steering. */
export function steerResidual(
  residual: Float64Array,
  group: SteeredGroup,
  edits: readonly RowEdit[],
  { slots, active, codes, scales }: SteeringInputs,
): Float64Array {
  const { axes, rank, width } = group;
  const steered = residual.slice();
  edits.forEach(({ edit, frame }, row) => {
    const slot = active.subarray(row * slots, (row + 1) * slots).indexOf(group.group);
    const y = Float64Array.from({ length: axes }, (_, axis) => {
      let sum = 0;
      for (let i = 0; i < rank && slot >= 0; i += 1) {
        sum += at(group.coordinates, axis * rank + i) * at(codes, (row * slots + slot) * rank + i);
      }
      return at(scales, row) * sum;
    });
    const directions = frame === 'control' ? group.control : group.frame;
    coordinateChange(y, slot >= 0, edit).forEach((change, axis) => {
      for (let c = 0; c < width; c += 1) {
        addAt(steered, row * width + c, change * at(directions, axis * width + c));
      }
    });
  });
  return steered;
}
