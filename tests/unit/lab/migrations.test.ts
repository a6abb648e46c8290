/**
 * What is kept opens in every later version: each step of a format leads to the next, in order and once, and what a newer
 * lab wrote is refused with both versions.
 */
import { describe, expect, it } from 'vitest';
import { currentVersion, migrate, type KeptFormat } from '../../../src/lab/keep/migrations';
import { readRunFile } from '../../../src/lab/keep/run_file';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { complaint, wayOut } from '../io/complaint';

/** A note that had one word, then a list of words, then a list of words under another name. */
const note: KeptFormat = {
  called: 'a note',
  migrations: [
    ({ word, ...rest }) => ({ ...rest, words: [word] }),
    ({ words, ...rest }) => ({ ...rest, tags: words }),
  ],
  wayOut: 'Open it in the newer lab.',
};

describe('a kept value', () => {
  it.each([
    ['without a version', { word: 'a', other: 1 }],
    ['of version 1', { version: 1, word: 'a', other: 1 }],
    ['of version 2', { version: 2, words: ['a'], other: 1 }],
    ['of version 3', { version: 3, tags: ['a'], other: 1 }],
  ])('%s is brought to version 3', (_, value) => {
    const before = structuredClone(value);
    expect(migrate(value, note, 'n')).toEqual({ version: 3, tags: ['a'], other: 1 });
    expect(value).toEqual(before);
    expect(currentVersion(note)).toBe(3);
  });

  it('of a newer version is refused with both', () => {
    const newer = () => migrate({ version: 5, tags: [] }, note, 'mine.json');
    expect(complaint(newer)).toBe(
      'bad_file: mine.json is a note of version 5; this lab reads up to 3.',
    );
    expect(wayOut(newer)).toBe('Open it in the newer lab.');
  });

  it.each([null, 'text', [1], { version: 0 }, { version: 1.5 }, { version: '1', word: 'a' }])(
    'that has no version is left for its schema to refuse: %j',
    (value) => {
      expect(migrate(value, note, 'n')).toBe(value);
    },
  );
});

describe('a run file', () => {
  const run = {
    data: { kind: 'words' },
    models: [{ architecture: 'topk', d_sae: 12, k: 3 }],
    training: { training_samples: 640 },
  };

  it('may say that it is of version 1, or nothing of it', () => {
    expect(readRunFile(run, 'run.json')).toEqual(parseRunConfig(run));
    expect(readRunFile({ version: 1, ...run }, 'run.json')).toEqual(parseRunConfig(run));
  });

  it('of a newer version is refused as such, whatever else is in it', () => {
    expect(complaint(() => readRunFile({ version: 2, run }, 'out/run.json'))).toBe(
      'bad_file: out/run.json is a run file of version 2; this lab reads up to 1.',
    );
  });

  it.each([[null], [[]], ['text'], [{ ...run, version: 'new' }], [{ ...run, version: 1.5 }]])(
    'that is none is refused as before: %j',
    (value) => {
      expect(complaint(() => readRunFile(value, 'run.json'))).toBe(
        complaint(() => parseRunConfig(value)),
      );
    },
  );
});
