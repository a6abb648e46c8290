/**
 * How far the nuclear gradient may be from its float64 twin. The kernel writes matrices X_D, X_E with
 * ∂R/∂W = X W; what counts is the product, and its error has a theory:
 *
 * X_D is the geometric mean G_E # G_D⁻¹ and X_E = G_D # G_E⁻¹ (Pusz & Woronowicz 1975; Bhatia, "Positive
 * Definite Matrices", chapter 4), which is monotone and homogeneous. So if rounding moves the ridged Gram
 * matrices by at most a share η of themselves (in the Loewner order), X moves by at most a share η of
 * itself, and ‖ΔX W‖_F ≤ η ‖X‖^½ ‖X^½ W‖_F = η (‖X‖ R)^½, since ⟨X W, W⟩ = R, the norm itself.
 * η = n u trace / λ_min for the two matrices, n the roundings of a Gram entry and of Cholesky.
 * What follows Cholesky (the product C, its Jacobi rotations, the triangular solves) is backward stable:
 * c r u (cond of the triangular factors + ‖L_D‖‖L_E‖/σ_min) ‖W'‖, W' the other matrix.
 *
 * Rows of a gate, LᵀE: if G moves by ‖ΔG‖, its factor moves by at most ‖L‖ κ(G) (‖ΔG‖/‖G‖)/√2 to first order (Sun 1991,
 * BIT 31); a second half covers the rest. Then the product rounds.
 *
 * Singular values: the same η (Ostrowski), plus the rounding of C relative to the largest.
 */
import { at } from '../../../src/base/array';
import { symmetricEigen } from '../../../src/base/linear_algebra';
import type { Pass } from '../../../src/gpu/plan';
import { gammaOf, UNIT } from './error_bounds';
import type { BoundContents } from './gpu_step';
import { worse, type Worst } from './worst';

/** One block [r, width] of E or D. */
export interface Block {
  readonly values: Float64Array;
  readonly rank: number;
}

/** X W for X [r, r], W [r, width]. */
export function times(x: Float64Array, { values, rank }: Block): Float64Array {
  const width = values.length / rank;
  const result = new Float64Array(values.length);
  for (let i = 0; i < rank; i += 1) {
    for (let j = 0; j < rank; j += 1) {
      const factor = at(x, i * rank + j);
      for (let c = 0; c < width; c += 1) {
        result[i * width + c] = at(result, i * width + c) + factor * at(values, j * width + c);
      }
    }
  }
  return result;
}

/** Frobenius norm. */
export function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** Eigenvalues of W Wᵀ, largest first. */
function gramValues({ values, rank }: Block): Float64Array {
  const width = values.length / rank;
  const gram = Float64Array.from({ length: rank * rank }, (_, index) => {
    const [i, j] = [Math.floor(index / rank), index % rank];
    let sum = 0;
    for (let c = 0; c < width; c += 1) sum += at(values, i * width + c) * at(values, j * width + c);
    return sum;
  });
  return symmetricEigen(gram, rank).values;
}

interface Conditioning {
  /** Share by which rounding may move the ridged Gram matrix. */
  readonly share: number;
  /** Condition number of its triangular factor. */
  readonly condition: number;
  /** Norm of the factor. */
  readonly factor: number;
}

/** Roundings of a Gram entry: vec4s one after the other, four products each; then Cholesky's. */
function conditioning(block: Block): Conditioning {
  const values = gramValues(block);
  const trace = values.reduce((sum, value) => sum + value, 0);
  const ridge = 1e-6 * trace + 1e-30;
  const largest = at(values, 0) + ridge;
  const smallest = Math.max(at(values, values.length - 1), 0) + ridge;
  const roundings = block.values.length / block.rank / 4 + 5 + block.rank + 2;
  return {
    share: (gammaOf(roundings) * trace) / smallest,
    condition: Math.sqrt(largest / smallest),
    factor: Math.sqrt(largest),
  };
}

/** How far Lᵀ W may be for W of this Frobenius norm, L the factor of a block's ridged Gram matrix. */
function gateRowsError(decoder: Block, size: number): number {
  const { share, factor } = conditioning(decoder);
  // `share` is ‖ΔG‖ relative to the smallest eigenvalue, so that κ(G) is in it.
  const product = gammaOf(decoder.rank + 2) * Math.sqrt(decoder.rank);
  return (1.5 * (share / Math.SQRT2) + product) * factor * size + 1e-30;
}

export interface NuclearBounds {
  /** Of every singular value. */
  readonly singularValues: Float64Array;
  /** Frobenius norm of the error of ∂R/∂E and of ∂R/∂D. */
  readonly encoder: number;
  readonly decoder: number;
}

