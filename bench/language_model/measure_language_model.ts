/**
 * What the language model costs: the activations of a batch of texts (the pass that training waits for), the
 * logits of the same texts, and generation with a key-value cache. The first two against jax-js on the same
 * adapter, after both have been seen to compute the same.
 */
import { at } from '../../src/base/array';
import { readBuffer } from '../../src/gpu/readback';
import { readShipped } from '../../src/cli/language_models';
import {
  loadLanguageModel,
  STORIES,
  type LoadedLanguageModel,
} from '../../src/lab/language/language_models';
import type { ForwardShape, LanguageModel } from '../../src/lm/language_model';
import { createLanguageModel } from '../../src/lm/transformer';
import type { Machine } from '../machine';
import {
  comparePairs,
  costOf,
  processClock,
  spread,
  type PairTiming,
  type Repeatable,
  type Spread,
} from '../measure';
import { jaxForward } from './jax_forward';
import { profilePasses, type BlockPassCost } from './profile_passes';

/** The block whose input is harvested. */
const LAYER = 4;
const PAIRS = 7;
const GENERATIONS = 3;
/**
 * Largest difference of a residual or logit from jax-js, relative to the largest one: float32 sums of up to
 * 768 terms in another order, in a dozen layers one after the other.
 */
const TOLERANCE = 1e-4;

export interface ForwardReport {
  readonly until: number | 'logits';
  readonly sequences: number;
  readonly positions: number;
  /** FLOP of its matrix products and attention. */
  readonly flop: number;
  readonly timing: PairTiming;
  readonly tokensPerSecond: { readonly ours: number; readonly theirs: number };
  /** Largest difference between the two, relative to the largest number. */
  readonly difference: number;
}

export interface GenerationReport {
  readonly sequences: number;
  readonly length: number;
  readonly tokensPerSecond: Spread;
}

export interface LanguageModelReport {
  readonly model: string;
  /** Bytes of the weights on the GPU. */
  readonly bytes: number;
  readonly forwards: readonly ForwardReport[];
  /** Pass by pass, until the harvested block. */
  readonly profile: {
    readonly sequences: number;
    readonly positions: number;
    readonly passes: readonly BlockPassCost[];
  };
  readonly generation: readonly GenerationReport[];
}

interface Budget {
  readonly stepMs: number;
  readonly passMs: number;
  readonly limitMs: number;
}

/** Sizes: a processor makes about a thousandth of a GPU's FLOP. */
const sizes = {
  software: { sequences: 4, positions: 64, harvested: [2, 128], writers: [8], length: 32 },
  // The profile has the sequences of a harvest.
  gpu: { sequences: 64, positions: 128, harvested: [32, 256], writers: [1, 64, 256], length: 128 },
};

/** Measures stories15M on an opened machine. Throws when ours and jax-js compute different things. */
export async function measureLanguageModel(
  gpu: GPU,
  device: GPUDevice,
  machine: Machine,
  budget: Budget,
  say: (text: string) => void,
): Promise<LanguageModelReport> {
  const loaded = await loadLanguageModel(STORIES, {
    shipped: (path) => readShipped(path),
    files: () => Promise.reject(new RangeError('the benchmark loads what ships')),
  });
  const model = await createLanguageModel(device, loaded.config, loaded.weights);
  const { sequences, positions, harvested, writers, length } = machine.software
    ? sizes.software
    : sizes.gpu;
  const forwards: ForwardReport[] = [];
  for (const until of [LAYER, 'logits'] as const) {
    say(`stories15M, ${sequences} × ${positions} tokens until ${until}: ours against jax-js`);
    const shape = { sequences, positions, from: 0, until };
    forwards.push(await measureForward(gpu, device, loaded, model, shape, budget));
  }
  say('stories15M, pass by pass');
  const rows = { sequences: at(harvested, 0), positions: at(harvested, 1) };
  const shape = { ...rows, from: 0, until: LAYER };
  const passes = await profilePasses(device, loaded, shape, budget.passMs);
  const profile = { ...rows, passes };
  const generation: GenerationReport[] = [];
  for (const count of writers) {
    say(`stories15M writes ${count} × ${length} tokens`);
    generation.push(await measureGeneration(model, loaded.tokenizer.bos, count, length));
  }
  const report = { model: loaded.info.label, bytes: model.bytes, forwards, profile, generation };
  model.destroy();
  return report;
}

