/**
 * The engine’s answers about text, on a run whose language model and autoencoder are small and random: every
 * kind of question is answered, one after the other, can be given up, and is refused by name when it cannot be
 * answered.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { LabError } from '../../../src/base/lab_error';
import { RandomDraws } from '../../../src/base/random';
import type { Work } from '../../../src/base/work';
import type { ActivationSource } from '../../../src/data/source';
import type { ReadyLanguageModel } from '../../../src/lab/language/language_model_store';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { TextHost, type TextRun } from '../../../src/lab/worker/text_host';
import { createLanguageModel } from '../../../src/lm/transformer';
import { testDevice } from '../adapter';
import { letterTokenizer } from './letter_tokenizer';
import { smallConfig, smallWeights } from './small_model';

const WIDTH = 24;
const sizes = { ...smallConfig('gpt2', WIDTH), context: 32 };

function numbers(length: number, seed: number, scale = 1): Float32Array {
  const draws = new RandomDraws(seed, 100);
  return Float32Array.from({ length }, (_, i) => scale * draws.normal(i));
}

const config = parseRunConfig({
  data: { kind: 'lm', model: 'small', layer: 1, context_size: 12 },
  models: [{ architecture: 'topk_sasa', n_groups: 6, group_rank: 2, k_groups: 3 }],
  training: { training_samples: 512 },
});
const dictionary: Dictionary = {
  groups: 6,
  rank: 2,
  width: WIDTH,
  encoder: numbers(12 * WIDTH, 1, 0.3),
  decoder: numbers(12 * WIDTH, 2, 0.3),
  encoderBias: new Float32Array(12),
  decoderBias: numbers(WIDTH, 4, 0.5),
};
const documents = [20, 7, 12].map((length, document) =>
  Uint32Array.from({ length }, (_, i) => 2 + ((i * (document + 3)) % 30)),
);

let language: ReadyLanguageModel;
let host: TextHost;
const stages = new Set<string>();
/** Work that nobody gives up. */
const work: Work = { onProgress: (_, stage) => stages.add(stage) };

function runOf(data: typeof config): TextRun {
  const source: ActivationSource = {
    label: 'small texts',
    description: '',
    width: WIDTH,
    size: { train: 0, held_out: 0, all: 0 },
    text: {
      token: () => 0,
      tokenText: () => '',
      document: () => 0,
      position: () => 0,
      heldOut: documents,
    },
    stream: () => {
      throw new RangeError('nothing trains here');
    },
    batch: () => Promise.reject(new RangeError('nothing trains here')),
    read: () => Promise.reject(new RangeError('nothing is read here')),
  };
  return {
    runId: 'r',
    config: data,
    step: 7,
    source,
    session: {
      modelConfig: (model) => at(data.models, model),
      weights: () => Promise.resolve(dictionary),
    },
  };
}

beforeAll(async () => {
  const device = await testDevice();
  const weights = smallWeights(sizes);
  language = {
    info: { id: 'small', label: 'small', bytes: 0, ...sizes },
    tokenizer: letterTokenizer(37),
    model: await createLanguageModel(device, sizes, weights),
  };
  const words = parseRunConfig({ ...config, data: { kind: 'words' } });
  host = new TextHost({
    languageModels: () => Promise.resolve({ device, get: () => Promise.resolve(language) }),
    run: (runId) => {
      if (runId === 'gone') throw new LabError('not_found', 'No such run.', 'Train.');
      return runOf(runId === 'words' ? words : config);
    },
    axes: () =>
      Promise.resolve({
        axes: Float32Array.from([...unit(3), ...unit(4)]),
        firings: 10,
        typicalNorm: 2,
      }),
  });
});

afterAll(() => {
  host.forget('r');
  language.model.destroy();
});

function unit(seed: number): Float32Array {
  const row = numbers(WIDTH, seed);
  return row.map((value) => value / Math.hypot(...row));
}

const about = { runId: 'r', model: 0 } as const;

