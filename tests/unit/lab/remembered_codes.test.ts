/** Codes that an evaluation asks for again: the same numbers, encoded once, and never those of other rows. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { ActivationSource, SourceRows, Split } from '../../../src/data/source';
import { rememberCodes } from '../../../src/lab/encode/remembered_codes';
import { codesOf } from '../analysis/worlds';

/** Rows of one number, 10·(row + 1) and negative in the training split, and a model whose code is that number. */
function worldOf({ sameArray = false } = {}) {
  const scratch = new Float32Array(8);
  const read = (split: Split, start: number, wanted: number): SourceRows => {
    const count = Math.min(wanted, 8 - start);
    const x = sameArray ? scratch : new Float32Array(count);
    const sign = split === 'train' ? -1 : 1;
    for (let row = 0; row < count; row++) x[row] = sign * 10 * (start + row + 1);
    return { count, x, rowIds: new Uint32Array(count) };
  };
  const encoded: number[][] = [];
  const encode = (x: Float32Array, rows: number) => {
    encoded.push(Array.from(x.subarray(0, rows)));
    const units = Array.from({ length: rows }, (_, row) => [{ group: 0, code: [at(x, row)] }]);
    const codes = codesOf(1, 1, units);
    return Promise.resolve({ codes, squaredError: new Float32Array(rows) });
  };
  const source = { label: 'rows', width: 1, read } as unknown as ActivationSource;
  return { encoded, ...rememberCodes({ encode }, source) };
}

async function codesOfRows(
  { source, encode }: ReturnType<typeof worldOf>,
  ...[split, start, count]: [Split, number, number]
): Promise<number[]> {
  const rows = await source.read(split, start, count);
  return Array.from((await encode(rows.x, rows.count)).codes.codes);
}

describe('codes of rows that are read again', () => {
  it('are encoded once', async () => {
    const world = worldOf();
    const first = await codesOfRows(world, 'held_out', 0, 4);
    expect(first).toEqual([10, 20, 30, 40]);
    expect(await codesOfRows(world, 'held_out', 0, 4)).toEqual(first);
    expect(world.encoded).toHaveLength(1);
  });

  it('are not those of another split, of other rows or of fewer', async () => {
    const world = worldOf();
    await codesOfRows(world, 'held_out', 0, 4);
    expect(await codesOfRows(world, 'train', 0, 4)).toEqual([-10, -20, -30, -40]);
    expect(await codesOfRows(world, 'held_out', 4, 4)).toEqual([50, 60, 70, 80]);
    expect(await codesOfRows(world, 'held_out', 0, 2)).toEqual([10, 20]);
    expect(world.encoded).toHaveLength(4);
  });

  it('are the right ones although a source reads into one array', async () => {
    const world = worldOf({ sameArray: true });
    await codesOfRows(world, 'held_out', 0, 4);
    expect(await codesOfRows(world, 'held_out', 4, 4)).toEqual([50, 60, 70, 80]);
    expect(await codesOfRows(world, 'held_out', 0, 4)).toEqual([10, 20, 30, 40]);
    expect(world.encoded).toHaveLength(2);
  });

  it('that nobody read are encoded each time', async () => {
    const world = worldOf();
    const x = Float32Array.of(3);
    await world.encode(x, 1);
    await world.encode(x, 1);
    expect(world.encoded).toEqual([[3], [3]]);
  });

  it('are encoded each time where a part of the array is wanted', async () => {
    const world = worldOf();
    const { x } = await world.source.read('held_out', 0, 4);
    await world.encode(x, 4);
    expect((await world.encode(x, 2)).codes.rows).toBe(2);
  });
});
