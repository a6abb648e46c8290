/**
 * The ranges that the run file promises are ranges of the device: with any two settings at any of their ends,
 * every plan of a run is one that WebGPU takes, or the lab refuses it in a sentence before anything is allocated.
 */
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { openSource } from '../../../src/data/open';
import { scatterPlan } from '../../../src/data/shuffle_buffer';
import type { ActivationSource } from '../../../src/data/source';
import { openTableSource } from '../../../src/data/table_source';
import { checkFits, type PlanLimits } from '../../../src/gpu/buffers';
import type { Plan } from '../../../src/gpu/plan';
import { estimateRun } from '../../../src/lab/train/estimate';
import { encoderPlan } from '../../../src/lab/encode/encoder';
import { openLmSource } from '../../../src/lab/language/lm_source';
import type { LanguageModelInfo } from '../../../src/lab/protocol/lm_protocol';
import { parseRunConfig, totalSteps, type RunConfig } from '../../../src/lab/run/run_config';
import { mostPositions } from '../../../src/lab/text/spliced_forward';
import { forwardPlan } from '../../../src/lm/forward';
import { positionPlans } from '../../../src/lm/generator';
import { replacementPlan, steeringPlan, tokenLossPlan } from '../../../src/lm/interventions';
import type { LanguageModel, TransformerConfig } from '../../../src/lm/language_model';
import { layoutOf } from '../../../src/lm/transformer_layout';
import { stepUniforms, uniformsAt } from '../../../src/sae/schedule';
import { stepPlan } from '../../../src/sae/step_plan';
import { bufferFaults, DEFAULT_LIMITS, passFaults } from '../../support/plan_faults';
import {
  sectionKinds,
  type SectionKind,
  type Setting,
  type Value,
} from '../../support/setting_ends';

/** What every adapter grants, and more than any. */
const LIMITS: readonly PlanLimits[] = [
  DEFAULT_LIMITS,
  { ...DEFAULT_LIMITS, maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40 },
];
const VARIANTS = ['direct', 'quads', 'tiled'] as const;

/** A language model as small as one can be, with the longest context, and one of a usual shape. */
const languageModels: Readonly<Record<string, TransformerConfig>> = {
  smallest: {
    ...{ form: 'llama', width: 2, hidden: 1, layers: 1, heads: 1, kvHeads: 1, vocabulary: 3 },
    ...{ context: 65536, epsilon: 1e-5 },
  },
  usual: {
    ...{ form: 'gpt2', width: 768, hidden: 3072, layers: 2, heads: 12, kvHeads: 12 },
    ...{ vocabulary: 50257, context: 65536, epsilon: 1e-5 },
  },
};

/** What WebGPU would refuse of plans and the lab would not; for plans that the lab refuses, nothing. */
function faultsOf(plans: readonly Plan[], limits: PlanLimits): string[] {
  const tooLarge = plans.flatMap((plan) => bufferFaults(plan, limits));
  try {
    checkFits({ limits }, plans);
  } catch (error) {
    // Only what needs too much memory is refused; a range that no adapter can run is no range.
    const memory = error instanceof LabError && error.code === 'out_of_memory';
    return memory && tooLarge.length > 0 ? [] : [String(error)];
  }
  return [...tooLarge, ...plans.flatMap(passFaults)];
}

/** Uniforms that do not fit 32 bits at the last step of a run. */
function uniformFaults(config: RunConfig, source: ActivationSource): string[] {
  const { training } = config;
  const { train_batch_size_samples: batch } = training;
  const last = totalSteps(training) - 1;
  const stream = source.stream(batch);
  const given = [
    ...config.models.map((model) => ({
      layout: stepUniforms,
      values: uniformsAt(
        model,
        training,
        { lambda: 0, sparsity: 0, rms: 1, inputScale: 1 },
        last,
        last + 1,
        batch,
      ),
    })),
    { layout: stream.plan.uniform, values: stream.uniforms(last) },
  ];
  return given.flatMap(({ layout, values }) =>
    layout.fields.flatMap(([name, type]) => {
      const value = values[name] ?? NaN;
      if (type === 'f32' ? Number.isFinite(value) : value >= 0 && value < 2 ** 32) return [];
      return [`${name} is ${value}`];
    }),
  );
}