async function measureForward(
  gpu: GPU,
  device: GPUDevice,
  loaded: LoadedLanguageModel,
  model: LanguageModel,
  shape: ForwardShape,
  budget: Budget,
): Promise<ForwardReport> {
  const { sequences, positions, until } = shape;
  const tokens = textTokens(loaded, sequences * positions);
  const forward = await model.forward(shape);
  forward.setTokens(tokens);
  const ours: Repeatable = {
    name: 'SASA Lab',
    run: async (times) => {
      for (let i = 0; i < times; i += 1) {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        forward.record(pass);
        pass.end();
        device.queue.submit([encoder.finish()]);
      }
      await device.queue.onSubmittedWorkDone();
    },
  };
  const jax = await jaxForward(gpu, loaded.config, loaded.weights, tokens, shape);
  await ours.run(1);
  await jax.run(1);
  const columns = until === 'logits' ? loaded.config.vocabulary : loaded.config.width;
  const made = new Float32Array(await readBuffer(device, forward.logits ?? forward.residual));
  const difference = largestDifference(made, await jax.result(), columns);
  if (difference > TOLERANCE) {
    throw new Error(`Ours and jax-js differ by ${difference} of the largest number.`);
  }
  const timing = await comparePairs(ours, jax, PAIRS, budget.stepMs, budget.limitMs);
  forward.destroy();
  jax.destroy();
  const rate = (ms: number) => (1000 * sequences * positions) / ms;
  return {
    until,
    sequences,
    positions,
    flop: flopOf(loaded, shape),
    timing,
    tokensPerSecond: { ours: rate(timing.ours.cost.wall), theirs: rate(timing.theirs.cost.wall) },
    difference,
  };
}

/** Products of 2·rows·N·C and, for every position, scores and sums over the positions before it. */
function flopOf({ config }: LoadedLanguageModel, shape: ForwardShape): number {
  const { width, hidden, heads, kvHeads, layers, vocabulary } = config;
  const { sequences, positions, until } = shape;
  const rows = sequences * positions;
  const kvWidth = (width / heads) * kvHeads;
  const matrices = width * (2 * width + 2 * kvWidth + 3 * hidden);
  const attention = 2 * width * ((positions + 1) / 2);
  const blocks = until === 'logits' ? layers : until;
  const head = until === 'logits' ? width * vocabulary : 0;
  return 2 * rows * (blocks * (matrices + attention) + head);
}

/** Rows of ours are padded to whole chunks; those of jax-js are not. */
function largestDifference(ours: Float32Array, theirs: Float32Array, columns: number): number {
  const rows = theirs.length / columns;
  const stride = ours.length / rows;
  let most = 0;
  let largest = 0;
  theirs.forEach((value, i) => {
    const mine = at(ours, Math.floor(i / columns) * stride + (i % columns));
    most = Math.max(most, Math.abs(mine - value));
    largest = Math.max(largest, Math.abs(value));
  });
  return most / largest;
}

/** Tokens of some text, again and again. */
function textTokens({ tokenizer }: LoadedLanguageModel, count: number): Uint32Array {
  const text = tokenizer.encode(
    'Once upon a time, there was a little girl named Lily. She loved to play outside in the sunshine.',
  );
  return Uint32Array.from({ length: count }, (_, i) => at(text, i % text.length));
}

async function measureGeneration(
  model: LanguageModel,
  bos: number,
  sequences: number,
  length: number,
): Promise<GenerationReport> {
  const generator = await model.generator({ sequences, length });
  const prompts = Array.from({ length: sequences }, () => Uint32Array.of(bos));
  const program: Repeatable = {
    name: 'generation',
    run: async (times) => {
      for (let i = 0; i < times; i += 1) {
        await generator.generate({ prompts, temperature: 0.9, seed: i });
      }
    },
  };
  await program.run(1);
  const rates: number[] = [];
  for (let i = 0; i < GENERATIONS; i += 1) {
    const { wall } = await costOf(program, 1, processClock);
    rates.push((1000 * sequences * length) / wall);
  }
  generator.destroy();
  return { sequences, length, tokensPerSecond: spread(rates) };
}
