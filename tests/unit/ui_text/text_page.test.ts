/** What the Text page works out besides its reading: search, address, steering, the dial, the ruler. */
import { describe, expect, it } from 'vitest';
import { dialWords } from '../../../src/ui/pages/text/dial_words';
import { groupOptions } from '../../../src/ui/pages/text/group_names';
import { searchGroups, SHOWN_MATCHES } from '../../../src/ui/pages/text/group_search';
import { placeMarks } from '../../../src/ui/pages/text/LossRuler';
import {
  editKindsOf,
  editOf,
  useSteeringDraft,
  wrapAngle,
} from '../../../src/ui/pages/text/steering_draft';
import { readTextView } from '../../../src/ui/pages/text/text_view';
import { scriptedReading } from '../../support/scripted_language';

describe('finding a group', () => {
  const options = [
    { group: 12, label: 'monday, tuesday', detail: '' },
    { group: 1, label: 'red, blue', detail: '' },
    { group: 120, label: 'mother, dad', detail: '' },
    { group: 31, label: '', detail: '' },
  ];
  const found = (query: string) => searchGroups(options, query).map(({ group }) => group);

  it('by number: the exact one first, then those that begin with it', () => {
    expect(found('12')).toEqual([12, 120]);
    expect(found('1')).toEqual([1, 12, 120]);
  });
  it('by the beginning of a word, in any case', () => {
    expect(found('Tue')).toEqual([12]);
    expect(found('m')).toEqual([12, 120]);
    expect(found('onday')).toEqual([]);
  });
  it('gives all for nothing, but never too many', () => {
    expect(found(' ')).toEqual([12, 1, 120, 31]);
    const many = Array.from({ length: 200 }, (_, group) => ({ group, label: '', detail: '' }));
    expect(searchGroups(many, '')).toHaveLength(SHOWN_MATCHES);
  });
  it('offers the groups of the text first', () => {
    const reading = scriptedReading(0, 10, 'Lily saw a red ball on Monday.');
    const [first] = groupOptions(null, reading, 64);
    expect(first?.detail).toMatch(/^\d+ tokens? here$/);
    expect(groupOptions(null, reading, 64)).toHaveLength(64);
  });
});

describe('the address', () => {
  it('chooses a group and colours by it', () => {
    expect(readTextView('12', null)).toEqual({ group: 12, coloring: 'group' });
  });
  it('colours by the strongest group when none is chosen', () => {
    expect(readTextView(null, null)).toEqual({ group: null, coloring: 'strongest' });
  });
  it('keeps what was chosen to colour by', () => {
    expect(readTextView('12', 'surprisal')).toEqual({ group: 12, coloring: 'surprisal' });
  });
  it.each(['-1', '1e3', 'twelve', '99999999', ''])('ignores %j for a group', (group) => {
    expect(readTextView(group, 'nonsense')).toEqual({ group: null, coloring: 'strongest' });
  });
});

describe('a change of a group', () => {
  const draft = useSteeringDraft.getInitialState();
  it('is what the kind says, with the strength of that kind', () => {
    expect(editOf({ ...draft, kind: 'scale', factor: 2 })).toEqual({ kind: 'scale', factor: 2 });
    expect(editOf({ ...draft, kind: 'clamp', norm: 3 })).toEqual({ kind: 'clamp', strength: 3 });
    expect(editOf({ ...draft, kind: 'add', axis: 1, added: -2 })).toEqual({
      kind: 'add',
      axis: 1,
      strength: -2,
    });
    expect(editOf({ ...draft, kind: 'turn', angle: 1, turned: 4 })).toEqual({
      kind: 'turn',
      angle: 1,
      strength: 4,
    });
  });
  it('ablates by the factor 0', () => {
    expect(editOf({ ...draft, kind: 'ablate' })).toEqual({ kind: 'scale', factor: 0 });
  });
  it('cannot turn a latent', () => {
    expect(editKindsOf(1)).not.toContain('turn');
    expect(editKindsOf(2)).toContain('turn');
  });
  it('keeps angles within one turn', () => {
    expect(wrapAngle(-Math.PI / 2)).toBeCloseTo(1.5 * Math.PI, 12);
    expect(wrapAngle(5 * Math.PI)).toBeCloseTo(Math.PI, 12);
  });
});

describe('the words around the dial', () => {
  const attribution = (...words: string[]) => ({
    model: 0,
    step: 10,
    group: 0,
    axes: [],
    angles: words.map((text, index) => ({
      angle: (2 * Math.PI * index) / words.length,
      tokens: [{ token: index, text, logit: 1 }],
    })),
  });
  const texts = (...words: string[]) => dialWords(attribution(...words)).map(({ text }) => text);

  it('stand once for neighbours that say the same, across the end of the circle too', () => {
    expect(texts(' a', ' a', ' b', ' b', ' b', ' a')).toEqual(['b', 'a']);
  });
  it('stand at the middle of where they hold', () => {
    const [word] = dialWords(attribution(' a', ' b', ' b', ' b', ' c', ' c'));
    expect(dialWords(attribution(' a', ' b', ' b', ' b', ' c', ' c'))).toHaveLength(3);
    expect(word?.text).toBe('a');
    expect(dialWords(attribution(' a', ' b', ' b', ' b', ' c', ' c'))[1]?.angle).toBeCloseTo(
      (2 * Math.PI * 2) / 6,
      12,
    );
  });
  it('are shortened, and left out where nothing is known', () => {
    expect(texts(' unbelievable', ' b')).toEqual(['unbelieva…', 'b']);
    expect(dialWords(null)).toEqual([]);
  });
  it('stand once when all say the same', () => {
    expect(texts(' a', ' a', ' a')).toEqual(['a']);
  });
});

describe('the flags of the ruler', () => {
  it('stand in one line while there is room', () => {
    const placed = placeMarks(
      [
        { x: 0, width: 50 },
        { x: 100, width: 50 },
      ],
      400,
    );
    expect(placed.map(({ line }) => line)).toEqual([0, 0]);
  });
  it('hang below one another where they would collide, the left one lowest', () => {
    const placed = placeMarks(
      [
        { x: 10, width: 80 },
        { x: 30, width: 80 },
        { x: 50, width: 80 },
      ],
      400,
    );
    expect(placed.map(({ line }) => line)).toEqual([2, 1, 0]);
  });
  it('hang to the left at the right end', () => {
    const [mark] = placeMarks([{ x: 390, width: 80 }], 400);
    expect(mark?.left).toBe(310);
  });
});
