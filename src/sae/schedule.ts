/**
 * What changes from step to step and is the same for every weight: the learning rate, Adam's bias
 * corrections, coefficients, counters. These are the uniforms of a step.
 */
import { defineUniforms, type UniformValues } from '../gpu/uniforms';
import { architectureOf, type ModelConfig } from './config';
import { codesPenalty, nuclearShare } from './penalty';

export const stepUniforms = defineUniforms([
  ['tokens_seen', 'u32'],
  ['dead_window', 'u32'],
  ['lr', 'f32'],
  ['beta1', 'f32'],
  ['beta2', 'f32'],
  ['epsilon', 'f32'],
  ['correction1', 'f32'],
  ['correction2', 'f32'],
  ['weight_decay', 'f32'],
  ['penalty_strength', 'f32'],
  ['sparsity_strength', 'f32'],
  ['aux_coefficient', 'f32'],
  ['max_grad_norm', 'f32'],
  ['input_scale', 'f32'],
  ['bandwidth', 'f32'],
  /** Always 1: a loop stride that compilers cannot see through (four_products.wgsl). */
  ['one', 'u32'],
]);

export const ADAM_EPSILON = 1e-8;
/** A norm that no gradient has and float32 can hold. */
const NO_LIMIT = 3e38;

/** Settings of the optimiser that all models of a run share. */
export interface OptimiserSettings {
  readonly lr: number;
  readonly lr_warm_up_steps: number;
  readonly lr_decay_steps?: number | undefined;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly weight_decay: number;
  readonly max_grad_norm?: number | undefined;
}

/** Steps of linear decay at the end: as given, else the last fifth. */
export function decaySteps(settings: OptimiserSettings, totalSteps: number): number {
  return Math.min(settings.lr_decay_steps ?? Math.floor(totalSteps / 5), totalSteps);
}

/**
 * Learning rate of step t (0-based) of T: linear warm-up lr·(t+1)/w over the first w steps, constant,
 * then linear decay lr·(T−t)/n over the last n steps (the last step takes lr/n; zero is never used).
 */
export function learningRate(
  settings: OptimiserSettings,
  step: number,
  totalSteps: number,
): number {
  const decay = decaySteps(settings, totalSteps);
  const warm =
    settings.lr_warm_up_steps > 0 ? Math.min(1, (step + 1) / settings.lr_warm_up_steps) : 1;
  const cool = decay > 0 ? Math.min(1, Math.max(0, totalSteps - step) / decay) : 1;
  return settings.lr * Math.min(warm, cool);
}

/** What one model adds to the uniforms of a step. */
export interface ModelCoefficients {
  /** λ in absolute units; 0 without a nuclear penalty. */
  readonly lambda: number;
  /** Strength of the penalty on the codes once it has risen, in absolute units; 0 without one. */
  readonly sparsity: number;
  /** Root mean square of a number of the centred input as it is trained on. */
  readonly rms: number;
  /** c of expected_average_only_in, 1 otherwise. */
  readonly inputScale: number;
}

/** Strength of the penalty on the codes in step t (0-based): it rises from 0 over the warm-up. */
export function sparsityAt(config: ModelConfig, strength: number, step: number): number {
  const warmUp = codesPenalty(config)?.warmUpSteps ?? 0;
  return warmUp > 0 ? strength * Math.min(1, (step + 1) / warmUp) : strength;
}

/** Uniforms of step t (0-based) of a run of T steps on batches of B rows. */
export function uniformsAt(
  config: ModelConfig,
  settings: OptimiserSettings,
  model: ModelCoefficients,
  step: number,
  totalSteps: number,
  batch: number,
): UniformValues {
  return {
    tokens_seen: (step + 1) * batch,
    dead_window: config.dead_group_window,
    lr: learningRate(settings, step, totalSteps),
    beta1: settings.adam_beta1,
    beta2: settings.adam_beta2,
    epsilon: ADAM_EPSILON,
    correction1: 1 / (1 - settings.adam_beta1 ** (step + 1)),
    correction2: 1 / (1 - settings.adam_beta2 ** (step + 1)),
    weight_decay: settings.weight_decay,
    penalty_strength: model.lambda / nuclearShare(config),
    sparsity_strength: sparsityAt(config, model.sparsity, step),
    aux_coefficient: config.aux_coefficient,
    // Without a limit stored gradients go to Adam as they are.
    max_grad_norm: settings.max_grad_norm ?? NO_LIMIT,
    input_scale: model.inputScale,
    bandwidth: (architectureOf(config).thresholds?.bandwidth(config) ?? 0) * model.rms,
    one: 1,
  };
}
