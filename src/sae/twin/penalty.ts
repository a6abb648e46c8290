/**
 * Float64 twins of the penalties: nuclear norms of groups with their gradients, norms of atoms, and the
 * rescaling to unit norm. The nuclear gradient goes through symmetric square roots, the form in which
 * docs/method/training.md states it; the WGSL kernel reaches the same matrices by Cholesky and one-sided
 * Jacobi.
 */
import { at } from '../../base/array';
import {
  multiply,
  symmetricEigen,
  transpose,
  type SymmetricEigen,
} from '../../base/linear_algebra';
import type { KernelCall } from './kernel_call';
import { dot } from '../../base/linear_algebra';
import { addScaled } from './vectors';

/** Gram matrices get this much of their trace on the diagonal; see nuclear_gradient.wgsl. */
const RIDGE = 1e-6;
const SMALLEST_RIDGE = 1e-30;
/** Singular values below these are noise, whose direction gets a part of a unit sub-gradient. */
const NOISE = 1e-6;
const SMALLEST_SINGULAR_VALUE = 1e-18;

/** Values of the constant MODE. */
const Mode = { composition: 0, decoder: 1, observe: 2 } as const;

/** Singular values of every group's map (or decoder), and the matrices X with ∂R/∂W_k = X_k W_k. */
export function nuclearGradient(call: KernelCall): void {
  const [K, R, mode] = [call.constant('K'), call.constant('R'), call.constant('MODE')];
  const [encoder, decoder] = [call.floats('encoder'), call.floats('decoder')];
  const penalty = call.floats('penalty');
  for (let k = 0; k < K; k += 1) {
    const gramE = symmetricEigen(ridgedGram(call, encoder, k), R);
    const gramD = symmetricEigen(ridgedGram(call, decoder, k), R);
    if (call.part('gateRows').left) leaveGateRows(call, k);
    const rootE = spectralFunction(gramE, Math.sqrt);
    const rootD = spectralFunction(gramD, Math.sqrt);
    // S = G_E^{1/2} G_D^{1/2} has the singular values of DᵀE; G_D^{1/2} alone those of D.
    const s = mode === Mode.decoder ? rootD : multiply(rootE, rootD, R, R, R);
    const { values, polar } = polarFactor(s, R);
    call.floats('singular_values').set(values, k * R);
    if (mode === Mode.observe) continue;
    const inverseD = spectralFunction(gramD, inverseRoot);
    const inverseE = spectralFunction(gramE, inverseRoot);
    const [forE, forD] =
      mode === Mode.decoder
        ? [new Float64Array(R * R), spectralFunction(gramD, inverseRoot)]
        : [
            multiply(multiply(rootD, transpose(polar, R, R), R, R, R), inverseE, R, R, R),
            multiply(multiply(rootE, polar, R, R, R), inverseD, R, R, R),
          ];
    penalty.set(forE, k * R * R);
    penalty.set(forD, (K + k) * R * R);
  }
}

/** Rows Lᵀ E_k and biases Lᵀ b_k of the gate, L the lower factor of D_k D_kᵀ + ε I. */
function leaveGateRows(call: KernelCall, group: number): void {
  const R = call.constant('R');
  const stride = 4 * call.constant('D4');
  const factor = choleskyFactor(ridgedGram(call, call.floats('decoder'), group), R);
  for (let i = 0; i < R; i += 1) {
    const row = new Float64Array(stride);
    let bias = 0;
    for (let j = i; j < R; j += 1) {
      const latent = group * R + j;
      addScaled(row, at(factor, j * R + i), call.floats('encoder'), latent * stride);
      bias += at(factor, j * R + i) * at(call.floats('biases'), latent);
    }
    call.floats('gate_rows').set(row, (group * R + i) * stride);
    if (call.flag('GATE_BIAS')) call.floats('gate_biases')[group * R + i] = bias;
  }
}

