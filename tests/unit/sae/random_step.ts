/**
 * A training step with random contents, for the tests of the engine: the plan of a model, and float32
 * values for everything a step starts from. The GPU tests upload them, the twin tests widen them.
 */
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import type { UniformLayout, UniformValues } from '../../../src/gpu/uniforms';
import type { StepCase } from '../../../src/sae/architectures/cases';
import { modelSchema, type ModelConfig } from '../../../src/sae/config';
import { inputRms } from '../../../src/sae/input_units';
import { padRows } from '../../../src/base/padded_rows';
import {
  vectorLength,
  vectorsOf,
  type KernelVariant,
  type ModelLayout,
} from '../../../src/sae/layout';
import { codesStrength } from '../../../src/sae/penalty';
import { stepUniforms, uniformsAt, type OptimiserSettings } from '../../../src/sae/schedule';
import { stepPlan, type StepPlan } from '../../../src/sae/step_plan';

export interface RandomStep extends StepPlan {
  readonly config: ModelConfig;
  readonly uniforms: UniformValues;
  /** Contents of buffers at the start, imports included; the others start at zero. */
  readonly contents: ReadonlyMap<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>;
}

/** Token counter of the step and age from which a group is dead. */
const TOKENS_SEEN = 10_000;
const DEAD_WINDOW = 1_000;
const TEST_STREAM = 99;

export const testOptimiser: OptimiserSettings = {
  lr: 1e-3,
  lr_warm_up_steps: 0,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  weight_decay: 0,
};

/** Makes the plan of a case and what it starts from. */
export function randomStep(test: StepCase): RandomStep {
  const config = modelSchema.parse(test.model);
  const planned = planOf(test, config, test.variant ?? 'direct');
  const settings = {
    ...testOptimiser,
    weight_decay: test.weightDecay ?? 0,
    max_grad_norm: test.maxGradNorm,
  };
  const inputScale = test.inputScale ?? 1;
  const units = { power: test.width, inputScale };
  const model = {
    lambda: test.lambda ?? 0.01,
    sparsity: codesStrength(config, units),
    rms: inputRms(config.normalize_activations, units, test.width),
    inputScale,
  };
  const uniforms = {
    ...uniformsAt(config, settings, model, 9, 100, test.batch),
    tokens_seen: TOKENS_SEEN,
    dead_window: DEAD_WINDOW,
  };
  return {
    ...planned,
    config,
    uniforms: asStored(stepUniforms, uniforms),
    contents: randomContents(test, config, planned.layout),
  };
}

function planOf(test: StepCase, config: ModelConfig, variant: KernelVariant): StepPlan {
  const planned = stepPlan({
    config,
    width: test.width,
    batch: test.batch,
    variant,
    clip: test.maxGradNorm !== undefined,
    mostPlaces: test.mostPlaces,
  });
  if (test.tiledGate !== true || variant === 'tiled') return planned;
  const tiled = planOf(test, config, 'tiled').plan.passes;
  const passes = planned.plan.passes.map((pass) =>
    pass.kernel.name.startsWith('select_')
      ? (tiled.find(({ name }) => name === pass.name) ?? pass)
      : pass,
  );
  return { ...planned, plan: { ...planned.plan, passes } };
}

/** Uniform values as the GPU reads them: float32 where the struct says so. */
export function asStored(layout: UniformLayout, values: UniformValues): UniformValues {
  return Object.fromEntries(
    layout.fields.map(([name, type]) => {
      const value = values[name] ?? NaN;
      return [name, type === 'f32' ? Math.fround(value) : value];
    }),
  );
}

/** Those of some contents that a model has, in buffers of their length. */
function vectorContents(
  config: ModelConfig,
  contents: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
): [string, Float32Array<ArrayBuffer>][] {
  return vectorsOf(config).flatMap(({ name, length }) => {
    const own = Object.entries(contents).filter(
      ([buffer]) => buffer.replace(/_moment.$/, '') === name,
    );
    return own.map(([buffer, values]): [string, Float32Array<ArrayBuffer>] => {
      const padded = new Float32Array(vectorLength({ groups: values.length }, length));
      padded.set(length === 'one' ? values.subarray(0, 1) : values);
      return [buffer, padded];
    });
  });
}

