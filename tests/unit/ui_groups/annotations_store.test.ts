/**
 * Stars, tags and notes: edits, that empty annotations vanish, and that whatever stands in the browser's
 * storage, only well-formed annotations come back.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  annotationKey,
  annotationsOf,
  normalTag,
  readAnnotations,
  useAnnotations,
} from '../../../src/ui/pages/groups/annotations_store';
import { parseRunConfig } from '../../../src/lab/run/run_config';

const run = (seed: number) =>
  parseRunConfig({
    data: { kind: 'words' },
    models: [{ architecture: 'topk', d_sae: 8, k: 1 }],
    training: { training_samples: 10, seed },
  });

beforeEach(() => useAnnotations.setState({ byModel: {} }));

describe('annotations', () => {
  it('are kept by group and vanish when nothing is left of them', () => {
    const { toggleStar, addTag, removeTag, setNote } = useAnnotations.getState();
    toggleStar('a', 4);
    addTag('a', 4, ' #Days of week ');
    addTag('a', 4, 'days-of-week');
    setNote('a', 5, 'seen');
    expect(annotationsOf(useAnnotations.getState(), 'a')).toEqual({
      4: { starred: true, tags: ['days-of-week'], note: '' },
      5: { starred: false, tags: [], note: 'seen' },
    });
    toggleStar('a', 4);
    removeTag('a', 4, 'days-of-week');
    setNote('a', 5, '');
    expect(useAnnotations.getState().byModel).toEqual({});
  });

  it('belong to a configuration and a model', () => {
    expect(annotationKey(run(1), 0)).toBe(annotationKey(run(1), 0));
    expect(annotationKey(run(1), 0)).not.toBe(annotationKey(run(2), 0));
    expect(annotationKey(run(1), 0)).not.toBe(annotationKey(run(1), 1));
  });

  it('make tags that a filter can find', () => {
    expect(normalTag('##Two  Words')).toBe('two-words');
    expect(normalTag('   ')).toBe('');
  });
});

describe('reading storage', () => {
  const good = { starred: true, tags: ['x'], note: 'n' };

  it.each([null, 3, 'text', [], {}, { byModel: 3 }, { byModel: { a: 3 } }, { byModel: { a: [] } }])(
    'ignores %j',
    (stored) => expect(readAnnotations(stored)).toEqual({}),
  );

  it('keeps the good among the bad', () => {
    const stored = {
      byModel: { a: { 1: good, 2: { starred: 'yes' }, 3: { ...good, tags: [''] } }, b: null },
    };
    expect(readAnnotations(stored)).toEqual({ a: { 1: good } });
  });
});
