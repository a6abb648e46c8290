/**
 * Documents that a language model writes: those held out are written once, in full or not at all, with progress;
 * the first batches are kept, so that whoever asks for the same ones does not wait again.
 */
import { beforeEach, expect, it } from 'vitest';
import {
  WrittenWindows,
  writerOf,
  type DocumentWriter,
} from '../../../src/lab/language/training_windows';
import type { GenerateOptions, Generator, LanguageModel } from '../../../src/lm/language_model';
import type { Tokenizer } from '../../../src/lm/tokenizer';

const LENGTH = 16;

/** Writes documents of eight tokens, all of them the document's number; told half-way, may be stopped there. */
class CountingGenerator implements Generator {
  readonly batches: number[] = [];
  readonly shape = { sequences: 4, length: LENGTH };
  generate(options: GenerateOptions): Promise<Uint32Array[]> {
    const numbers = [...(options.streams ?? [])];
    this.batches.push(numbers[0] ?? -1);
    const stopped = options.onProgress?.(LENGTH / 2) === true;
    const written = stopped ? 3 : 9;
    return Promise.resolve(
      numbers.map((number) => new Uint32Array(written).fill(100 + number).with(0, 0)),
    );
  }
  destroy(): void {
    // Holds nothing.
  }
}

const tokenizer: Tokenizer = {
  vocabulary: 1000,
  bos: 0,
  special: new Set([0]),
  encode: () => new Uint32Array(0),
  decode: () => '',
  textOf: String,
};

let generator: CountingGenerator;
let writer: DocumentWriter;

beforeEach(() => {
  generator = new CountingGenerator();
  const config = { context: LENGTH } as LanguageModel['config'];
  const model = { config, generator: () => Promise.resolve(generator) } as unknown as LanguageModel;
  writer = writerOf({ model, tokenizer, seed: 0, atOnce: 4 });
});

it('holds out the first documents, written once, and tells how far it is', async () => {
  const told: number[] = [];
  const held = await writer.heldOut(8, { onProgress: (fraction) => told.push(fraction) });
  expect(held.map((document) => [document.length, document[0]])).toEqual(
    Array.from({ length: 8 }, (_, number) => [8, 100 + number]),
  );
  expect(told).toEqual([0.25, 0.75]);
  expect(await writer.heldOut(8, {})).toBe(held);
  expect(generator.batches).toEqual([0, 4]);
});

it('is given up in the middle of a batch, and begun anew', async () => {
  const given = new AbortController();
  const onProgress = (fraction: number) => {
    if (fraction > 0.5) given.abort();
  };
  await expect(writer.heldOut(8, { signal: given.signal, onProgress })).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(await writer.heldOut(8, {})).toHaveLength(8);
  expect(generator.batches).toEqual([0, 4, 0, 4]);
});

it('reads the same text from the beginning without writing it again', async () => {
  const shape = { contextSize: LENGTH, prependBos: true, excludeFirst: true };
  const firstTokens = async () => {
    const windows = new WrittenWindows(writer, shape, 64, 0);
    return [await windows.next(), await windows.next()].map(({ tokens }) => tokens[0]);
  };
  expect(await firstTokens()).toEqual([164, 165]);
  const { length } = generator.batches;
  expect(await firstTokens()).toEqual([164, 165]);
  expect(generator.batches).toHaveLength(length);
});
