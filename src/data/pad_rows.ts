/**
 * Rows as kernels read them: padded with zeros to a whole number of vec4s.
 */

/** vec4s in a row of `width` floats. */
export function vectorsPerRow(width: number): number {
  return Math.ceil(width / 4);
}

/** [rows, width] as [rows, 4·ceil(width/4)]; the same array when nothing has to be added. */
export function padRows(values: Float32Array, width: number): Float32Array {
  const padded = 4 * vectorsPerRow(width);
  if (padded === width) return values;
  const rows = values.length / width;
  const out = new Float32Array(rows * padded);
  for (let row = 0; row < rows; row += 1) {
    out.set(values.subarray(row * width, (row + 1) * width), row * padded);
  }
  return out;
}