function randomContents(
  test: StepCase,
  config: ModelConfig,
  layout: ModelLayout,
): Map<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>> {
  const { width, batch } = test;
  const { groups, rank, latents, biasOffset, biasLength, refinement } = layout;
  let stream = 0;
  const draws = () => {
    stream += 1;
    return new RandomDraws(test.seed ?? 1, TEST_STREAM, stream);
  };
  const normal = (length: number, scale: number): Float32Array<ArrayBuffer> => {
    const random = draws();
    return Float32Array.from({ length }, (_, i) => scale * random.normal(i));
  };
  const uniform = (length: number, scale: number): Float32Array<ArrayBuffer> => {
    const random = draws();
    return Float32Array.from({ length }, (_, i) => scale * random.uniform(i));
  };
  const padded = (values: Float32Array) => new Float32Array(padRows(values, width));
  const biased = (ofEncoder: Float32Array, ofDecoder: Float32Array, eta: number) => {
    const values = new Float32Array(biasLength);
    values.set(ofEncoder);
    values.set(ofDecoder, biasOffset);
    if (refinement !== null) values[refinement.eta] = eta;
    return values;
  };
  const deadGroup = (group: number) => test.dead === 'some' && group % 3 === 1;

  const scale = 1 / Math.sqrt(width);
  const encoder = normal(latents * width, scale);
  const block = rank * width;
  const bias = normal(latents, 0.1);
  for (let group = 0; group < groups; group += 1) {
    const inside = encoder.subarray(group * block, (group + 1) * block);
    if (test.ties === true && group % 2 === 1) {
      inside.set(encoder.subarray((group - 1) * block, group * block));
      bias.copyWithin(group * rank, (group - 1) * rank, group * rank);
    }
    if (deadGroup(group)) {
      inside.forEach((value, i) => (inside[i] = 1e-2 * value));
      bias.fill(-1e-3, group * rank, (group + 1) * rank);
    }
  }
  if (test.silent === true) {
    encoder.fill(0);
    bias.fill(0);
  }
  const x = normal(batch * width, 1);
  const mean = normal(width, 0.3);
  x.forEach((value, i) => (x[i] = value + at(mean, i % width)));
  const logarithms = uniform(groups, 1.5).map((value) => value - 1.5);
  const vectors = vectorContents(config, {
    thresholds: logarithms.map((value) => Math.exp(value)),
    log_thresholds: logarithms,
    log_thresholds_moment1: normal(groups, 1e-3),
    log_thresholds_moment2: uniform(groups, 1e-5),
  });
  return new Map<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>([
    ...vectors,
    ['x', padded(x)],
    ['data_mean', padded(mean)],
    ['encoder', padded(encoder)],
    ['decoder', padded(normal(latents * width, scale))],
    ['biases', biased(bias, normal(width, 0.3), test.eta ?? 0.7)],
    ['encoder_moment1', padded(normal(latents * width, 1e-3))],
    ['encoder_moment2', padded(uniform(latents * width, 1e-5))],
    ['decoder_moment1', padded(normal(latents * width, 1e-3))],
    ['decoder_moment2', padded(uniform(latents * width, 1e-5))],
    ['biases_moment1', biased(normal(latents, 1e-3), normal(width, 1e-3), 2e-3)],
    ['biases_moment2', biased(uniform(latents, 1e-5), uniform(width, 1e-5), 2e-5)],
    [
      'last_fired',
      Uint32Array.from({ length: groups }, (_, group) =>
        deadGroup(group) ? TOKENS_SEEN - DEAD_WINDOW : TOKENS_SEEN - DEAD_WINDOW + 1,
      ),
    ],
  ]);
}
