/**
 * Windows of text and their batches: every token in one window, BOS first, targets one behind, padding ignored.
 */
import { describe, expect, it } from 'vitest';
import {
  firstWindows,
  predictions,
  textWindows,
  windowBatch,
} from '../../../src/lab/language/text_windows';
import { NO_TARGET } from '../../../src/lm/interventions';

const BOS = 1;
const words = (...tokens: number[]) => Uint32Array.from(tokens);

describe('windows', () => {
  it('hold every token once, each document on its own, BOS first', () => {
    const documents = [words(2, 3, 4, 5, 6), words(), words(7), words(8, 9, 10)];
    const windows = [...textWindows(documents, BOS, 4)];
    expect(windows.map((window) => [...window])).toEqual([
      [1, 2, 3, 4],
      [1, 5, 6],
      [1, 7],
      [1, 8, 9, 10],
    ]);
    expect(windows.map(predictions)).toEqual([2, 1, 0, 2]);
  });

  it('are taken until they hold the predictions asked for', () => {
    const windows = [...textWindows([words(2, 3, 4, 5, 6, 7, 8, 9, 10)], BOS, 4)];
    expect(firstWindows(windows, 1)).toHaveLength(1);
    expect(firstWindows(windows, 3)).toHaveLength(2);
    expect(firstWindows(windows, 1000)).toHaveLength(3);
    expect(firstWindows(windows, 0)).toHaveLength(0);
  });
});

describe('a batch', () => {
  const windows = [words(1, 5, 6, 7), words(1, 8)];

  it('pads with BOS and counts what is predicted behind position 0', () => {
    const { tokens, targets, text } = windowBatch(windows, 3, 4);
    expect([...tokens]).toEqual([1, 5, 6, 7, 1, 8, 1, 1, 1, 1, 1, 1]);
    expect([...text]).toEqual([0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    const counted = [...targets].map((target) => (target === NO_TARGET ? null : target));
    expect(counted).toEqual([null, 6, 7, ...Array.from({ length: 9 }, () => null)]);
  });

  it('counts the prediction at position 0 when asked to', () => {
    const { targets } = windowBatch(windows, 2, 4, 0);
    const counted = [...targets].map((target) => (target === NO_TARGET ? null : target));
    expect(counted).toEqual([5, 6, 7, null, 8, null, null, null]);
  });
});
