/** Rows as kernels read them: padded with zeros to a whole number of vec4s. */

/** vec4s in a row of `width` floats. */
export function vectorsPerRow(width: number): number {
  return Math.ceil(width / 4);
}

/** [rows, width] as [rows, 4·ceil(width/4)]; the same array when nothing has to be added. */
export function padRows(values: Float32Array, width: number): Float32Array {
  const stride = 4 * vectorsPerRow(width);
  if (stride === width) return values;
  const rows = values.length / width;
  const padded = new Float32Array(rows * stride);
  for (let row = 0; row < rows; row += 1) {
    padded.set(values.subarray(row * width, (row + 1) * width), row * stride);
  }
  return padded;
}

/** The first `count` rows [count, width] of padded ones. */
export function unpadRows(padded: Float32Array, count: number, width: number): Float32Array {
  const stride = 4 * vectorsPerRow(width);
  if (stride === width) return padded.slice(0, count * width);
  const values = new Float32Array(count * width);
  for (let row = 0; row < count; row += 1) {
    values.set(padded.subarray(row * stride, row * stride + width), row * width);
  }
  return values;
}
