/**
 * float64 numbers of a file become float32, in which the lab computes: what that does to numbers at the ends of the
 * range is told apart from NaN and infinity that were in the file. It knows no file format.
 */
import { at } from '../base/array';
import { placeIn } from '../base/finite';
import { LabError } from '../base/lab_error';

/**
 * Throws LabError `bad_data` when finite numbers of `wide` [rows, width] are infinite in `narrow`, the same as
 * float32, or when all that are not 0 became 0. NaN and infinity of the file itself are not its business.
 */
export function refuseBeyondFloat32(
  wide: Float64Array,
  narrow: Float32Array,
  width: number,
  label: string,
): void {
  const place = (index: number): string => placeIn([narrow.length / width, width], index);
  const isBeyond = (value: number, index: number): boolean =>
    Number.isFinite(value) && !Number.isFinite(at(narrow, index));
  const first = wide.findIndex(isBeyond);
  if (first >= 0) {
    const count = wide.reduce((sum, value, index) => sum + (isBeyond(value, index) ? 1 : 0), 0);
    throw new LabError(
      'bad_data',
      `${label} holds ${count} float64 values beyond float32, whose largest is 3.40e+38; the first, ${at(wide, first).toExponential(2)}, is ${place(first)} (counted from 0).`,
      'The lab computes in float32: divide all rows by the same number and save the file again.',
    );
  }
  const lost = wide.findIndex((value) => value !== 0);
  if (lost >= 0 && narrow.every((value) => value === 0)) {
    throw new LabError(
      'bad_data',
      `${label} holds only float64 values too small for float32, whose smallest is 1.40e-45; the first, ${at(wide, lost).toExponential(2)}, is ${place(lost)} (counted from 0).`,
      'The lab computes in float32: multiply all rows by the same number and save the file again.',
    );
  }
}
