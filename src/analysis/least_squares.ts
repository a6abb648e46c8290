/**
 * The codes that rebuild a row best with the columns that its gate chose: min over v of ‖t − Σ_C v_i d_i‖², C the columns
 * whose codes are not zero. What an encoder gives reads each column alone; least squares knows that columns overlap, so
 * a code then depends on its neighbours. Source: docs/method/metrics.md, "Codes by least squares".
 */
import { addAt, at } from '../base/array';
import { Pauses, type Work } from '../base/work';
import type { CodeTable } from './types';

/** Steps of conjugate gradients, of which each takes about 2·l0·d products. */
const ITERATIONS = 5;
/** Of the first gradient's square: below, the minimum is reached. */
const REACHED = 1e-28;

/** Rows to be rebuilt, and what by. */
export interface CodesProblem {
  /** [K·r, d] */
  readonly decoder: Float32Array;
  readonly width: number;
  /** Codes to begin with, in the units of the targets. */
  readonly codes: CodeTable;
  /** [rows, d], what the contributions of all units should add up to. */
  readonly targets: Float32Array;
  /** Whether a code may be negative. */
  readonly signed: boolean;
}

/**
 * Least squares codes by conjugate gradients from the given ones. Codes that may not be negative are cut off at zero
 * after the last step; a row that this leaves worse than it was keeps its codes, so that no row ever gets worse. A code
 * of zero stays zero. O(iterations · entries·r·d); lets others have the thread, and throws LabError `cancelled` when the
 * work is given up.
 */
export async function leastSquaresCodes(
  problem: CodesProblem,
  work: Work = {},
  iterations = ITERATIONS,
): Promise<CodeTable> {
  const { codes: table, width } = problem;
  const { rows, rank, offsets, active } = table;
  const codes = table.codes.slice();
  const pauses = new Pauses(work);
  const solver = new RowSolver(problem, iterations);
  for (let row = 0; row < rows; row++) {
    solver.begin();
    const [from, to] = [at(offsets, row) * rank, at(offsets, row + 1) * rank];
    for (let i = from; i < to; i++) {
      const unit = at(active, Math.floor(i / rank));
      if (codes[i] !== 0) solver.add(unit * rank + (i % rank), i, at(codes, i));
    }
    solver.solve(row * width, codes);
    if (pauses.due()) {
      work.onProgress?.((row + 1) / rows, 'Fitting codes by least squares');
      await pauses.take();
    }
  }
  return { ...table, codes };
}

/** Solves one row after another in the same memory. */
class RowSolver {
  /** Columns of the row: how many, where each begins in the decoder, and its place among the codes. */
  private count = 0;
  private atoms = new Uint32Array(64);
  private places = new Uint32Array(64);
  private values = new Float64Array(64);
  private gradient = new Float64Array(64);
  private direction = new Float64Array(64);
  private readonly residual: Float64Array;
  private readonly image: Float64Array;

  constructor(
    private readonly problem: CodesProblem,
    private readonly iterations: number,
  ) {
    this.residual = new Float64Array(problem.width);
    this.image = new Float64Array(problem.width);
  }

  /** Forgets the columns of the row before. */
  begin(): void {
    this.count = 0;
  }

  /** A column of the row, the place of its code, and the code to begin with. */
  add(column: number, place: number, code: number): void {
    if (this.count === this.values.length) this.grow();
    this.atoms[this.count] = column * this.problem.width;
    this.places[this.count] = place;
    this.values[this.count] = code;
    this.count += 1;
  }

  /** Writes the codes of the row whose target begins at `start`. */
  solve(start: number, codes: Float32Array): void {
    const { count, places, values } = this;
    if (count === 0) return;
    const before = this.error(start);
    this.descend();
    let cut = false;
    for (let i = 0; i < count && !this.problem.signed; i++) {
      if (at(values, i) >= 0) continue;
      values[i] = 0;
      cut = true;
    }
    if (cut && this.error(start) > before) return;
    for (let i = 0; i < count; i++) codes[at(places, i)] = at(values, i);
  }

