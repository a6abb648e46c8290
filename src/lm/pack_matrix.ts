/**
 * Matrices as the kernels read them (shaders/weight_rows.wgsl): rows of several matrices gathered into one,
 * columns moved where heads or gates want them, zero-padded to whole chunks of 16 columns and groups of
 * 8 rows. Pure; knows no GPU.
 */
import { at } from '../base/array';
import type { Matrix, WeightFormat } from './language_model';

/** Columns that a kernel reads at once. */
export const CHUNK = 16;
/** Outputs that a thread makes: row counts are multiples of this. */
const ROW_GROUP = 8;

/** Which stored row a packed row holds: matrix and row in it, or null for zeros. */
export type RowSource = readonly [matrix: number, row: number] | null;

export interface PackedMatrix {
  readonly format: WeightFormat;
  /** Multiple of ROW_GROUP. */
  readonly rows: number;
  /** Chunks of 16 columns in a row. */
  readonly chunks: number;
  /** [rows, chunks · 16] entries of `format`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** [2, rows]: what multiplies a row, then its bias. */
  readonly terms: Float32Array<ArrayBuffer>;
}

export interface PackedShape {
  readonly format: WeightFormat;
  readonly rows: number;
  readonly chunks: number;
}

const bytesOfFormat: Readonly<Record<WeightFormat, number>> = { f32: 4, f16: 2, i8: 1 };

/** Bytes of the entries of a packed matrix. */
export function packedBytes({ format, rows, chunks }: PackedShape): number {
  return rows * chunks * CHUNK * bytesOfFormat[format];
}

/** Rows of zeros that make `count` a multiple of ROW_GROUP. */
export function paddedRows(count: number): number {
  return Math.ceil(count / ROW_GROUP) * ROW_GROUP;
}

/** One format for several matrices: theirs, or f32 when they differ. */
export function commonFormat(matrices: readonly Matrix[]): WeightFormat {
  const first = at(matrices, 0).format;
  return matrices.every(({ format }) => format === first) ? first : 'f32';
}

/** The number that the bits of a half float stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits >>> 15 === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Entry of a matrix as the number that it stands for. */
export function entryOf(matrix: Matrix, row: number, column: number): number {
  const stored = at(matrix.values, row * matrix.columns + column);
  if (matrix.format === 'f16') return halfToNumber(stored);
  return matrix.format === 'i8' ? stored * at(matrix.scales, row) : stored;
}

/** A matrix with every entry as the float32 next to the number that it stands for. */
export function asFloat32(matrix: Matrix): Extract<Matrix, { format: 'f32' }> {
  if (matrix.format === 'f32') return matrix;
  const { rows, columns } = matrix;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      values[row * columns + column] = entryOf(matrix, row, column);
    }
  }
  return { format: 'f32', rows, columns, values };
}

/**
 * Gathers rows of matrices of equal width. `biases` are per matrix; `columns` says which stored column each
 * packed one holds (−1: zero), null that they stay where they are.
 */
export function packMatrix(
  matrices: readonly Matrix[],
  biases: readonly (Float32Array | null)[],
  rowSources: readonly RowSource[],
  columns: Int32Array | null = null,
): PackedMatrix {
  const format = commonFormat(matrices);
  const sources = matrices.map((matrix) => (format === 'f32' ? asFloat32(matrix) : matrix));
  const width = columns?.length ?? at(sources, 0).columns;
  const chunks = Math.ceil(width / CHUNK);
  const rows = paddedRows(rowSources.length);
  const bytes = new Uint8Array(packedBytes({ format, rows, chunks }));
  const entries = entriesOf(format, bytes);
  const terms = new Float32Array(2 * rows);
  rowSources.forEach((source, packed) => {
    if (source === null) return;
    const [index, row] = source;
    const matrix = at(sources, index);
    terms[packed] = matrix.format === 'i8' ? at(matrix.scales, row) : 1;
    terms[rows + packed] = biases[index]?.[row] ?? 0;
    const stored = matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns);
    if (columns === null) {
      entries.set(stored, packed * chunks * CHUNK);
      return;
    }
    columns.forEach((column, to) => {
      if (column >= 0) entries[packed * chunks * CHUNK + to] = at(stored, column);
    });
  });
  return { format, rows, chunks, bytes, terms };
}

function entriesOf(
  format: WeightFormat,
  { buffer }: Uint8Array<ArrayBuffer>,
): Float32Array | Uint16Array | Int8Array {
  if (format === 'f32') return new Float32Array(buffer);
  return format === 'f16' ? new Uint16Array(buffer) : new Int8Array(buffer);
}
