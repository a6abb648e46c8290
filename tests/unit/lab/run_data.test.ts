/**
 * The engine's open data: a dropped file serves every later question about it, until another is dropped,
 * and settings whose file was never dropped say so.
 */
import { expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { readNpy, writeNpy } from '../../../src/io/npy';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { RunData } from '../../../src/lab/train/run_data';

const npy = (rows: number, first: number): Blob => {
  const values = Float32Array.from({ length: rows * 2 }, (_, i) => first + i);
  return new Blob([Uint8Array.from(writeNpy({ rows, width: 2, values }))]);
};

const config = (path: string, seed = 0) =>
  parseRunConfig({
    data: { kind: 'npy', path },
    models: [{ architecture: 'topk', d_sae: 4, k: 1 }],
    training: { training_samples: 100, seed },
  });

function opened(): { data: RunData; reads: () => number } {
  let count = 0;
  const data = new RunData((file) => {
    const bytes = (path: string): Uint8Array => {
      count += 1;
      if (file !== undefined) return file;
      throw new LabError('not_found', `The file ${path} is not open.`, 'Drop it.');
    };
    return {
      shipped: () => Promise.reject(new RangeError('nothing ships here')),
      matrix: async (path) => Promise.resolve(readNpy(bytes(path), path)),
      text: async (path) => Promise.resolve(bytes(path)),
      languageModels: () => Promise.reject(new RangeError('no language model here')),
    };
  });
  return { data, reads: () => count };
}

const firstValue = async (data: RunData, path: string, seed = 0): Promise<number | undefined> =>
  (await (await data.open(config(path, seed))).read('all', 0, 1)).x[0];

it('keeps the last dropped file for every later question', async () => {
  const { data, reads } = opened();
  await data.open(config('a.npy'), npy(40, 7));
  expect(await firstValue(data, 'a.npy')).toBe(7);
  expect(reads()).toBe(1);
  // Another seed is another order of the same rows.
  expect(await firstValue(data, 'a.npy', 5)).toBe(7);
  expect(reads()).toBe(2);
});

it('takes another file of the same name in its place, and forgets the one before', async () => {
  const { data } = opened();
  await data.open(config('a.npy'), npy(40, 7));
  await data.open(config('a.npy'), npy(40, 9));
  expect(await firstValue(data, 'a.npy')).toBe(9);
  await data.open(config('b.npy'), npy(40, 1));
  await expect(data.open(config('a.npy'))).rejects.toThrow('The file a.npy is not open.');
});

it('says that a file was never dropped, and opens it once it is', async () => {
  const { data } = opened();
  await expect(data.open(config('a.npy'))).rejects.toThrow('The file a.npy is not open.');
  await data.open(config('a.npy'), npy(40, 3));
  expect(await firstValue(data, 'a.npy')).toBe(3);
});

const story = parseRunConfig({
  data: { kind: 'lm', model: 'stories15m', layer: 2, corpus: 'own.txt' },
  models: [{ architecture: 'topk', d_sae: 4, k: 1 }],
  training: { training_samples: 100 },
});

it('opens the data of a run again from its own text, whatever was dropped since', async () => {
  const texts: string[] = [];
  const data = new RunData((file) => ({
    shipped: () => Promise.reject(new RangeError('nothing ships here')),
    matrix: () => Promise.reject(new RangeError('no rows here')),
    text: () => {
      texts.push(file === undefined ? 'none' : new TextDecoder().decode(file));
      return Promise.reject(new LabError('bad_data', 'No model here.', 'None.'));
    },
    languageModels: () => Promise.reject(new RangeError('no language model here')),
  }));
  const drop = async (text: string) => {
    await data.open(story, new TextEncoder().encode(text)).catch(() => undefined);
  };
  await drop('mine');
  const again = data.again(story);
  await drop('another of that name');
  await data.open(config('a.npy'), npy(4, 1)).catch(() => undefined);
  await expect(again()).rejects.toThrow('No model here.');
  expect(texts).toEqual(['mine', 'another of that name', 'mine']);
});
