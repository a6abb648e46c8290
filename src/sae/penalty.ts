/**
 * The strength λ of the nuclear penalty, absolute and relative to the data, and what it is multiplied with. The one
 * place where either form is made from the other: the engine, the page and exports all ask here. Source:
 * docs/method/training.md, docs/run-file.md.
 */
import type { Penalty } from './architectures/architecture';
import { architectureOf, shapeOf, type ModelConfig } from './config';
import type { InputUnits } from './input_units';

/** What a model's architecture adds to the squared error. */
export function penaltyOf(config: ModelConfig): Penalty | null {
  return architectureOf(config).penalty(config);
}

/** The penalty on the codes of a model; null for one without. */
export function codesPenalty(
  config: ModelConfig,
): Extract<Penalty, { readonly kind: 'codes' }> | null {
  const penalty = penaltyOf(config);
  return penalty?.kind === 'codes' ? penalty : null;
}

/** The nuclear penalty of a model; null for one without. */
export function nuclearPenalty(
  config: ModelConfig,
): Extract<Penalty, { readonly kind: 'nuclear' }> | null {
  const penalty = penaltyOf(config);
  return penalty?.kind === 'nuclear' ? penalty : null;
}

/** By what the sum of the nuclear norms is divided: the decoder option averages over groups, the others sum. */
export function nuclearShare(config: ModelConfig): number {
  return nuclearPenalty(config)?.target === 'decoder' ? shapeOf(config).groups : 1;
}

/** λ, in the units of the input as it is trained on, from λ_rel: λ_rel · c² · E‖x‖². */
export function absoluteStrength(relative: number, { power, inputScale }: InputUnits): number {
  return relative * power * inputScale ** 2;
}

/** λ_rel from λ; not finite where the data have no power. */
export function relativeStrength(absolute: number, { power, inputScale }: InputUnits): number {
  return absolute / (power * inputScale ** 2);
}

/** λ of a model, in the units of the input as it is trained on; null for one without a nuclear penalty. */
export function nuclearStrength(config: ModelConfig, units: InputUnits): number | null {
  const penalty = nuclearPenalty(config);
  return penalty === null ? null : inUnits(penalty.strength, units);
}

/** Strength of the penalty on the codes once it has risen, in the same units; 0 without one. */
export function codesStrength(config: ModelConfig, units: InputUnits): number {
  const penalty = codesPenalty(config);
  return penalty === null ? 0 : inUnits(penalty.strength, units);
}

function inUnits({ relative, value }: Penalty['strength'], units: InputUnits): number {
  return relative ? absoluteStrength(value, units) : value;
}
