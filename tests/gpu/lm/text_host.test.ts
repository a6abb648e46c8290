/**
 * The engine's answers about text from the command to the event, on a run whose language model and autoencoder
 * are small and random: every kind of question is answered, one after the other, can be given up, and is
 * refused by name when it cannot be answered.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { LabError } from '../../../src/base/lab_error';
import { RandomDraws } from '../../../src/base/random';
import type { ActivationSource } from '../../../src/data/source';
import type { ReadyLanguageModel } from '../../../src/lab/language/language_model_store';
import type { LmEvent } from '../../../src/lab/protocol/lm_protocol';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { TextHost, type TextCommand, type TextRun } from '../../../src/lab/worker/text_host';
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
const events: LmEvent[] = [];
const stages = new Set<string>();
/** What a test does when it hears how far a question is. */
let onStage: (requestId: number, stage: string) => void = () => undefined;

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
    post: (event) => events.push(event),
    progress: (requestId, _, stage) => {
      stages.add(stage);
      onStage(requestId, stage);
    },
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

const about = { requestId: 1, runId: 'r', model: 0 } as const;

async function ask(command: TextCommand): Promise<LmEvent> {
  events.length = 0;
  await host.answer(command);
  return at(events, 0);
}

it('reads text', async () => {
  const event = await ask({ ...about, kind: 'read_text', text: 'abcabc' });
  if (event.kind !== 'text_read') throw new Error(event.kind);
  expect(event.reading.model).toBe(0);
  expect(event.reading.step).toBe(7);
  expect(event.reading.tokens).toHaveLength(6);
  expect(event.reading.groups).toHaveLength(18);
  expect(stages).toContain('Reading');
});

it('steers text with strengths in typical norms', async () => {
  const steer = { ...about, kind: 'steer_text', prompt: 'ab', temperature: 0.8, seed: 3 } as const;
  const event = await ask({
    ...steer,
    group: 2,
    edit: { kind: 'add', axis: 1, strength: 20 },
    length: 10,
  });
  if (event.kind !== 'text_steered') throw new Error(event.kind);
  const { answer } = event;
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
  const refused = { ...steer, length: 10, edit: { kind: 'scale', factor: 0 } } as const;
  await expect(ask({ ...refused, group: 6 })).rejects.toThrow(/no group 6/);
  const axis = { ...steer, length: 10, group: 1 } as const;
  await expect(ask({ ...axis, edit: { kind: 'add', axis: 2, strength: 1 } })).rejects.toThrow(
    /Axis 3 does not exist: this group writes along 2 axes/,
  );
});

it('splices in on held-out documents, no more than asked for', async () => {
  const event = await ask({ ...about, kind: 'splice', tokens: 12 });
  if (event.kind !== 'spliced') throw new Error(event.kind);
  expect(event.step).toBe(7);
  // Windows of 12 with BOS: the first document gives 11 + 9 tokens, so 10 + 8 predictions.
  expect(event.faithfulness.tokens).toBe(18);
  expect(event.faithfulness.layer).toBe(1);
  expect(event.faithfulness.l0).toBe(6);
  expect(Object.values(event.faithfulness).every((value) => Number.isFinite(value))).toBe(true);
});

it('attributes logits', async () => {
  const event = await ask({ ...about, kind: 'attribute_logits', group: 4 });
  if (event.kind !== 'logits_attributed') throw new Error(event.kind);
  expect(event.attribution.step).toBe(7);
  expect(event.attribution.axes).toHaveLength(2);
  expect(event.attribution.angles).toHaveLength(24);
});

it('gives an attribution up while the last layer is measured, and measures it anew', async () => {
  host.forget('r');
  const question = { ...about, kind: 'attribute_logits', group: 4 } as const;
  onStage = (requestId, stage) => {
    if (stage === 'Measuring the last layer') host.cancel(requestId);
  };
  await expect(host.answer({ ...question, requestId: 21 })).rejects.toMatchObject({
    code: 'cancelled',
  });
  onStage = () => undefined;
  expect((await ask(question)).kind).toBe('logits_attributed');
});

it('answers one after the other, and gives up those that are not wanted any more', async () => {
  events.length = 0;
  const first = host.answer({ ...about, requestId: 11, kind: 'read_text', text: 'abc' });
  const second = host.answer({ ...about, requestId: 12, kind: 'splice', tokens: 100 });
  const third = host.answer({ ...about, requestId: 13, kind: 'read_text', text: 'abcd' });
  const given = expect(second).rejects.toMatchObject({ code: 'cancelled' });
  expect(host.cancel(12)).toBe(true);
  await Promise.all([first, given, third]);
  expect(events.map((event) => ('requestId' in event ? event.requestId : null))).toEqual([11, 13]);
  expect(host.cancel(12)).toBe(false);
});

it('refuses runs that it cannot ask, and goes on', async () => {
  const read = { ...about, kind: 'read_text', text: 'abc' } as const;
  await expect(ask({ ...read, runId: 'gone' })).rejects.toThrow(/No such run/);
  await expect(ask({ ...read, runId: 'words' })).rejects.toThrow(/no language model made/);
  await expect(ask({ ...read, model: 1 })).rejects.toThrow(/no model 1/);
  await expect(ask({ ...read, text: ' ' })).rejects.toThrow(/no text/);
  expect((await ask(read)).kind).toBe('text_read');
});
