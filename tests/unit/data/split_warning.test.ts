/** A split that is far from a tenth is said, with why and what to do. */
import { describe, expect, it } from 'vitest';
import { openMatrixSource } from '../../../src/data/npy_source';
import { splitWarning } from '../../../src/data/split_warning';

const facts = { name: 'notes.txt', trainRows: 900, heldOutRows: 100, documents: 40, texts: 40 };

describe('the warning about a split', () => {
  it('is silent about a tenth, more or less', () => {
    expect(splitWarning(facts)).toBeNull();
    expect(splitWarning({ ...facts, heldOutRows: 60 })).toBeNull();
    expect(splitWarning({ ...facts, heldOutRows: 200 })).toBeNull();
  });

  it('names a repeated document', () => {
    expect(
      splitWarning({ ...facts, trainRows: 1000, heldOutRows: 9000, documents: 10, texts: 2 }),
    ).toBe(
      '9\u00a0000 of 10\u00a0000 rows of notes.txt are held out, 90 % where a tenth is meant: 8 of its 10 documents repeat another, and the same text stays on one side. Give each text once.',
    );
  });

  it('names documents that are few', () => {
    expect(splitWarning({ ...facts, heldOutRows: 0, documents: 1, texts: 1 })).toBe(
      'Nothing of notes.txt is held out, so every number is measured on rows that are trained on: it is one document, and each stays whole. Give more text, or documents of one length.',
    );
    expect(splitWarning({ ...facts, heldOutRows: 4, documents: 3, texts: 3 })).toMatch(
      /^4 of 904 rows of notes\.txt are held out, under 1 % .* it has 3 documents/,
    );
  });
});

it('a file of which nothing is held out says so', () => {
  const matrix = (rows: number) => ({ rows, width: 2, values: new Float32Array(2 * rows).fill(1) });
  expect(openMatrixSource(matrix(20), 'rows.npy', 'shuffled', 0).warnings).toEqual([]);
  // In order: that was asked for.
  const ordered = openMatrixSource(matrix(20), 'rows.npy', 'sequential', 0);
  expect(ordered.warnings).toEqual([]);
  expect(ordered.description).toContain('none held out: metrics are on training data');
  expect(openMatrixSource(matrix(9), 'rows.npy', 'shuffled', 0).warnings?.[0]).toMatch(
    /fewer than 10/,
  );
});
