/**
 * 16-bit floats as files hold them: IEEE half precision and bfloat16, widened to float32. Exists
 * because JavaScript has no 16-bit float array everywhere yet. It knows no file format.
 */
import { at } from '../base/array';

/** Value of one IEEE half-precision number (1 sign, 5 exponent, 10 fraction bits). */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let halfTable: Float32Array | undefined;

/** float16 bit patterns as float32; exact for every pattern but the payload of a NaN. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const table = (halfTable ??= Float32Array.from({ length: 0x10000 }, (_, i) => halfValue(i)));
  return Float32Array.from(bits, (pattern) => at(table, pattern));
}

/** bfloat16 bit patterns as float32: the upper half of its bits. Exact. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const widened = Uint32Array.from(bits, (pattern) => pattern << 16);
  return new Float32Array(widened.buffer);
}
