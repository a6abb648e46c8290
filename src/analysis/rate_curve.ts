/**
 * What codes cost in bits, and what is lost when fewer are spent: index bits, and the entropy of coordinates that are
 * rounded to multiples of one step Δ, with the explained variance that is left, for 24 steps. Everything is worked out
 * for all rows and without each of ten folds of them, which is what an interval is made of (rate_summary.ts).
 * Source: docs/method/metrics.md, "Bits a token".
 */
import { at } from '../base/array';
import { Pauses, requireWanted, type Work } from '../base/work';
import { firingsOf, indexCodes, type IndexedCodes } from './code_index';
import { takeRows } from './code_table';
import { contributionErrors } from './pruned_maps';
import { Quantiser } from './quantiser';
import {
  explainedOfSets,
  foldsOf,
  indexBits,
  uniformIndexBits,
  SETS,
  type Folds,
  type OfSets,
} from './rate_folds';
import { unitAxes, type UnitAxes } from './unit_axes';
import type { CodeTable, Dictionary } from './types';

/** Steps, from `FINEST` to `COARSEST` times the rms of the rows, evenly in the logarithm. */
const STEPS = 24;
const FINEST = 0.01;
const COARSEST = 1;

/** Rows on which the loss is measured, of a table of codes. */
export interface JudgedRows {
  /** [n], ascending. */
  readonly rows: Uint32Array;
  /** [n, d], what the contributions of all units should add up to. */
  readonly targets: Float32Array;
  /** [n], ‖x − x̄‖². */
  readonly power: Float64Array;
}

/** Rows that a curve is made of. */
export interface RateRows {
  readonly dictionary: Dictionary;
  /** Codes with which D_kᵀp_k is a part of the row itself. */
  readonly codes: CodeTable;
  /** Consecutive parts of the table, [rows of each]: each is cut into ten folds of neighbours. */
  readonly parts: readonly number[];
  readonly judged: JudgedRows;
  /** Whether columns are chosen one by one: groups are quantised column by column then, 0 being one more value. */
  readonly ownColumns?: boolean;
}

interface RatePoint {
  /** Δ, in the data's units. */
  readonly delta: number;
  /** [SETS], bits a row of all coordinates. */
  readonly coefficients: OfSets;
  /** [SETS], explained variance of the rounded codes. */
  readonly explained: OfSets;
}

export interface RateCurve {
  /** [SETS], Σ_k H(p_k), bits a row. */
  readonly index: OfSets;
  /** Mean of log₂ C(K, s_b) over the rows, s_b units firing in row b. */
  readonly uniformIndex: number;
  /** [SETS], explained variance of the codes as they are. */
  readonly explained: OfSets;
  /** Finest step first. */
  readonly points: readonly RatePoint[];
}

/**
 * The curve of some codes. Entropies, frequencies and bin centroids are those of all rows of the table, losses those of
 * the judged ones. O(steps · (firings·r + judged firings·r·d)); 16 bytes a coordinate, 8 bytes a column of the
 * dictionary and dimension. Lets others have the thread; throws LabError `cancelled` when the work is given up.
 */
export async function rateCurve(rates: RateRows, work: Work = {}): Promise<RateCurve> {
  const { dictionary, codes, judged } = rates;
  const pauses = new Pauses(work);
  const indexed = indexCodes(dictionary, codes);
  await pauses.take();
  const axes = unitAxes(indexed, rates.ownColumns);
  await pauses.take();
  const folds = foldsOf(indexed, rates.parts);
  const firings = judgedFirings(indexed, axes, judged.rows);
  const { decoder, width } = dictionary;
  const own = takeRows(codes, judged.rows);
  const losses = contributionErrors(decoder, own, judged.targets, width);
  const share = (errors: Float64Array) => explainedOfSets(errors, judged.power, judged.rows, folds);
  const points: RatePoint[] = [];
  const rounded = new Float64Array(axes.coordinates.length);
  const quantiser = new Quantiser();
  const rms = Math.sqrt(judged.power.reduce((sum, power) => sum + power, 0) / judged.rows.length);
  for (let i = 0; i < STEPS; i++) {
    work.onProgress?.(i / STEPS, 'Counting bits');
    requireWanted(work);
    const delta = rms * FINEST * (COARSEST / FINEST) ** (i / (STEPS - 1));
    const coefficients = await roundAll(quantiser, indexed, axes, folds, delta, rounded, pauses);
    const errors = await roundedErrors(axes, firings, rounded, judged.targets, pauses);
    points.push({ delta, coefficients, explained: share(errors) });
  }
  return {
    index: indexBits(indexed, folds),
    uniformIndex: uniformIndexBits(indexed),
    explained: share(losses),
    points,
  };
}

