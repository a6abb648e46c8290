/** The inner products that moves spend their time in, four by four, so that every number read is used four times. */

/**
 * Adds A·Bᵀ to `out`: A [aRows, length] and B [bRows, length] row-major from their starts, out[i·stride + j + outStart].
 * O(aRows·bRows·length). The order of every sum depends on `length` alone.
 */
export function addProducts(
  a: Float64Array,
  aStart: number,
  aRows: number,
  b: Float64Array,
  bStart: number,
  bRows: number,
  length: number,
  out: Float64Array,
  outStart: number,
  stride: number,
): void {
  const aTiled = aRows - (aRows % 4);
  const bTiled = bRows - (bRows % 4);
  for (let i = 0; i < aTiled; i += 4) {
    const a0 = aStart + i * length;
    const a1 = a0 + length;
    const a2 = a1 + length;
    const a3 = a2 + length;
    for (let j = 0; j < bTiled; j += 4) {
      const b0 = bStart + j * length;
      const b1 = b0 + length;
      const b2 = b1 + length;
      const b3 = b2 + length;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      let s20 = 0;
      let s21 = 0;
      let s22 = 0;
      let s23 = 0;
      let s30 = 0;
      let s31 = 0;
      let s32 = 0;
      let s33 = 0;
      for (let l = 0; l < length; l++) {
        const x0 = a[a0 + l] ?? 0;
        const x1 = a[a1 + l] ?? 0;
        const x2 = a[a2 + l] ?? 0;
        const x3 = a[a3 + l] ?? 0;
        const y0 = b[b0 + l] ?? 0;
        const y1 = b[b1 + l] ?? 0;
        const y2 = b[b2 + l] ?? 0;
        const y3 = b[b3 + l] ?? 0;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
        s20 += x2 * y0;
        s21 += x2 * y1;
        s22 += x2 * y2;
        s23 += x2 * y3;
        s30 += x3 * y0;
        s31 += x3 * y1;
        s32 += x3 * y2;
        s33 += x3 * y3;
      }
      let o = outStart + i * stride + j;
      out[o] = (out[o] ?? 0) + s00;
      out[o + 1] = (out[o + 1] ?? 0) + s01;
      out[o + 2] = (out[o + 2] ?? 0) + s02;
      out[o + 3] = (out[o + 3] ?? 0) + s03;
      o += stride;
      out[o] = (out[o] ?? 0) + s10;
      out[o + 1] = (out[o + 1] ?? 0) + s11;
      out[o + 2] = (out[o + 2] ?? 0) + s12;
      out[o + 3] = (out[o + 3] ?? 0) + s13;
      o += stride;
      out[o] = (out[o] ?? 0) + s20;
      out[o + 1] = (out[o + 1] ?? 0) + s21;
      out[o + 2] = (out[o + 2] ?? 0) + s22;
      out[o + 3] = (out[o + 3] ?? 0) + s23;
      o += stride;
      out[o] = (out[o] ?? 0) + s30;
      out[o + 1] = (out[o + 1] ?? 0) + s31;
      out[o + 2] = (out[o + 2] ?? 0) + s32;
      out[o + 3] = (out[o + 3] ?? 0) + s33;
    }
  }
  for (let i = 0; i < aRows; i++) {
    for (let j = i < aTiled ? bTiled : 0; j < bRows; j++) {
      const from = aStart + i * length;
      const to = bStart + j * length;
      let sum = 0;
      for (let l = 0; l < length; l++) sum += (a[from + l] ?? 0) * (b[to + l] ?? 0);
      const o = outStart + i * stride + j;
      out[o] = (out[o] ?? 0) + sum;
    }
  }
}

/** Inner product of `length` entries of a from `aStart` and b from `bStart`, summed in float64. */
export function innerProduct(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  length: number,
): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[aStart + i] ?? 0) * (b[bStart + i] ?? 0);
  return sum;
}

/** left += scale · `length` entries of `row` from `start`. */
export function addScaled(
  left: Float64Array,
  scale: number,
  row: Float32Array,
  start: number,
  length: number,
): void {
  for (let c = 0; c < length; c++) left[c] = (left[c] ?? 0) + scale * (row[start + c] ?? 0);
}
