/**
 * Pairs of groups that may hold parts of one feature. A circle of which one group has two thirds shows in both only
 * where the gate is left out: a gate lets one of two groups win and hides that their squares rise together. So
 * coordinates are compared without a gate, on all rows, beside the directions that they write.
 */
import { addAt, at } from '../../base/array';
import type { Pauses } from '../../base/work';
import type { Blocks, GroupAxes } from './group_axes';
import { addProducts } from './products';
import { blockOfRows } from './row_codes';
import type { MoveRows } from './types';

/** Two axes are related when their squares correlate by more than this, or their directions have a larger cosine. */
const LEAST_CORRELATION = 0.08;
const LEAST_COSINE = 0.4;
/** Rows of a block: energies of all axes on a block stand in memory at once. */
const BLOCK = 256;
/** Multiplications between two looks at the clock. */
const STRIP = 4_000_000;

/** Two places in the list of groups, the first the smaller, and how strongly they are related: above 1. */
export interface RelatedPair {
  readonly first: number;
  readonly second: number;
  readonly strength: number;
}

/** All axes of all groups, side by side. */
interface AllAxes {
  readonly count: number;
  /** [count, d], z_a = encoder_a · input + bias_a. */
  readonly encoder: Float64Array;
  readonly bias: Float64Array;
  /** [count, d], u_a. */
  readonly directions: Float64Array;
  /** [groups + 1], first axis of a group. */
  readonly starts: readonly number[];
}

/**
 * Pairs of groups with S_jk = max over their axes of max(corr(z_a², z_b²)/.08, |u_a·u_b|/.4) above 1, strongest first;
 * ties go to the lowest groups. O(rows·axes·(axes + d)).
 */
export async function relatedPairs(
  model: Blocks,
  rows: MoveRows,
  groups: readonly GroupAxes[],
  pauses: Pauses,
): Promise<RelatedPair[]> {
  const axes = allAxes(model, groups);
  const correlations = await squareCorrelations(axes, rows, model.width, pauses);
  const cosines = new Float64Array(axes.count * axes.count);
  await addUpperProducts(axes.directions, axes.count, model.width, cosines, pauses);
  const pairs: RelatedPair[] = [];
  for (let first = 0; first < groups.length; first++) {
    for (let second = first + 1; second < groups.length; second++) {
      let strength = 0;
      for (let a = at(axes.starts, first); a < at(axes.starts, first + 1); a++) {
        for (let b = at(axes.starts, second); b < at(axes.starts, second + 1); b++) {
          const place = a * axes.count + b;
          strength = Math.max(
            strength,
            (correlations[place] ?? 0) / LEAST_CORRELATION,
            Math.abs(cosines[place] ?? 0) / LEAST_COSINE,
          );
        }
      }
      if (strength > 1) pairs.push({ first, second, strength });
    }
    if (pauses.due()) await pauses.take();
  }
  return pairs.sort((a, b) => b.strength - a.strength);
}

function allAxes(model: Blocks, groups: readonly GroupAxes[]): AllAxes {
  const { rank, width } = model;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const encoder = new Float64Array(count * width);
  const bias = new Float64Array(count);
  const directions = new Float64Array(count * width);
  const starts = [0];
  let axis = 0;
  for (const { group, count: own, fromCodes, fromAtoms } of groups) {
    for (let a = 0; a < own; a++, axis++) {
      for (let i = 0; i < rank; i++) {
        const column = group * rank + i;
        const encoding = at(fromCodes, a * rank + i);
        const decoding = at(fromAtoms, a * rank + i);
        addAt(bias, axis, encoding * at(model.encoderBias, column));
        for (let c = 0; c < width; c++) {
          const place = axis * width + c;
          const from = column * width + c;
          encoder[place] = (encoder[place] ?? 0) + encoding * (model.encoder[from] ?? 0);
          directions[place] = (directions[place] ?? 0) + decoding * (model.decoder[from] ?? 0);
        }
      }
    }
    starts.push(axis);
  }
  return { count, encoder, bias, directions, starts };
}

/** corr(z_a², z_b²) over all rows, above the diagonal of [axes, axes]; 0 where a square does not vary. */
async function squareCorrelations(
  { count, encoder, bias }: AllAxes,
  rows: MoveRows,
  width: number,
  pauses: Pauses,
): Promise<Float64Array> {
  const moments = new Float64Array(count * count);
  const sums = new Float64Array(count);
  for (let from = 0; from < rows.count; from += BLOCK) {
    const size = Math.min(BLOCK, rows.count - from);
    const input = blockOfRows(rows.input, width, from, size);
    const energies = new Float64Array(count * size);
    const strip = stripOf(size * width);
    for (let first = 0; first < count; first += strip) {
      const own = Math.min(strip, count - first);
      addProducts(encoder, first * width, own, input, 0, size, width, energies, first * size, size);
      if (pauses.due()) await pauses.take();
    }
    for (let axis = 0; axis < count; axis++) {
      let sum = 0;
      for (let place = axis * size; place < (axis + 1) * size; place++) {
        const energy = ((energies[place] ?? 0) + (bias[axis] ?? 0)) ** 2;
        energies[place] = energy;
        sum += energy;
      }
      addAt(sums, axis, sum);
    }
    await addUpperProducts(energies, count, size, moments, pauses);
  }
  const means = sums.map((sum) => sum / rows.count);
  const deviations = means.map((mean, a) =>
    Math.sqrt(Math.max(0, at(moments, a * count + a) / rows.count - mean * mean)),
  );
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      const scale = at(deviations, a) * at(deviations, b);
      const covariance = (moments[a * count + b] ?? 0) / rows.count - at(means, a) * at(means, b);
      moments[a * count + b] = scale > 0 ? covariance / scale : 0;
    }
  }
  return moments;
}

/** Adds A·Aᵀ of A [count, length] to `out` [count, count]: at least what is on and above its diagonal. */
async function addUpperProducts(
  a: Float64Array,
  count: number,
  length: number,
  out: Float64Array,
  pauses: Pauses,
): Promise<void> {
  const strip = stripOf(count * length);
  for (let first = 0; first < count; first += strip) {
    const own = Math.min(strip, count - first);
    const start = first * length;
    addProducts(a, start, own, a, start, count - first, length, out, first * count + first, count);
    if (pauses.due()) await pauses.take();
  }
}

/** How many lines of so much work make one strip: a multiple of four. */
function stripOf(workOfLine: number): number {
  return 4 * Math.max(1, Math.floor(STRIP / (4 * workOfLine)));
}
