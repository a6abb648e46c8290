/**
 * 16-bit floats as files hold them: IEEE half precision and bfloat16, widened to float32, and half precision
 * made from float32. Exists
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

/** Whether no pattern of these half floats is NaN or infinite: those have all bits of the exponent set. */
export function areFiniteHalves(bits: Uint16Array): boolean {
  for (let i = 0; i < bits.length; i += 1) {
    if ((at(bits, i) & 0x7c00) === 0x7c00) return false;
  }
  return true;
}

/**
 * float32 as float16 bit patterns, rounded to the nearest, ties to even; what is too large becomes infinite, and
 * NaN stays NaN.
 */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, halfBits);
}

/** The half float next to the float32 with these bits. */
function halfBits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  const exponent = (magnitude >>> 23) - 127;
  if (exponent > 15) return sign | 0x7c00;
  if (exponent < -25) return sign;
  // Normal numbers lose 13 bits of the fraction; below 2⁻¹⁴ the leading one is written out and loses more.
  const lost = exponent < -14 ? -exponent - 1 : 13;
  const whole = exponent < -14 ? (magnitude & 0x7fffff) | 0x800000 : magnitude - (112 << 23);
  const half = 2 ** (lost - 1);
  const rest = whole % 2 ** lost;
  const kept = Math.floor(whole / 2 ** lost);
  const up = rest > half || (rest === half && kept % 2 === 1);
  // A carry out of the fraction goes on into the exponent, up to infinity.
  return sign | (kept + (up ? 1 : 0));
}

/** bfloat16 bit patterns as float32: the upper half of its bits. Exact. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const widened = Uint32Array.from(bits, (pattern) => pattern << 16);
  return new Float32Array(widened.buffer);
}
