/**
 * The word vectors that ship: the files are what provenance.json says, they decode exactly, near words
 * mean near things, and damaged files are refused.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { at } from '../../../src/base/array';
import { LabError } from '../../../src/base/lab_error';
import { loadWords, openWordSource, type WordVectors } from '../../../src/data/words';

async function readShipped(path: string): Promise<ArrayBuffer> {
  const bytes = await readFile(fileURLToPath(new URL(`../../../public/${path}`, import.meta.url)));
  return new Uint8Array(bytes).buffer;
}

let loaded: WordVectors;
beforeAll(async () => {
  loaded = await loadWords(readShipped);
});

/** The words whose vectors point most nearly the same way. */
function nearest(word: string, count: number): string[] {
  const { words, width, values } = loaded;
  const norms = words.map((_, row) =>
    Math.hypot(...values.subarray(row * width, (row + 1) * width)),
  );
  const own = words.indexOf(word);
  const query = values.subarray(own * width, (own + 1) * width);
  return words
    .map((other, row) => {
      const vector = values.subarray(row * width, (row + 1) * width);
      const dot = query.reduce((sum, value, j) => sum + value * at(vector, j), 0);
      return { other, cosine: dot / at(norms, row) };
    })
    .sort((a, b) => b.cosine - a.cosine)
    .slice(1, count + 1)
    .map(({ other }) => other);
}

describe('the shipped word vectors', () => {
  it('have the hashes that their provenance gives', async () => {
    const provenance = z
      .object({ sha256: z.record(z.string(), z.string()) })
      .parse(JSON.parse(new TextDecoder().decode(await readShipped('data/words/provenance.json'))));
    for (const [name, expected] of Object.entries(provenance.sha256)) {
      const bytes = new Uint8Array(await readShipped(`data/words/${name}`));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected);
    }
    expect(Object.keys(provenance.sha256)).toEqual(['vectors.bin', 'words.txt']);
  });

  it('are 20 000 different words of 100 dimensions, most frequent first', () => {
    expect(loaded.width).toBe(100);
    expect(loaded.words).toHaveLength(20_000);
    expect(new Set(loaded.words).size).toBe(20_000);
    expect(loaded.words.slice(0, 5)).toEqual(['the', ',', '.', 'of', 'to']);
    expect(loaded.values).toHaveLength(2_000_000);
  });

  it('are the numbers of the source to within half a step: "the" begins −0.038194, −0.24487, 0.72812', () => {
    // The largest entry of that row is −3.0243.
    const halfStep = 3.0243 / 127 / 2 + 2 ** -23;
    [-0.038194, -0.24487, 0.72812].forEach((value, j) => {
      expect(Math.abs(at(loaded.values, j) - value)).toBeLessThan(halfStep);
    });
  });

  it('know what is near: king – prince, queen; monday – tuesday', () => {
    expect(nearest('king', 3)).toEqual(expect.arrayContaining(['prince', 'queen']));
    expect(nearest('monday', 6)).toEqual(
      expect.arrayContaining(['tuesday', 'wednesday', 'thursday', 'friday']),
    );
  });
});

describe('the source of words', () => {
  it('labels rows with their words and holds out a tenth', async () => {
    const source = await openWordSource(readShipped, 0);
    expect(source.size).toEqual({ train: 18_000, held_out: 2000, all: 20_000 });
    const monday = loaded.words.indexOf('monday');
    expect(source.labelOf?.(monday)).toBe('monday');
    const row = source.read('all', monday, 1);
    expect([...row.rowIds]).toEqual([monday]);
    expect(row.x).toEqual(loaded.values.slice(monday * 100, (monday + 1) * 100));
  });
});

describe('files that are not what they should be', () => {
  /** Loads after `change` was made to vectors.bin. */
  async function damaged(change: (bytes: ArrayBuffer) => ArrayBuffer): Promise<string> {
    const attempt = loadWords(async (path) => {
      const bytes = await readShipped(path);
      return path.endsWith('vectors.bin') ? change(bytes) : bytes;
    });
    const error: unknown = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof LabError && error.code === 'bad_file') return error.message;
    throw new Error('was accepted');
  }
  const withWord = (offset: number, value: number) => (bytes: ArrayBuffer) => {
    new DataView(bytes).setUint32(offset, value, true);
    return bytes;
  };

  it('are refused: a page in place of the file, a file cut short, a lying or foreign header', async () => {
    const page = new TextEncoder().encode('<!doctype html><title>Not found</title>').buffer;
    expect(await damaged(() => page)).toMatch(/some other kind of file/);
    expect(await damaged(() => new ArrayBuffer(3))).toMatch(/no header/);
    expect(await damaged((bytes) => bytes.slice(0, -1))).toMatch(
      /2080015 bytes instead of 2080016/,
    );
    expect(await damaged(withWord(8, 20_001))).toMatch(/2080016 bytes instead of 2080120/);
    expect(await damaged(withWord(4, 2))).toMatch(/version 2/);
  });

  it('are refused: a list of words of another length', async () => {
    const attempt = loadWords(async (path) =>
      path.endsWith('words.txt')
        ? new TextEncoder().encode('one\ntwo\n').buffer
        : readShipped(path),
    );
    await expect(attempt).rejects.toThrow(/2 words for 20000 vectors/);
  });
});