  /** Conjugate gradients on the normal equations, from `values` and their residual. */
  private descend(): void {
    const { count, values, gradient, direction, residual, image } = this;
    let square = this.slope();
    const least = REACHED * square;
    direction.set(gradient.subarray(0, count));
    for (let step = 0; step < this.iterations && square > least; step++) {
      image.fill(0);
      this.addAtoms(image, direction, 1);
      let curvature = 0;
      for (const value of image) curvature += value * value;
      if (curvature === 0) return;
      const length = square / curvature;
      for (let i = 0; i < count; i++) addAt(values, i, length * at(direction, i));
      for (let c = 0; c < residual.length; c++) addAt(residual, c, -length * at(image, c));
      const next = this.slope();
      const kept = next / square;
      for (let i = 0; i < count; i++) direction[i] = at(gradient, i) + kept * at(direction, i);
      square = next;
    }
  }

  /** The residual of `values`, and its square. */
  private error(start: number): number {
    const { residual } = this;
    const { targets, width } = this.problem;
    for (let c = 0; c < width; c++) residual[c] = at(targets, start + c);
    this.addAtoms(residual, this.values, -1);
    let sum = 0;
    for (const value of residual) sum += value * value;
    return sum;
  }

  /**
   * What each column has in common with the residual, and the sum of the squares. Four columns at a time: a sum alone
   * waits for each of its additions, and each keeps its order.
   */
  private slope(): number {
    const { residual, gradient, atoms, count } = this;
    const { decoder, width } = this.problem;
    let square = 0;
    for (let i = 0; i < count; i += 4) {
      const [a, b, c, d] = this.four(atoms, i);
      let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
      for (let x = 0; x < width; x++) {
        const value = residual[x] ?? 0;
        sumA += (decoder[a + x] ?? 0) * value;
        sumB += (decoder[b + x] ?? 0) * value;
        sumC += (decoder[c + x] ?? 0) * value;
        sumD += (decoder[d + x] ?? 0) * value;
      }
      [gradient[i], gradient[i + 1], gradient[i + 2], gradient[i + 3]] = [sumA, sumB, sumC, sumD];
    }
    for (let i = 0; i < count; i++) square += at(gradient, i) * at(gradient, i);
    return square;
  }

  /** Adds all columns with these factors times `sign` to a row, in order, four at a time. */
  private addAtoms(to: Float64Array, factors: Float64Array, sign: 1 | -1): void {
    const { atoms, count } = this;
    const { decoder, width } = this.problem;
    for (let i = 0; i < count; i += 4) {
      const [a, b, c, d] = this.four(atoms, i);
      const factor = (place: number) => (place < count ? sign * at(factors, place) : 0);
      const [one, two, three, four] = [factor(i), factor(i + 1), factor(i + 2), factor(i + 3)];
      for (let x = 0; x < width; x++) {
        let value = to[x] ?? 0;
        value += one * (decoder[a + x] ?? 0);
        value += two * (decoder[b + x] ?? 0);
        value += three * (decoder[c + x] ?? 0);
        value += four * (decoder[d + x] ?? 0);
        to[x] = value;
      }
    }
  }

  /** Four columns from the i-th on; what there is not of them repeats the last one. */
  private four(atoms: Uint32Array, i: number): readonly [number, number, number, number] {
    const last = this.count - 1;
    return [
      at(atoms, i),
      at(atoms, Math.min(i + 1, last)),
      at(atoms, Math.min(i + 2, last)),
      at(atoms, Math.min(i + 3, last)),
    ];
  }

  private grow(): void {
    const twice = <T extends Uint32Array | Float64Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    const length = 2 * this.values.length;
    this.atoms = twice(this.atoms, new Uint32Array(length));
    this.places = twice(this.places, new Uint32Array(length));
    this.values = twice(this.values, new Float64Array(length));
    this.gradient = new Float64Array(length);
    this.direction = new Float64Array(length);
  }
}