/** L, lower, with L Lᵀ = A [n, n], positive definite. */
function choleskyFactor(a: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const rest = at(a, i * n + j) - dot(factor, i * n, factor, j * n, j);
      factor[i * n + j] = i === j ? Math.sqrt(rest) : rest / at(factor, j * n + j);
    }
  }
  return factor;
}

function inverseRoot(value: number): number {
  return 1 / Math.sqrt(value);
}

/** W_k W_kᵀ + ε I [R, R], ε relative to the trace. */
function ridgedGram(call: KernelCall, weights: Float64Array, group: number): Float64Array {
  const R = call.constant('R');
  const stride = 4 * call.constant('D4');
  const gram = new Float64Array(R * R);
  for (let i = 0; i < R; i += 1) {
    for (let j = 0; j < R; j += 1) {
      gram[i * R + j] = dot(
        weights,
        (group * R + i) * stride,
        weights,
        (group * R + j) * stride,
        stride,
      );
    }
  }
  let trace = 0;
  for (let i = 0; i < R; i += 1) trace += at(gram, i * R + i);
  const ridge = Math.max(RIDGE * trace, SMALLEST_RIDGE);
  for (let i = 0; i < R; i += 1) gram[i * R + i] = at(gram, i * R + i) + ridge;
  return gram;
}

/**
 * Singular values of S [n, n], largest first, and its polar factor S (SᵀS)^{-1/2}, in which directions of
 * noise keep only the share s / threshold.
 */
function polarFactor(
  s: Float64Array,
  n: number,
): { readonly values: Float64Array; readonly polar: Float64Array } {
  const gram = symmetricEigen(multiply(transpose(s, n, n), s, n, n, n), n);
  const values = gram.values.map((value) => Math.sqrt(Math.max(value, 0)));
  const threshold = Math.max(NOISE * at(values, 0), SMALLEST_SINGULAR_VALUE);
  const inverse = spectralFunction(
    gram,
    (value) => 1 / Math.max(Math.sqrt(Math.max(value, 0)), threshold),
  );
  return { values, polar: multiply(s, inverse, n, n, n) };
}

/** Σ_i f(values[i]) v_iᵀ v_i for the rows v_i of `vectors`, [n, n]. */
function spectralFunction(
  { values, vectors }: SymmetricEigen,
  f: (value: number) => number,
): Float64Array {
  const n = values.length;
  const scaled = vectors.slice();
  values.forEach((value, i) => {
    const weight = f(value);
    for (let c = i * n; c < (i + 1) * n; c += 1) scaled[c] = weight * at(vectors, c);
  });
  return multiply(transpose(vectors, n, n), scaled, n, n, n);
}

/** ‖D_j‖ of every atom and 1/‖D_j‖, which turns D_j into the gradient of its norm. */
export function decoderNorms(call: KernelCall): void {
  const stride = 4 * call.constant('D4');
  const decoder = call.floats('decoder');
  for (let atom = 0; atom < call.constant('N'); atom += 1) {
    const norm = safeNorm(decoder, atom * stride, stride);
    call.floats('decoder_norms')[atom] = norm;
    if (!call.part('norms').inverse) continue;
    call.floats('penalty')[call.constant('PENALTY_OFFSET') + atom] = 1 / norm;
  }
}

/** Every row of encoder and decoder at unit norm; zero rows stay. */
export function normalizeRows(call: KernelCall): void {
  const stride = 4 * call.constant('D4');
  for (const weights of [call.floats('encoder'), call.floats('decoder')]) {
    for (let first = 0; first < call.constant('N') * stride; first += stride) {
      const norm = safeNorm(weights, first, stride);
      for (let c = first; c < first + stride; c += 1) weights[c] = at(weights, c) / norm;
    }
  }
}

/** Norm of a row, at least 1e-15. */
function safeNorm(weights: Float64Array, first: number, length: number): number {
  return Math.sqrt(Math.max(dot(weights, first, weights, first, length), 1e-30));
}
