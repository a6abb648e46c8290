/**
 * Where numbers come in or go out they are looked at here: NaN and infinity are refused in words that say how
 * many there are and where the first one is. A number that is not finite spreads through every sum after it, and
 * JSON would write it as null, so that nobody could tell afterwards where it came from.
 */
import { at } from './array';
import { LabError, type LabErrorCode } from './lab_error';

/** How a refusal is said: "<subject> holds 1 NaN … <wayOut>". */
export interface Refusal {
  /** `bad_data` for what was given to the lab, `not_finite` for what the lab worked out. */
  readonly code: LabErrorCode;
  readonly subject: string;
  readonly wayOut: string;
  /** Number of the first row of `values` where they are a part of something longer; 0 when absent. */
  readonly firstRow?: number;
}

/**
 * Throws the LabError of `refusal` when `values` of this shape, row-major, hold NaN or infinity: how many, and
 * the place of the first. O(values).
 */
export function refuseNotFinite(
  values: ArrayLike<number>,
  shape: readonly number[],
  { code, subject, wayOut, firstRow = 0 }: Refusal,
): void {
  let nans = 0;
  let infinities = 0;
  let first = -1;
  for (let i = 0; i < values.length; i += 1) {
    const value = at(values, i);
    if (Number.isFinite(value)) continue;
    if (first < 0) first = i;
    if (Number.isNaN(value)) nans += 1;
    else infinities += 1;
  }
  if (first < 0) return;
  throw new LabError(
    code,
    `${subject} holds ${nans} NaN and ${infinities} infinite values; the first is ${placeIn(shape, first, firstRow)} (counted from 0).`,
    wayOut,
  );
}

/** Where entry `index` of an array of this shape is, in words: "in row 2, column 1". */
export function placeIn(shape: readonly number[], index: number, firstRow = 0): string {
  const [, width] = shape;
  if (shape.length !== 2 || width === undefined) return `at position ${index}`;
  return `in row ${firstRow + Math.floor(index / width)}, column ${index % width}`;
}

/**
 * Throws LabError `not_finite` naming the first of these numbers that is NaN or infinite: "<subject>: <name> is
 * NaN<when>."
 */
export function refuseNotFiniteMetrics(
  metrics: Readonly<Record<string, number>>,
  subject: string,
  wayOut: string,
  when = '',
): void {
  for (const [name, value] of Object.entries(metrics)) {
    if (Number.isFinite(value)) continue;
    throw new LabError('not_finite', `${subject}: ${name} is ${value}${when}.`, wayOut);
  }
}