/** All plans of a model and what encodes with it. */
function modelFaults(config: RunConfig, source: ActivationSource, limits: PlanLimits): string[] {
  const { train_batch_size_samples: batch, max_grad_norm: norm } = config.training;
  const clip = norm !== undefined;
  return VARIANTS.flatMap((variant) => {
    const { width } = source;
    const steps = config.models.map(
      (model) => stepPlan({ config: model, width, batch, variant, clip }).plan,
    );
    const plans = [source.stream(batch).plan, ...steps];
    const encoders = config.models.map((model) => encoderPlan(model, width, variant, limits).plan);
    const tooLarge = plans.flatMap((plan) => bufferFaults(plan, limits));
    const { fits } = estimateRun(config, source, limits, variant);
    const faults = [...faultsOf(plans, limits), ...faultsOf(encoders, limits)];
    if (fits !== (tooLarge.length === 0)) faults.push(`the estimate says that it fits: ${fits}`);
    // What can be trained can be evaluated.
    if (fits) faults.push(...encoders.flatMap((plan) => bufferFaults(plan, limits)));
    return faults;
  });
}

const training = sectionKinds('training');
const architectures = sectionKinds('models');
const kinds = sectionKinds('data');

/** A run in which two settings have these values and all others are as small as they may be. */
function runWith(data: SectionKind, model: SectionKind, changes: readonly Change[]) {
  const sections = { data: { ...data.required }, models: { ...model.required }, training: {} };
  const [required] = training;
  Object.assign(sections.training, required?.required);
  for (const [{ section, name }, value] of changes)
    Object.assign(sections[section], { [name]: value });
  return { data: sections.data, models: [sections.models], training: sections.training };
}

type Change = readonly [Setting, Value];

/** Every two settings at all their ends, and every one with all that `corners` has at all of theirs. */
function* changesOf(settings: readonly Setting[], corners: SectionKind): Generator<Change[]> {
  const changes = settings.flatMap((setting) =>
    setting.values.map((value): Change => [setting, value]),
  );
  for (const [index, one] of changes.entries()) {
    for (const other of changes.slice(index)) yield [one, other];
  }
  for (const corner of cornersOf(corners.settings.filter(({ name }) => name in corners.required))) {
    for (const change of changes) yield [...corner, change];
  }
}

/** Every choice of a value for each of the settings. */
function cornersOf([first, ...others]: readonly Setting[]): Change[][] {
  if (first === undefined) return [[]];
  return cornersOf(others).flatMap((rest) =>
    first.values.map((value): Change[] => [[first, value], ...rest]),
  );
}

/** The run, or null when its settings are refused in a sentence. */
function accepted(run: unknown): RunConfig | null {
  try {
    return parseRunConfig(run);
  } catch (error) {
    if (error instanceof LabError && error.code === 'bad_config') return null;
    throw error;
  }
}

const rowsOf = (width: number): ActivationSource =>
  openTableSource({
    ...{ label: 'rows', description: '', width, values: new Float32Array(20 * width) },
    ...{ order: 'shuffled', seed: 0 },
  });

async function sourceOf(config: RunConfig): Promise<ActivationSource> {
  const { data, models } = config;
  if (data.kind === 'synthetic') {
    const never = () => Promise.reject(new Error('not read'));
    return openSource(data, { shipped: never, matrix: never }, 0);
  }
  return rowsOf(models[0]?.d_in ?? 3);
}

/** Runs of all kinds but language models, by what their data and their architecture are. */
const tables = architectures.flatMap((model) =>
  kinds
    .filter(({ kind }) => kind === 'npy' || (kind === 'synthetic' && model.kind === 'topk'))
    .map((data) => [data.kind, model.kind, data, model] as const),
);

describe.each(tables)('a run on %s with %s', (_data, _model, data, model) => {
  it('is taken by every adapter or refused in a sentence, with any two settings at their ends', async () => {
    const settings = [data, model, ...training].flatMap((kind) => kind.settings);
    const faults = new Set<string>();
    const seen = new Set<string>();
    for (const changes of changesOf(settings, model)) {
      const config = accepted(runWith(data, model, changes));
      if (config === null) continue;
      const source = await sourceOf(config);
      const words = changes.map(([{ name }, value]) => `${name} ${value}`).join(', ');
      for (const fault of uniformFaults(config, source)) faults.add(`${fault}: ${words}`);
      const { train_batch_size_samples: batch, max_grad_norm: norm } = config.training;
      const key = JSON.stringify([config.data, config.models, batch, norm === undefined]);
      if (seen.has(key)) continue;
      seen.add(key);
      for (const limits of LIMITS) {
        for (const fault of modelFaults(config, source, limits)) faults.add(`${fault}: ${words}`);
      }
    }
    expect([...faults].slice(0, 20)).toEqual([]);
    // Nothing was forgotten on the way.
    expect(seen.size).toBeGreaterThan(150);
  });
});

