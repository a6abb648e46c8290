/**
 * shaders/gather_rows.wgsl against its CPU twin: the same rows in the same places, bit for bit, over
 * epochs, in both orders, for ragged sizes and for batches longer than the data.
 */
import { describe, expect, it } from 'vitest';
import { padRows } from '../../../src/base/padded_rows';
import { openTableSource, type RowOrder } from '../../../src/data/table_source';
import { testDevice } from '../adapter';
import { fillBatches } from './fill_batch';

/** Rows whose every value tells where it stands. */
function numbered(rows: number, width: number): Float32Array {
  return Float32Array.from({ length: rows * width }, (_, i) => i + 1);
}

describe.each<RowOrder>(['shuffled', 'sequential'])('a batch of a finite source, %s', (order) => {
  it.each([
    { rows: 1, width: 1, batchRows: 3 },
    { rows: 2, width: 3, batchRows: 1 },
    { rows: 3, width: 4, batchRows: 7 },
    { rows: 5, width: 5, batchRows: 33 },
    { rows: 17, width: 9, batchRows: 5 },
    { rows: 100, width: 40, batchRows: 64 },
    { rows: 20000, width: 2, batchRows: 512 },
  ])('equals its CPU twin: $rows rows of $width, batches of $batchRows', async (shape) => {
    const { rows, width, batchRows } = shape;
    const source = openTableSource({
      label: 'numbers',
      description: '',
      width,
      values: numbered(rows, width),
      order,
      seed: 0xcafe,
    });
    // The last one begins beyond 2³² rows.
    const indices = [0, 1, 2, 40, 6_000_000_000];
    const batches = await fillBatches(await testDevice(), source, batchRows, indices);
    indices.forEach((batchIndex, i) => {
      expect(batches[i]).toEqual(padRows(source.batch(batchIndex, batchRows).x, width));
    });
  });
});