it('reads text', async () => {
  const reading = await host.read({ ...about, text: 'abcabc' }, work);
  expect(reading.model).toBe(0);
  expect(reading.step).toBe(7);
  expect(reading.tokens).toHaveLength(6);
  expect(reading.groups).toHaveLength(18);
  expect(stages).toContain('Reading');
});

it('steers text with strengths in typical norms', async () => {
  const steer = { ...about, prompt: 'ab', temperature: 0.8, seed: 3, length: 10 } as const;
  const edit = { kind: 'add', axis: 1, strength: 20 } as const;
  const answer = await host.steer({ ...steer, group: 2, edit }, work);
  expect(answer.step).toBe(7);
  expect(answer.typicalNorm).toBe(2);
  expect(answer.continuations.map(({ name }) => name)).toEqual([
    'original',
    'steered',
    'random control',
  ]);
  for (const { tokens, promptTokens } of answer.continuations) {
    expect(promptTokens).toBe(2);
    expect(tokens.length).toBeLessThanOrEqual(12);
  }
  const refused = { ...steer, edit: { kind: 'scale', factor: 0 } } as const;
  await expect(host.steer({ ...refused, group: 6 }, work)).rejects.toThrow(/no unit 6/);
  const beyond = { ...steer, group: 1, edit: { ...edit, axis: 2 } } as const;
  await expect(host.steer(beyond, work)).rejects.toThrow(
    /Axis 3 does not exist: this unit writes along 2 axes/,
  );
});

it('splices in on held-out documents, no more than asked for', async () => {
  const { step, ...faithfulness } = await host.splice({ ...about, tokens: 12 }, work);
  expect(step).toBe(7);
  // Windows of 12 with BOS: the first document gives 11 + 9 tokens, so 10 + 8 predictions.
  expect(faithfulness.tokens).toBe(18);
  expect(faithfulness.layer).toBe(1);
  expect(faithfulness.l0).toBe(6);
  expect(Object.values(faithfulness).every((value) => Number.isFinite(value))).toBe(true);
});

it('attributes logits', async () => {
  const attribution = await host.attribute({ ...about, group: 4 }, work);
  expect(attribution.step).toBe(7);
  expect(attribution.axes).toHaveLength(2);
  expect(attribution.angles).toHaveLength(24);
});

it('gives an attribution up while the last layer is measured, and measures it anew', async () => {
  host.forget('r');
  const question = { ...about, group: 4 };
  const given = new AbortController();
  const onProgress = (_: number, stage: string) => {
    if (stage === 'Measuring the last layer') given.abort();
  };
  await expect(
    host.attribute(question, { signal: given.signal, onProgress }),
  ).rejects.toMatchObject({ code: 'cancelled' });
  expect((await host.attribute(question, work)).group).toBe(4);
});

it('answers one after the other, and gives up those that are not wanted any more', async () => {
  const answered: number[] = [];
  const given = new AbortController();
  const note = (place: number) => () => answered.push(place);
  const first = host.read({ ...about, text: 'abc' }, work).then(note(1));
  const second = host.splice({ ...about, tokens: 100 }, { signal: given.signal }).then(note(2));
  const third = host.read({ ...about, text: 'abcd' }, work).then(note(3));
  const cancelled = expect(second).rejects.toMatchObject({ code: 'cancelled' });
  given.abort();
  await Promise.all([first, cancelled, third]);
  expect(answered).toEqual([1, 3]);
});

it('refuses runs that it cannot ask, and goes on', async () => {
  const read = (own: object) => host.read({ ...about, text: 'abc', ...own }, work);
  await expect(read({ runId: 'gone' })).rejects.toThrow(/No such run/);
  await expect(read({ runId: 'words' })).rejects.toThrow(/no language model made/);
  await expect(read({ model: 1 })).rejects.toThrow(/no model 1/);
  await expect(read({ text: ' ' })).rejects.toThrow(/no text/);
  expect((await read({})).tokens).toHaveLength(3);
});
