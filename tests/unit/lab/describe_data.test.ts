/** What is said about data before anything is trained on them. */
import { describe, expect, it } from 'vitest';
import { summarizeRows } from '../../../src/analysis/row_summary';
import { openMatrixSource } from '../../../src/data/npy_source';
import { describeData } from '../../../src/lab/explore/describe_data';

const rows = 40;
const open = (order: 'shuffled' | 'sequential') =>
  openMatrixSource(
    { rows, width: 2, values: Float32Array.from({ length: 2 * rows }, (_, i) => i) },
    'rows.npy',
    order,
    0,
  );
const summarize = (x: Float32Array, count: number, width: number) =>
  Promise.resolve(summarizeRows(x, count, width));

describe('the description of data', () => {
  it('counts rows on both sides of the split', async () => {
    const { trainRows, heldOutRows, warnings } = await describeData(open('shuffled'), summarize);
    expect([trainRows, heldOutRows]).toEqual([36, 4]);
    expect(warnings).toEqual([]);
  });

  it('holds nothing out where evaluations read the training rows', async () => {
    const { trainRows, heldOutRows, description } = await describeData(
      open('sequential'),
      summarize,
    );
    expect([trainRows, heldOutRows]).toEqual([40, 0]);
    expect(description).toContain('none held out');
  });
});
