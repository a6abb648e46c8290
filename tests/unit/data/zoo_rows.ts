/** Reads off rows of a synthetic data set what is present in them. */
import type { SourceRows, SourceTruth } from '../../../src/data/source';

/** What is true of rows; synthetic ones know it. */
export function truthOf(rows: SourceRows): SourceTruth {
  if (rows.truth === undefined) throw new Error('synthetic rows have a truth');
  return rows.truth;
}

/** Indices present in each row. */
export function presentIn(rows: SourceRows): number[][] {
  const { present, maxActive } = truthOf(rows);
  return Array.from({ length: rows.count }, (_, row) =>
    [...present.subarray(row * maxActive, (row + 1) * maxActive)].filter((i) => i !== 0xffffffff),
  );
}
