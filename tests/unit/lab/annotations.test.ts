/** Annotations as data and as a file: two accounts become one without a loss, and what is no such file is refused with a reason. */
import { describe, expect, it } from 'vitest';
import {
  checkedAnnotations,
  readAnnotations,
  writeAnnotations,
} from '../../../src/lab/keep/annotations_file';
import {
  joined,
  merged,
  NO_ANNOTATION,
  NOTE_LIMIT,
  normalName,
  normalTag,
  withChanges,
} from '../../../src/lab/run/annotations';

const weights = 'ab'.repeat(32);
const said = { ...NO_ANNOTATION, name: 'weekdays', starred: true, tags: ['time'], note: 'Seven.' };
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const message = (value: unknown): string => {
  try {
    readAnnotations(bytesOf(value), 'mine.json');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was read');
};

describe('two accounts of a unit', () => {
  it('are one with the first name, the other in the note, all tags and both notes', () => {
    const other = {
      ...NO_ANNOTATION,
      name: 'days',
      tags: ['week', 'time'],
      note: 'Of work?',
      step: 9,
    };
    expect(joined(said, other)).toEqual({
      name: 'weekdays',
      starred: true,
      tags: ['time', 'week'],
      note: 'Seven.\n\nOf work?\n\nAlso named “days”.',
      step: 9,
    });
  });

  it('stay as they are when they are joined again', () => {
    const other = { ...NO_ANNOTATION, name: 'days', note: 'Of work?' };
    const both = joined(said, other);
    expect(joined(both, other)).toEqual(both);
    expect(joined(said, both)).toEqual(both);
    expect(joined(other, both).note).toContain('Also named “weekdays”.');
  });

  it('leave the units of one alone', () => {
    const units = merged({ 1: said }, { 1: NO_ANNOTATION, 2: said });
    expect(units).toEqual({ 1: said, 2: said });
  });
});

describe('what is kept', () => {
  it('is gone when nothing is said, and replaced unit by unit', () => {
    const units = withChanges({ 1: said, 2: said, 3: said }, { 1: null, 2: NO_ANNOTATION });
    expect(units).toEqual({ 3: said });
  });

  it('are tags that a filter can find and names of one line', () => {
    expect(normalTag('##Two  Words')).toBe('two-words');
    expect(normalTag('   ')).toBe('');
    expect(normalName(' days \n of  the week ')).toBe('days of the week');
  });
});

describe('the file', () => {
  it('gives back what was written', () => {
    const all = { weights, step: 1000, units: { 17: { ...said, step: 1000 } } };
    const text = writeAnnotations(all);
    expect(JSON.parse(text)).toEqual({ version: 1, ...all });
    expect(readAnnotations(new TextEncoder().encode(text), 'a')).toEqual(all);
  });

  it('may leave out what is not said, as a person writes it', () => {
    const units = { 3: { name: 'months', tags: ['#Time', 'time', ''] }, 4: { note: '' } };
    expect(readAnnotations(bytesOf({ units }), 'a')).toEqual({
      weights: null,
      step: null,
      units: { 3: { ...NO_ANNOTATION, name: 'months', tags: ['time'] } },
    });
  });

  it('holds notes that were joined beyond what one types', () => {
    const units = { 3: { note: 'x'.repeat(2 * NOTE_LIMIT) } };
    expect(readAnnotations(bytesOf({ units }), 'a').units[3]?.note).toHaveLength(2 * NOTE_LIMIT);
  });

  it('of a newer lab is refused with both versions', () => {
    expect(message({ version: 7, units: {} })).toBe(
      'mine.json is a file of annotations of version 7; this lab reads up to 1.',
    );
  });

  it.each([
    [{ units: { weekdays: { name: 'a' } } }, 'units'],
    [{ units: { 3: { starred: 'yes' } } }, 'units.3.starred is "yes"'],
    [{ weights: 'abc', units: {} }, 'weights is "abc"'],
    [{ notes: [] }, 'units is missing'],
    [[], 'it is an empty list'],
  ])('that says %j is refused by the place', (value, place) => {
    expect(message(value)).toMatch(/^mine\.json holds no annotations: /);
    expect(message(value)).toContain(place);
  });

  it('that is no JSON is refused, and so is a record', () => {
    expect(() => readAnnotations(new TextEncoder().encode('{'), 'a')).toThrow('a is not JSON');
    expect(() => checkedAnnotations({ version: 1 }, 'a')).toThrow('units is missing');
  });
});
