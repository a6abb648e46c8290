// @vitest-environment happy-dom
/** What earlier versions of the page kept in the browser's storage: it is read as far as it is well formed, and stays until it is taken. */
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_ANNOTATION } from '../../../src/lab/run/annotations';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import {
  earlierAnnotations,
  earlierKey,
  forgetEarlierAnnotations,
} from '../../../src/state/earlier_annotations';

const run = (seed: number) =>
  parseRunConfig({
    data: { kind: 'words' },
    models: [{ architecture: 'topk', d_sae: 8, k: 1 }],
    training: { training_samples: 10, seed },
  });
const STORED = 'sasa-lab-annotations';
const good = { starred: true, tags: ['x'], note: 'n' };
const store = (byModel: unknown) =>
  localStorage.setItem(STORED, JSON.stringify({ state: { byModel }, version: 0 }));

beforeEach(() => localStorage.clear());

it('belongs to settings and a model, under the name that it always had', () => {
  expect(earlierKey(run(1), 0)).toBe(earlierKey(run(1), 0));
  expect(earlierKey(run(1), 0)).not.toBe(earlierKey(run(2), 0));
  expect(earlierKey(run(1), 0)).not.toBe(earlierKey(run(1), 1));
  // Another name would lose what was kept under this one.
  expect(earlierKey({ data: 'as it was' } as never, 1)).toBe('3ba72b27a1ca270d:1');
});

it('is read with its tags as a filter finds them, the good among the bad', () => {
  store({
    [earlierKey(run(1), 0)]: {
      1: good,
      2: { starred: 'yes' },
      3: { ...good, tags: ['', 'Two Words'] },
      4: { starred: false, tags: [], note: '' },
    },
  });
  expect(earlierAnnotations(run(1), 0)).toEqual({
    1: { ...NO_ANNOTATION, ...good },
    3: { ...NO_ANNOTATION, ...good, tags: ['two-words'] },
  });
  expect(earlierAnnotations(run(2), 0)).toBeNull();
  expect(earlierAnnotations(run(1), 1)).toBeNull();
});

it('goes when it is taken, and only that', () => {
  store({ [earlierKey(run(1), 0)]: { 1: good }, [earlierKey(run(2), 0)]: { 2: good } });
  forgetEarlierAnnotations(run(1), 0);
  expect(earlierAnnotations(run(1), 0)).toBeNull();
  expect(earlierAnnotations(run(2), 0)).not.toBeNull();
  forgetEarlierAnnotations(run(2), 0);
  expect(localStorage.getItem(STORED)).toBeNull();
});

describe('storage that says something else', () => {
  it.each(['', 'null', '3', '{', '[]', '{"state":3}', '{"state":{"byModel":{"a":3}}}'])(
    'is nothing: %s',
    (text) => {
      localStorage.setItem(STORED, text);
      expect(earlierAnnotations(run(1), 0)).toBeNull();
      forgetEarlierAnnotations(run(1), 0);
    },
  );
});
