/**
 * Algebra of the twin of moves: lists of lists, eigenvectors by the QR algorithm with shifts, where the lab has blocked
 * loops and Jacobi rotations.
 */
export type Vector = number[];
export type Matrix = Vector[];

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
export const sum = (values: Vector): number => values.reduce((a, b) => a + b, 0);
export const inner = (a: Vector, b: Vector): number => sum(a.map((v, i) => v * (b[i] ?? 0)));
export const turned = (a: Matrix): Matrix =>
  range(a[0]?.length ?? 0).map((j) => a.map((row) => row[j] ?? 0));
export const times = (a: Matrix, b: Matrix): Matrix => {
  const columns = turned(b);
  return a.map((row) => columns.map((column) => inner(row, column)));
};
export const scaled = (a: Matrix, by: number): Matrix => a.map((row) => row.map((v) => v * by));
const plus = (a: Matrix, b: Matrix): Matrix =>
  a.map((row, i) => row.map((v, j) => v + (b[i]?.[j] ?? 0)));
const unit = (n: number): Matrix => range(n).map((i) => range(n).map((j) => (i === j ? 1 : 0)));
const trace = (a: Matrix): number => sum(a.map((row, i) => row[i] ?? 0));
export const get = (a: Matrix, i: number): Vector => a[i] ?? [];
export const pick = <T>(list: readonly T[], indices: readonly number[]): T[] =>
  indices.flatMap((i) => (i < list.length ? [list[i] as T] : []));

/** The orthogonal factor of A = Q·R by Gram–Schmidt on the columns; a column that depends on the others gives way to any. */
function orthogonalFactor(a: Matrix): Matrix {
  const basis: Matrix = [];
  for (const column of turned(a)) {
    for (const start of [column, ...unit(a.length)]) {
      let left = start;
      for (let turn = 0; turn < 3; turn++) {
        for (const b of basis) {
          const amount = inner(left, b);
          left = left.map((v, i) => v - amount * (b[i] ?? 0));
        }
      }
      const length = Math.sqrt(inner(left, left));
      if (length <= 1e-6 * Math.sqrt(inner(start, start))) continue;
      basis.push(left.map((v) => v / length));
      break;
    }
  }
  return turned(basis);
}

/** Eigenvalues, largest first, and eigenvectors in rows, of a symmetric matrix: the QR algorithm with shifts. */
export function eigen(matrix: Matrix): { values: Vector; vectors: Matrix } {
  const n = matrix.length;
  let a = matrix;
  let vectors = unit(n);
  for (let m = n - 1; m > 0; m--) {
    const size = Math.sqrt(sum(matrix.map((row) => inner(row, row))));
    for (let turn = 0; turn < 500; turn++) {
      if (Math.max(...get(a, m).slice(0, m).map(Math.abs)) <= 1e-16 * size) break;
      // Wilkinson's shift of the last two.
      const [x, y, z] = [a[m - 1]?.[m - 1] ?? 0, a[m]?.[m - 1] ?? 0, a[m]?.[m] ?? 0];
      const half = (x - z) / 2;
      const below = Math.abs(half) + Math.hypot(half, y);
      const shift = below === 0 ? z : z - (Math.sign(half) || 1) * ((y * y) / below);
      const leading = range(m + 1).map((i) =>
        range(m + 1).map((j) => (a[i]?.[j] ?? 0) - (i === j ? shift : 0)),
      );
      const q = orthogonalFactor(leading);
      const whole = unit(n).map((row, i) =>
        row.map((v, j) => (i <= m && j <= m ? (q[i]?.[j] ?? 0) : v)),
      );
      a = times(times(turned(whole), a), whole);
      vectors = times(vectors, whole);
    }
  }
  const values = a.map((row, i) => row[i] ?? 0);
  const order = range(n).sort((i, j) => (values[j] ?? 0) - (values[i] ?? 0));
  return { values: pick(values, order), vectors: pick(turned(vectors), order) };
}

/** f of a symmetric matrix. */
export function functionOf(matrix: Matrix, f: (value: number) => number): Matrix {
  const { values, vectors } = eigen(matrix);
  return times(
    turned(vectors),
    vectors.map((v, i) => v.map((x) => x * f(values[i] ?? 0))),
  );
}

export const withRidge = (a: Matrix, share: number): Matrix =>
  plus(a, scaled(unit(a.length), (share * trace(a)) / a.length));
export const root = (a: Matrix): Matrix => functionOf(a, (v) => Math.sqrt(Math.max(0, v)));
/** E[y yᵀ] of points in rows. */
export const secondMoment = (points: Matrix): Matrix =>
  scaled(times(turned(points), points), 1 / points.length);
/** Eigenvectors with at least 3 % of the trace. */
export const strong = (moment: Matrix): Matrix => {
  const { values, vectors } = eigen(moment);
  return vectors.filter((_, i) => (values[i] ?? 0) >= 0.03 * trace(moment));
};

/** Rotation of points [n, q], rows the new axes. */
export function quartimax(points: Matrix): Matrix {
  let z = points;
  let rotation = unit(points[0]?.length ?? 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    let most = 0;
    for (const i of range(rotation.length)) {
      for (const j of range(rotation.length).slice(i + 1)) {
        const pairs = z.map((p) => [p[i] ?? 0, p[j] ?? 0] as const);
        const uv = pairs.map(([x, y]) => [x ** 2 - y ** 2, 2 * x * y] as const);
        const phi =
          Math.atan2(2 * sum(uv.map(([u, v]) => u * v)), sum(uv.map(([u, v]) => u * u - v * v))) /
          4;
        most = Math.max(most, Math.abs(phi));
        const turn = unit(rotation.length);
        get(turn, i)[i] = Math.cos(phi);
        get(turn, i)[j] = Math.sin(phi);
        get(turn, j)[i] = -Math.sin(phi);
        get(turn, j)[j] = Math.cos(phi);
        z = times(z, turned(turn));
        rotation = times(turn, rotation);
      }
    }
    if (most < 1e-3) break;
  }
  return rotation;
}

export interface Part {
  axes: number[];
  energy: number;
}

/** Components of points [n, q], by falling energy. */
export function parts(
  z: Matrix,
  joined: (squares: Matrix, i: number, j: number) => boolean,
): Part[] {
  const squares = z.map((p) => p.map((v) => v * v));
  const q = z[0]?.length ?? 0;
  const label = range(q);
  // Labels spread until nothing changes.
  for (let turn = 0; turn < q; turn++) {
    for (const i of range(q)) {
      for (const j of range(q)) {
        if (i !== j && joined(squares, i, j))
          label[i] = label[j] = Math.min(label[i] ?? 0, label[j] ?? 0);
      }
    }
  }
  const energies = range(q).map((i) => sum(squares.map((p) => p[i] ?? 0)));
  return [...new Set(label)]
    .map((name) => range(q).filter((i) => label[i] === name))
    .map((axes) => ({ axes, energy: sum(pick(energies, axes)) / sum(energies) }))
    .sort((a, b) => b.energy - a.energy || (a.axes[0] ?? 0) - (b.axes[0] ?? 0));
}

export const meanOf = (values: Vector): number => sum(values) / values.length;
export const column = (a: Matrix, i: number): Vector => a.map((row) => row[i] ?? 0);
export const meanProduct = (a: Matrix, i: number, j: number): number =>
  meanOf(a.map((p) => (p[i] ?? 0) * (p[j] ?? 0)));