/**
 * Bounds for one group. `singularValues` are the exact ones, `xE` and `xD` the exact matrices. Without
 * `encoder` the norm is the decoder's own.
 */
function nuclearBounds(
  encoder: Block | null,
  decoder: Block,
  singularValues: Float64Array,
  xE: Float64Array,
  xD: Float64Array,
): NuclearBounds {
  const r = decoder.rank;
  const ofD = conditioning(decoder);
  const ofE = encoder === null ? { share: 0, condition: 1, factor: 1 } : conditioning(encoder);
  const total = singularValues.reduce((sum, value) => sum + value, 0);
  const smallest = at(singularValues, r - 1);
  // Each of the r columns takes part in r − 1 rotations a sweep; about three sweeps do work.
  const rounding = 8 * r * UNIT;
  const share = ofD.share + ofE.share;
  const stable = rounding * (ofD.condition + ofE.condition + (ofD.factor * ofE.factor) / smallest);
  const gradient = (x: Float64Array, other: Block | null) => {
    const size = other === null ? Math.sqrt(r) : norm(other.values);
    // A sub-gradient never exceeds the other matrix: where the share is lost, that is what is left.
    return Math.min(share * Math.sqrt(norm(x) * total) + stable * size, 2 * size) + 1e-30;
  };
  return {
    singularValues: singularValues.map(
      (value) => share * value + rounding * ofD.factor * ofE.factor + 1e-30,
    ),
    encoder: encoder === null ? 1e-30 : gradient(xE, decoder),
    decoder: gradient(xD, encoder),
  };
}

/**
 * Largest error of what the nuclear pass wrote, as a share of its bound, group by group: of singular
 * values, and of the gradients that its matrices make.
 */
export function worstNuclearError(
  pass: Pass,
  before: BoundContents,
  after: BoundContents,
  twin: BoundContents,
): Worst {
  const constant = (name: string) => pass.constants[name] ?? NaN;
  const [K, R, mode] = [constant('K'), constant('R'), constant('MODE')];
  const part = (contents: BoundContents, name: string, index: number, length: number) => {
    const values = contents[name];
    if (!(values instanceof Float64Array)) throw new RangeError(name);
    return values.subarray(index * length, (index + 1) * length);
  };
  const blockLength = R * 4 * constant('D4');
  let worst: Worst = { ratio: 0, place: '' };
  const hold = (error: number, bound: number, place: string) => {
    worst = worse(worst, { ratio: error / bound, place });
  };
  for (let k = 0; k < K; k += 1) {
    const block = (name: string): Block => ({
      values: part(before, name, k, blockLength),
      rank: R,
    });
    const [encoder, decoder] = [block('encoder'), block('decoder')];
    const values = part(twin, 'singular_values', k, R);
    const matrix = (contents: BoundContents, of: 'E' | 'D') =>
      part(contents, 'penalty', of === 'E' ? k : K + k, R * R);
    const bounds = nuclearBounds(
      mode === 1 ? null : encoder,
      decoder,
      values,
      matrix(twin, 'E'),
      matrix(twin, 'D'),
    );
    part(after, 'singular_values', k, R).forEach((value, i) => {
      const error = Math.abs(value - at(values, i));
      hold(error, at(bounds.singularValues, i), `singular value ${i} of group ${k}`);
    });
    if (after['gate_rows'] !== undefined) {
      const moved = gateRowsError(decoder, norm(encoder.values));
      const rows = (contents: BoundContents) => part(contents, 'gate_rows', k, blockLength);
      const exact = rows(twin);
      const off = norm(rows(after).map((value, i) => value - at(exact, i)));
      hold(off, moved, `gate rows of group ${k}`);
      const biases = (contents: BoundContents) => part(contents, 'gate_biases', k, R);
      const wanted = biases(twin);
      const bias = norm(biases(after).map((value, i) => value - at(wanted, i)));
      const given = part(before, 'biases', k, R);
      hold(bias, gateRowsError(decoder, norm(given)), `gate biases of group ${k}`);
    }
    if (mode === 2) continue;
    const error = (of: 'E' | 'D', weights: Block) => {
      const exact = times(matrix(twin, of), weights);
      return norm(times(matrix(after, of), weights).map((value, i) => value - at(exact, i)));
    };
    hold(error('E', encoder), bounds.encoder, `gradient of the encoder of group ${k}`);
    hold(error('D', decoder), bounds.decoder, `gradient of the decoder of group ${k}`);
  }
  return worst;
}