/** Bits a row of the coordinates of all units, rounded to multiples of `delta`; what they are rounded to goes to `rounded`. */
async function roundAll(
  quantiser: Quantiser,
  indexed: IndexedCodes,
  { coordinates }: UnitAxes,
  folds: Folds,
  delta: number,
  rounded: Float64Array,
  pauses: Pauses,
): Promise<OfSets> {
  const { groups, rank } = indexed.dictionary;
  const bits = new Float64Array(SETS);
  for (let k = 0; k < groups; k++) {
    const firings = firingsOf(indexed, k);
    if (firings === 0) continue;
    const start = at(indexed.offsets, k);
    const own = folds.ofFiring.subarray(start, start + firings);
    for (let axis = 0; axis < rank; axis++) {
      const first = start * rank + axis * firings;
      const values = coordinates.subarray(first, first + firings);
      quantiser.quantise(values, own, delta, rounded.subarray(first, first + firings), bits);
    }
    if (pauses.due()) await pauses.take();
  }
  return bits.map((length, set) => length / at(folds.rows, set));
}

/** The firings of the judged rows, row by row. */
interface JudgedFirings {
  /** [n + 1]. */
  readonly offsets: Uint32Array;
  /** [firings], place of the coordinate on the first axis, and from there to the next axis. */
  readonly coordinates: Uint32Array;
  readonly strides: Uint32Array;
  /** [firings], place of the unit's first axis among the directions, in rows of d. */
  readonly directions: Uint32Array;
  readonly rank: number;
  readonly width: number;
}

function judgedFirings(indexed: IndexedCodes, axes: UnitAxes, rows: Uint32Array): JudgedFirings {
  const { rank, width, groups } = indexed.dictionary;
  const judged = new Int32Array(indexed.codes.rows).fill(-1);
  rows.forEach((row, i) => (judged[row] = i));
  const offsets = new Uint32Array(rows.length + 1);
  for (const row of indexed.rows) {
    const i = at(judged, row);
    if (i >= 0) offsets[i + 1] = at(offsets, i + 1) + 1;
  }
  for (let i = 0; i < rows.length; i++) offsets[i + 1] = at(offsets, i + 1) + at(offsets, i);
  const count = at(offsets, rows.length);
  const next = offsets.slice();
  const coordinates = new Uint32Array(count);
  const strides = new Uint32Array(count);
  const directions = new Uint32Array(count);
  for (let k = 0; k < groups; k++) {
    const start = at(indexed.offsets, k);
    const firings = firingsOf(indexed, k);
    for (let e = 0; e < firings; e++) {
      const i = at(judged, at(indexed.rows, start + e));
      if (i < 0) continue;
      const place = at(next, i);
      next[i] = place + 1;
      coordinates[place] = start * rank + e;
      strides[place] = firings;
      directions[place] = at(axes.places, k) * rank;
    }
  }
  return { offsets, coordinates, strides, directions, rank, width };
}

/** Rows between two looks at the clock. */
const ROWS_AT_ONCE = 32;

/** ‖t − Σ of the rounded contributions‖² of the judged rows, [n]. */
async function roundedErrors(
  axes: UnitAxes,
  { offsets, coordinates, strides, directions, rank, width }: JudgedFirings,
  rounded: Float64Array,
  targets: Float32Array,
  pauses: Pauses,
): Promise<Float64Array> {
  const errors = new Float64Array(offsets.length - 1);
  const left = new Float64Array(width);
  let values = new Float64Array(0);
  let starts = new Uint32Array(0);
  for (let row = 0; row < errors.length; row++) {
    for (let c = 0; c < width; c++) left[c] = targets[row * width + c] ?? 0;
    const [first, end] = [at(offsets, row), at(offsets, row + 1)];
    if ((end - first) * rank > values.length) {
      values = new Float64Array(2 * (end - first) * rank);
      starts = new Uint32Array(values.length);
    }
    let count = 0;
    for (let firing = first; firing < end; firing++) {
      for (let axis = 0; axis < rank; axis++) {
        const value = rounded[at(coordinates, firing) + axis * at(strides, firing)] ?? 0;
        if (value === 0) continue;
        values[count] = value;
        starts[count] = (at(directions, firing) + axis) * width;
        count += 1;
      }
    }
    subtractAll(left, axes.directions, values, starts, count);
    let sum = 0;
    for (let c = 0; c < width; c++) sum += (left[c] ?? 0) ** 2;
    errors[row] = sum;
    if (row % ROWS_AT_ONCE === 0 && pauses.due()) await pauses.take();
  }
  return errors;
}

/**
 * left ← left − Σ values[i] · directions[starts[i] …], the first `count` of them in order. Four at a time: the row is read
 * and written once for all four.
 */
function subtractAll(
  left: Float64Array,
  directions: Float64Array,
  values: Float64Array,
  starts: Uint32Array,
  count: number,
): void {
  for (let i = 0; i < count; i += 4) {
    // What there is not of four is the first one times zero.
    const of = (place: number) =>
      place < count
        ? ([at(values, place), at(starts, place)] as const)
        : ([0, at(starts, i)] as const);
    const [[one, a], [two, b], [three, c], [four, d]] = [of(i), of(i + 1), of(i + 2), of(i + 3)];
    for (let x = 0; x < left.length; x++) {
      let value = left[x] ?? 0;
      value -= one * (directions[a + x] ?? 0);
      value -= two * (directions[b + x] ?? 0);
      value -= three * (directions[c + x] ?? 0);
      value -= four * (directions[d + x] ?? 0);
      left[x] = value;
    }
  }
}
