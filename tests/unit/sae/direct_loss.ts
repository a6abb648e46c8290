/**
 * The training loss as docs/method/training.md writes it, as a function of the weights alone: no passes, no
 * buffers, no r × r matrices. Nuclear norms come from the d × d map. What training holds fixed is given:
 * which units are on, the residual that the auxiliary loss reconstructs, and the statistics of the layer
 * norm. Independent of the float64 executor in everything but the configuration's types.
 */
import { singularValues } from '../../../src/base/singular_values';
import { multiply, transpose } from '../../../src/base/linear_algebra';
import { at } from '../../../src/base/array';
import type { ModelConfig } from '../../../src/sae/config';
import { hasSignedCodes } from '../../../src/sae/inference_gate';
import { codesPenalty, nuclearPenalty } from '../../../src/sae/penalty';

/** Weights of a model without padding. */
export interface Weights {
  /** [K·r, d] */
  readonly encoder: Float64Array;
  readonly decoder: Float64Array;
  /** [K·r] */
  readonly encoderBias: Float64Array;
  /** [d] */
  readonly decoderBias: Float64Array;
  /** [1], η of a model that takes a step on its codes; empty for another. */
  readonly eta: Float64Array;
}

/** A unit that is on in a row: its first latent and how many latents it has. */
export interface ActiveUnit {
  readonly latent: number;
  readonly rank: number;
}

/** One row of the batch with all that is held fixed. */
export interface FrozenRow {
  /** Normalised activation [d]. */
  readonly normalized: Float64Array;
  /** ρ: back to raw units. */
  readonly scale: number;
  readonly active: readonly ActiveUnit[];
  /** Dead units of the auxiliary loss. */
  readonly auxiliary: readonly ActiveUnit[];
  /** What they reconstruct, e [d]. */
  readonly target: Float64Array;
}

export interface LossSettings {
  readonly config: ModelConfig;
  readonly groups: number;
  readonly rank: number;
  readonly useEncoderBias: boolean;
  readonly lambda: number;
  /** Strength of the penalty on the codes. */
  readonly sparsity: number;
  /** Dead units / k_aux, at most 1, in the released auxiliary loss; else 1. */
  readonly auxiliaryShare: number;
}

/** Terms of the loss before their coefficients. */
export interface LossTerms {
  readonly squaredError: number;
  readonly auxiliary: number;
  /** R of the nuclear objectives. */
  readonly nuclear: number;
  /** mean over rows of Σ t(p, ‖D‖), t the term of the codes */
  readonly codes: number;
}

export function lossTerms(
  rows: readonly FrozenRow[],
  settings: LossSettings,
  weights: Weights,
): LossTerms {
  const { config } = settings;
  const d = weights.decoderBias.length;
  const term = codesPenalty(config)?.term;
  let [squaredError, auxiliary, codes] = [0, 0, 0];
  for (const row of rows) {
    const input = config.apply_b_dec_to_input
      ? minus(row.normalized, weights.decoderBias)
      : row.normalized;
    const reconstruction = weights.decoderBias.slice();
    for (const { latent, code } of codesOf(row, input, settings, weights)) {
      addRow(reconstruction, code, weights.decoder, latent);
      const atom = weights.decoder.subarray(latent * d, (latent + 1) * d);
      codes += term?.value(code, norm(atom)) ?? 0;
    }
    squaredError += row.scale ** 2 * norm(minus(row.normalized, reconstruction)) ** 2;
    const rest = row.target.slice();
    for (const latent of latentsOf(row.auxiliary)) {
      const code =
        config.aux_loss === 'residual'
          ? codeOf(latent, row.target, weights, false)
          : codeOf(latent, input, weights, settings.useEncoderBias);
      addRow(rest, -code, weights.decoder, latent);
    }
    if (settings.auxiliaryShare > 0) auxiliary += row.scale ** 2 * norm(rest) ** 2;
  }
  return {
    squaredError: squaredError / rows.length,
    auxiliary: (settings.auxiliaryShare * auxiliary) / rows.length,
    nuclear: nuclearTerm(settings, weights, d),
    codes: codes / rows.length,
  };
}

/** The whole loss. */
export function directLoss(
  rows: readonly FrozenRow[],
  settings: LossSettings,
  weights: Weights,
): number {
  const { config, lambda, sparsity } = settings;
  const terms = lossTerms(rows, settings, weights);
  return (
    terms.squaredError +
    config.aux_coefficient * terms.auxiliary +
    lambda * terms.nuclear +
    sparsity * terms.codes
  );
}

function nuclearTerm({ config, groups, rank }: LossSettings, weights: Weights, d: number): number {
  const target = nuclearPenalty(config)?.target;
  if (target === undefined) return 0;
  if (target === 'weight_decay') {
    return 0.5 * (norm(weights.encoder) ** 2 + norm(weights.decoder) ** 2);
  }
  let total = 0;
  for (let group = 0; group < groups; group += 1) {
    const block = (of: Float64Array) => of.slice(group * rank * d, (group + 1) * rank * d);
    const decoder = block(weights.decoder);
    total +=
      target === 'decoder'
        ? sum(singularValues(decoder, rank, d)) / groups
        : sum(
            singularValues(
              multiply(transpose(decoder, rank, d), block(weights.encoder), d, rank, d),
              d,
              d,
            ),
          );
  }
  return total;
}

interface Code {
  readonly latent: number;
  readonly code: number;
}

/** Codes of the units that are on; with η those after the step v = p + η E_C(n − b_dec − D_Cᵀp). */
function codesOf(
  { active, normalized }: FrozenRow,
  input: Float64Array,
  { config, useEncoderBias }: LossSettings,
  weights: Weights,
): readonly Code[] {
  const plain = latentsOf(active).map((latent) => ({
    latent,
    code: codeOf(latent, input, weights, useEncoderBias),
  }));
  const [eta] = weights.eta;
  if (eta === undefined) return plain;
  const rest = minus(normalized, weights.decoderBias);
  for (const { latent, code } of plain) addRow(rest, -code, weights.decoder, latent);
  return plain.map(({ latent, code }) => {
    const refined = code + eta * codeOf(latent, rest, weights, false);
    return { latent, code: hasSignedCodes(config) ? refined : Math.max(0, refined) };
  });
}

function latentsOf(units: readonly ActiveUnit[]): number[] {
  return units.flatMap(({ latent, rank }) => Array.from({ length: rank }, (_, i) => latent + i));
}

function codeOf(latent: number, input: Float64Array, weights: Weights, withBias: boolean): number {
  const d = input.length;
  const bias = withBias ? at(weights.encoderBias, latent) : 0;
  return input.reduce((code, value, c) => code + at(weights.encoder, latent * d + c) * value, bias);
}

function addRow(target: Float64Array, scale: number, matrix: Float64Array, row: number): void {
  target.forEach((value, c) => {
    target[c] = value + scale * at(matrix, row * target.length + c);
  });
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, c) => value - at(b, c));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((total, value) => total + value * value, 0));
}