/** A language model that has only sizes, on a device that has only limits. */
function deviceOf(limits: PlanLimits, software: boolean): GPUDevice {
  const adapterInfo = {
    vendor: '',
    architecture: '',
    description: software ? 'llvmpipe' : 'GPU',
    device: '',
  };
  return { limits, adapterInfo } as unknown as GPUDevice;
}

function lmSource(config: RunConfig, lm: TransformerConfig, device: GPUDevice) {
  if (config.data.kind !== 'lm') throw new RangeError('these are no activations');
  const model = { config: lm, bytes: 1 } as unknown as LanguageModel;
  const tokenizer = {
    ...{ vocabulary: lm.vocabulary, bos: 1, special: new Set<number>() },
    ...{ encode: () => new Uint32Array(100).fill(2), decode: () => '', textOf: String },
  };
  const info = { label: 'model' } as unknown as LanguageModelInfo;
  const corpus = { name: 'a text', documents: ['one', 'two'] };
  return openLmSource({
    device,
    language: { info, tokenizer, model },
    config: config.data,
    corpus,
  });
}

/** Every pass over text that a run on a language model makes, and the analyses of it. */
function languagePlans(config: RunConfig, lm: TransformerConfig, limits: PlanLimits): Plan[][] {
  const { data } = config;
  if (data.kind !== 'lm') return [];
  return VARIANTS.flatMap((family) => {
    const software = family !== 'tiled';
    const parts = { config: lm, layout: layoutOf(lm), family, formats: new Map<string, 'f32'>() };
    const { context_size: positions, store_batch_size_prompts: sequences } = data;
    const reading = { sequences, positions, from: 0, until: lm.layers };
    const whole = mostPositions(deviceOf(limits, software), { config: lm } as LanguageModel);
    const text = { sequences: 1, positions: whole, from: 0, until: 'logits' } as const;
    const { enter, leave, choose } = positionPlans(parts, { sequences: 4096, length: 256 }, []);
    const { width, vocabulary } = lm;
    const group = {
      ...{ group: 0, rank: 32, width, axes: 1, coordinates: new Float32Array(32) },
      ...{ frame: new Float32Array(width), control: new Float32Array(width) },
    };
    const edits = Array.from({ length: 3 }, () => ({
      edit: { kind: 'none' } as const,
      frame: 'group' as const,
    }));
    return [
      [forwardPlan(parts, reading, [])],
      [scatterPlan(width, sequences * positions)],
      [
        forwardPlan(parts, text, []),
        tokenLossPlan({ rows: whole, vocabulary, software }),
        replacementPlan({ replacement: 'mean', sequences: 1, positions: whole, width }),
      ],
      [enter, leave, choose, steeringPlan(group, edits, { source: '', constants: {} }, software)],
    ];
  });
}

describe.each(Object.entries(languageModels))('a run on the %s language model', (_name, lm) => {
  it('is taken by every adapter or refused in a sentence, with any two settings at their ends', async () => {
    const [data] = kinds.filter(({ kind }) => kind === 'lm');
    const [model] = architectures.filter(({ kind }) => kind === 'topk');
    if (data === undefined || model === undefined) throw new RangeError('the schema has changed');
    const faults = new Set<string>();
    const settings = [...data.settings, ...training.flatMap((kind) => kind.settings)];
    const opened = new Map<string, ActivationSource>();
    let runs = 0;
    for (const changes of changesOf(settings, data)) {
      const config = accepted(runWith(data, model, changes));
      if (config?.data.kind !== 'lm' || config.data.layer > lm.layers) continue;
      const words = changes.map(([{ name }, value]) => `${name} ${value}`).join(', ');
      for (const limits of LIMITS) {
        const key = JSON.stringify([config.data, limits]);
        const known = opened.get(key);
        const source = known ?? (await lmSource(config, lm, deviceOf(limits, false)));
        opened.set(key, source);
        const { train_batch_size_samples: batch } = config.training;
        const plans = known === undefined ? languagePlans(config, lm, limits) : [];
        plans.push([source.stream(batch).plan]);
        const found = plans.flatMap((some) => faultsOf(some, limits));
        for (const fault of [...found, ...uniformFaults(config, source)]) {
          faults.add(`${fault}: ${words}`);
        }
      }
      runs += 1;
    }
    expect([...faults].slice(0, 20)).toEqual([]);
    expect(runs).toBeGreaterThan(300);
  });
});
