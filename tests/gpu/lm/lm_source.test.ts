/**
 * Activations of a small language model as data: rows equal the reference forward pass, batches of the GPU
 * equal their CPU twin bit for bit, position 0 and held-out documents never come, a resumed run sees what an
 * uninterrupted one sees, and rows know their token, document and place.
 */
import { describe, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import { padRows } from '../../../src/base/padded_rows';
import type { ActivationSource, SourceText } from '../../../src/data/source';
import type { ReadyLanguageModel } from '../../../src/lab/language/language_model_store';
import { openLmSource } from '../../../src/lab/language/lm_source';
import { parseRunConfig, type LanguageDataConfig } from '../../../src/lab/run/run_config';
import { createSession } from '../../../src/lab/train/session';
import type { TransformerForm } from '../../../src/lm/language_model';
import { twinForward } from '../../../src/lm/twin';
import { createLanguageModel } from '../../../src/lm/transformer';
import { testDevice } from '../adapter';
import { feedBatches } from '../data/feed_batches';
import { letterTokenizer } from './letter_tokenizer';
import { smallConfig, smallWeights } from './small_model';

const DOCUMENTS = 40;

/** Documents of 3 to 29 letters. */
function letters(): string[] {
  return Array.from({ length: DOCUMENTS }, (_, document) => {
    const draws = new RandomDraws(4, 900, document);
    const length = 3 + (draws.u32(0) % 27);
    return Array.from({ length }, (_, i) => String.fromCharCode(97 + (draws.u32(i + 1) % 26))).join(
      '',
    );
  });
}

async function small(form: TransformerForm, width = 24) {
  const device = await testDevice();
  const config = smallConfig(form, width);
  const weights = smallWeights(config);
  const model = await createLanguageModel(device, config, weights);
  const language: ReadyLanguageModel = {
    info: {
      id: 'small',
      label: 'small',
      form,
      layers: config.layers,
      width,
      vocabulary: config.vocabulary,
      context: config.context,
      bytes: 0,
    },
    tokenizer: letterTokenizer(config.vocabulary),
    model,
  };
  return { device, config, weights, language };
}

const settings: LanguageDataConfig = {
  kind: 'lm',
  model: 'small',
  layer: 2,
  corpus: 'letters.txt',
  context_size: 8,
  prepend_bos: true,
  exclude_first: true,
  n_batches_in_buffer: 2,
  store_batch_size_prompts: 4,
  seed: 3,
};

async function open(form: TransformerForm, changed: Partial<LanguageDataConfig> = {}) {
  const setting = await small(form);
  const config = { ...settings, ...changed };
  const source = await openLmSource({
    device: setting.device,
    language: setting.language,
    config,
    corpus: config.corpus === 'generated' ? null : { name: 'letters', documents: letters() },
  });
  return { ...setting, source };
}

function textOf(source: ActivationSource): SourceText {
  if (source.text === undefined) throw new Error('no text');
  return source.text;
}

describe.each<TransformerForm>(['llama', 'gpt2'])('activations of a %s', (form) => {
  it('are the residual stream of the reference at the token that the row names', async () => {
    const { source, config, weights } = await open(form);
    const text = textOf(source);
    const { x, rowIds, count } = await source.read('all', 0, 1_000_000);
    expect(count).toBe(source.size.all);
    const tokenizer = letterTokenizer(config.vocabulary);
    const documents = letters().map((document) => tokenizer.encode(document));
    const step = settings.context_size - 1;
    let row = 0;
    let worst = 0;
    let size = 0;
    documents.forEach((document, index) => {
      for (let start = 0; start < document.length; start += step) {
        const tokens = Uint32Array.of(tokenizer.bos, ...document.subarray(start, start + step));
        const { residuals } = twinForward(config, weights, tokens, tokens.length);
        const expected = at(residuals, settings.layer);
        for (let position = 1; position < tokens.length; position += 1) {
          const rowId = at(rowIds, row);
          expect(rowId).toBe(row);
          expect(text.token(rowId)).toBe(at(tokens, position));
          expect(text.document(rowId)).toBe(index);
          expect(text.position(rowId)).toBe(start + position - 1);
          for (let i = 0; i < config.width; i += 1) {
            const value = at(expected, position * config.width + i);
            size = Math.max(size, Math.abs(value));
            worst = Math.max(worst, Math.abs(at(x, row * config.width + i) - value));
          }
          row += 1;
        }
      }
    });
    expect(row).toBe(count);
    // Two blocks of sums over width, head, positions and hidden: see forward.test.ts.
    const roundings = 2 * (3 * config.width + config.width / config.heads + 8 + config.hidden + 64);
    expect(worst).toBeLessThanOrEqual(roundings * 2 ** -24 * size);
  });

  it('come to training as the CPU twin has them, over several mixings', async () => {
    const { device, source } = await open(form);
    const { batches } = await feedBatches(device, source.stream(8), 0, 20, 3);
    for (const [index, batch] of batches.entries()) {
      const twin = await source.batch(index, 8);
      expect(batch).toEqual(padRows(twin.x, source.width));
    }
  });
});

describe('training rows', () => {
  it('that analyses ask for again are not read again', async () => {
    const { source } = await open('llama');
    const rows = await source.read('held_out', 0, 5);
    expect(await source.read('held_out', 0, 5)).toBe(rows);
    expect((await source.read('held_out', 1, 5)).rowIds).not.toEqual(rows.rowIds);
  });

  it('are never position 0 and never of a held-out document', async () => {
    const { source } = await open('llama');
    const text = textOf(source);
    const seen = new Set<number>();
    for (let index = 0; index < 30; index += 1) {
      for (const rowId of (await source.batch(index, 8)).rowIds) seen.add(rowId);
    }
    const held = await source.read('held_out', 0, 1_000_000);
    for (const rowId of held.rowIds) expect(seen.has(rowId)).toBe(false);
    for (const rowId of seen) expect(text.position(rowId)).toBeGreaterThanOrEqual(0);
    expect(held.count).toBe(source.size.held_out);
    expect(text.heldOut.reduce((sum, document) => sum + document.length, 0)).toBe(held.count);
  });

  it('include position 0 when asked to, which is BOS', async () => {
    const { source, language } = await open('llama', { exclude_first: false });
    const text = textOf(source);
    expect(text.position(0)).toBe(-1);
    expect(text.token(0)).toBe(language.tokenizer.bos);
    expect(text.position(1)).toBe(0);
    const without = await open('llama', { exclude_first: true });
    const [all, some] = [await source.read('all', 1, 1), await without.source.read('all', 0, 1)];
    expect(all.x).toEqual(some.x);
  });

  it('do not depend on how many windows are read at once', async () => {
    const { device, source } = await open('llama', {
      n_batches_in_buffer: 4,
      store_batch_size_prompts: 2,
    });
    const other = await open('llama');
    const a = await feedBatches(device, source.stream(8), 0, 9);
    const b = await feedBatches(device, other.source.stream(8), 0, 9);
    expect(a.batches).toEqual(b.batches);
  });

  it('are made once of a text that is read several times', async () => {
    const { device, source, language } = await open('llama');
    expect(source.description).toContain('read once and kept');
    const { model } = language;
    const forward = model.forward.bind(model);
    let made = 0;
    vi.spyOn(model, 'forward').mockImplementation(async (shape) => {
      const opened = await forward(shape);
      return {
        ...opened,
        setTokens: (tokens) => opened.setTokens(tokens),
        record: (pass) => {
          made += 1;
          opened.record(pass);
        },
        destroy: () => opened.destroy(),
      };
    });
    const rows = source.size.train ?? 0;
    const { batches } = await feedBatches(
      device,
      source.stream(8),
      0,
      Math.ceil((3 * rows) / 8),
      3,
    );
    // Analyses read by themselves.
    const trained = made;
    const text = textOf(source);
    const train = await source.read('train', 0, rows);
    const perWindow = settings.context_size - 1;
    const windows = new Set(
      Array.from(train.rowIds, (id) =>
        [text.document(id), Math.floor(text.position(id) / perWindow)].join(),
      ),
    );
    // Four at a time; the last ones of the first pass come with some that are kept.
    expect(trained).toBeLessThanOrEqual(
      Math.ceil(windows.size / settings.store_batch_size_prompts),
    );
    for (const [index, batch] of batches.entries()) {
      const twin = await source.batch(index, 8);
      expect(batch, `batch ${index}`).toEqual(padRows(twin.x, source.width));
    }
  });

  it('of a text that fits into the buffer are all of it in every pass', async () => {
    const { source } = await open('llama', { n_batches_in_buffer: 100 });
    expect(source.description).toContain('read once');
    const rows = source.size.train ?? 0;
    const { rowIds } = await source.batch(0, rows);
    expect(new Set(rowIds).size).toBe(rows);
  });
});

describe('text that the model writes itself', () => {
  it('is the same again, as batches on the GPU and on the CPU', async () => {
    const { device, source } = await open('llama', { corpus: 'generated' });
    expect(source.size.train).toBeNull();
    const { batches } = await feedBatches(device, source.stream(8), 0, 12, 2);
    for (const index of [0, 5, 11]) {
      const twin = await source.batch(index, 8);
      expect(at(batches, index)).toEqual(padRows(twin.x, source.width));
    }
    const again = await open('llama', { corpus: 'generated' });
    expect((await again.source.read('held_out', 3, 20)).x).toEqual(
      (await source.read('held_out', 3, 20)).x,
    );
  });
});

describe('a run on a language model', () => {
  const run = parseRunConfig({
    data: settings,
    models: [{ architecture: 'topk', d_sae: 32, k: 4 }],
    training: { training_samples: 240, train_batch_size_samples: 8, log_every: 5 },
  });

  it('ends bit for bit where one ends that was interrupted', async () => {
    const { device, source } = await open('llama');
    const whole = await createSession({ device, config: run, source });
    const feeding: number[] = [];
    await whole.run(30, {
      onProgress: (progress) => feeding.push(progress.feeding?.filled ?? -1),
    });
    expect(feeding[0]).toBeLessThan(1);
    expect(feeding.at(-1)).toBe(1);
    const first = await createSession({ device, config: run, source });
    await first.run(17);
    const state = await first.state(0);
    first.destroy();
    const second = await createSession({
      device,
      config: run,
      source,
      initial: [{ kind: 'state', state }],
    });
    await second.run(30);
    expect(second.step).toBe(30);
    expect(await second.weights(0)).toEqual(await whole.weights(0));
    second.destroy();
    whole.destroy();
  });
});

describe('what a model does not have', () => {
  it.each([
    [{ layer: 4 }, 'data.layer is 4; for small it must be a whole number from 0 to 3'],
    [
      { context_size: 13 },
      'data.context_size is 13; for small it must be a whole number from 2 to 12',
    ],
  ])('is refused with the range: %o', async (changed, sentence) => {
    await expect(open('gpt2', changed)).rejects.toThrow(sentence);
  });
});
