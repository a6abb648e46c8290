/** Rows read piece by piece give the codes of all rows at once, and tokens come with where they stand. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { ActivationSource, SourceText } from '../../../src/data/source';
import { encodeAnalysedRows, type Encode } from '../../../src/lab/encode/analysed_rows';
import { codesOf } from '../analysis/worlds';

/** 20 000 held-out rows of width 1: row i holds i, token i mod 7 of document i div 100. */
const ROWS = 20_000;
const text: SourceText = {
  token: (rowId) => rowId % 7,
  tokenText: (rowId) => ` t${rowId % 7}`,
  document: (rowId) => Math.floor(rowId / 100),
  position: (rowId) => rowId % 100,
  heldOut: [],
};
const reads: number[] = [];
const source: ActivationSource = {
  label: 'rows',
  description: '',
  width: 1,
  size: { train: null, held_out: ROWS, all: null },
  text,
  stream: () => {
    throw new Error('nothing is trained');
  },
  batch: () => {
    throw new Error('nothing is trained');
  },
  read: (split, start, count) => {
    if (split !== 'held_out') throw new Error(`read ${split}`);
    reads.push(count);
    return {
      count,
      x: Float32Array.from({ length: count }, (_, i) => start + i),
      rowIds: Uint32Array.from({ length: count }, (_, i) => start + i),
    };
  },
};
/** Rows without text, of which there are so many, or no end. */
function madeOf(count: number | null): ActivationSource {
  const { text: _, ...rest } = source;
  return {
    ...rest,
    size: { train: count, held_out: count, all: count },
    read: (_split, start, wanted) => ({
      count: wanted,
      x: new Float32Array(wanted),
      rowIds: Uint32Array.from({ length: wanted }, (_value, i) => start + i),
    }),
  };
}

/** Group 0 fires with the row's own value. */
const encode: Encode = (x, rows) =>
  Promise.resolve({
    codes: codesOf(
      1,
      1,
      Array.from(x, (code) => [{ group: 0, code: [code] }]),
    ),
    squaredError: new Float32Array(rows),
  });

describe('rows that analyses look at', () => {
  it('of a language model are the held-out ones, never all in memory', async () => {
    const rows = await encodeAnalysedRows(source, encode);
    expect(Math.max(...reads)).toBeLessThanOrEqual(8192);
    expect(rows.codes.rows).toBe(ROWS);
    expect(rows.split).toBe('held_out');
    expect(rows.codes.codes.every((value, row) => value === row)).toBe(true);
    expect(rows.rowIds[ROWS - 1]).toBe(ROWS - 1);
    const { text: found } = rows;
    if (found === null) throw new Error('no text');
    expect(found.texts).toEqual([' t0', ' t1', ' t2', ' t3', ' t4', ' t5', ' t6']);
    expect(at(found.tokens, 9999)).toBe(9999 % 7);
    expect(at(found.documents, 9999)).toBe(99);
    expect(at(found.positions, 9999)).toBe(99);
  });

  it('are encoded no further when nobody waits for them any more', async () => {
    reads.length = 0;
    const heard: number[] = [];
    const given = new AbortController();
    const slow: Encode = async (x, rows, onProgress) => {
      onProgress(0.25);
      given.abort();
      onProgress(0.5);
      return encode(x, rows, onProgress);
    };
    const work = { signal: given.signal, onProgress: (fraction: number) => heard.push(fraction) };
    await expect(encodeAnalysedRows(source, slow, work)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(heard).toEqual([(0.25 * 8192) / ROWS]);
    expect(reads).toHaveLength(1);
    await expect(encodeAnalysedRows(source, slow, work)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(reads).toHaveLength(1);
  });

  it('say whether some of them were trained on: all rows of finite data, none of endless data', async () => {
    const finite = await encodeAnalysedRows(madeOf(40), encode);
    expect([finite.split, finite.codes.rows]).toEqual(['all', 40]);
    expect((await encodeAnalysedRows(madeOf(null), encode)).split).toBe('held_out');
  });

  it('must be there', async () => {
    const empty = { ...source, size: { train: null, held_out: 0, all: null } };
    await expect(encodeAnalysedRows(empty, encode)).rejects.toMatchObject({
      code: 'bad_data',
    });
  });
});
