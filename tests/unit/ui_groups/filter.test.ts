/**
 * The filter box: what each form means, what each mistake says and where, and, over many random
 * texts, that reading never throws, that every complaint points inside the text, and that an
 * expression written out and read again accepts the same groups.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import {
  accepts,
  numericFields,
  type GroupFilter,
  type FilterSubject,
} from '../../../src/ui/pages/groups/filter';
import { parseFilter } from '../../../src/ui/pages/groups/filter';

/** mulberry32: a small seeded generator, so that a failing case can be found again. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function subject(
  numbers: Partial<FilterSubject['numbers']> = {},
  rest: Partial<Omit<FilterSubject, 'numbers'>> = {},
): FilterSubject {
  return {
    numbers: {
      group: 12,
      freq: 0.011,
      norm: 4,
      rank: 2.13,
      wrank: 3.6,
      rank90: 2,
      wrank90: 4,
      irred: 0.82,
      cluster: null,
      ...numbers,
    },
    flags: { dead: false, starred: false, named: true, noted: false, ...rest.flags },
    name: rest.name ?? 'days of work',
    labels: rest.labels ?? ['monday', 'friday', 'new york'],
    tags: rest.tags ?? ['weekdays'],
  };
}

function passes(text: string, of: FilterSubject = subject()): boolean {
  const result = parseFilter(text);
  if (!result.ok) throw new Error(`${text}: ${result.problem.message}`);
  return accepts(result.expression, of);
}

describe('what a filter means', () => {
  it.each([
    ['', true],
    ['   ', true],
    ['rank > 2', true],
    ['work', true],
    ['"days of work"', true],
    ['"days"', false],
    ['named and not noted', true],
    ['noted', false],
    ['rank>2 and freq<2%', true],
    ['rank > 1 and freq < 1%', false],
    ['rank > 3 or irred >= 0.82', true],
    ['2% > freq', true],
    ['2 <= rank', true],
    ['12', true],
    ['13', false],
    ['group != 12', false],
    ['FREQ < 2 %', true],
    ['monday', true],
    ['MON', true],
    ['monday friday', true],
    ['monday tuesday', false],
    ['monday or tuesday', true],
    ['"new york"', true],
    ['"york"', false],
    ['york', true],
    ['not dead', true],
    ['dead', false],
    ['dead = no', true],
    ['dead != yes', true],
    ['dead = 1', false],
    ['#weekdays', true],
    ['#week', false],
    ['week', true],
    ['not (monday or tuesday)', false],
    ['not not monday', true],
    ['(rank > 1) (monday)', true],
    ['norm ≥ 4 and norm ≤ 4', true],
    ['freq > 0.01', true],
    ['freq > 0.02', false],
    ['freq <= 1', true],
    ['freq > 200%', false],
    ['starred', false],
  ])('%s → %s', (text, expected) => {
    expect(passes(text)).toBe(expected);
  });

  it('binds "and" tighter than "or", written or left out', () => {
    // true or (false and false), not (true or false) and false.
    expect(passes('monday or tuesday and wednesday')).toBe(true);
    expect(passes('monday or tuesday wednesday')).toBe(true);
    expect(passes('(monday or tuesday) and wednesday')).toBe(false);
  });

  it('compares with = at the precision that was typed', () => {
    expect(passes('rank = 2.1')).toBe(true);
    expect(passes('rank = 2.13')).toBe(true);
    expect(passes('rank = 2.10')).toBe(false);
    expect(passes('rank != 2.1')).toBe(false);
    expect(passes('freq = 1.1%')).toBe(true);
    expect(passes('freq = 1.2%')).toBe(false);
    expect(passes('freq = 1.1e-2')).toBe(true);
  });

  it('fails every comparison with a number that was not measured', () => {
    expect(passes('cluster = 0')).toBe(false);
    expect(passes('cluster != 0')).toBe(false);
    expect(passes('not cluster = 0')).toBe(true);
  });

  it('reads words that begin with digits as words', () => {
    expect(passes('2nd', subject({}, { labels: ['2nd'] }))).toBe(true);
  });
});

describe('what a mistake says, and where', () => {
  it.each([
    ['rank >', 'A number is missing after ">"', 6, 6],
    ['rank > monday', 'A number is missing after ">"', 7, 13],
    ['rank > 1 and', 'A condition is missing after "and"', 12, 12],
    ['and rank > 1', 'A condition is missing before "and"', 0, 3],
    ['(rank > 1', 'This "(" is never closed', 0, 1],
    ['rank > 1)', 'This ")" closes nothing', 8, 9],
    ['()', 'Nothing stands between the parentheses', 0, 1],
    ['> 1', 'A field is missing before ">"', 0, 1],
    ['1 < monday', 'A field is missing', 4, 10],
    ['rank', 'Compare "rank" with a number', 0, 4],
    ['monday rank', 'Compare "rank" with a number', 7, 11],
    ['size > 1', '"size" is not a field', 0, 4],
    ['dead > 1', '"dead" is yes or no', 5, 6],
    ['dead = 2', '"dead" is yes or no', 7, 8],
    ['"monday', 'This quote is never closed', 0, 7],
    ['""', 'Nothing stands between the quotes', 0, 2],
    ['rank ! 1', '"!" means nothing here', 5, 6],
    ['freq > 2', '"freq" is a share from 0 to 1: write 2% for per cent', 7, 8],
    ['1.5 < freq', '"freq" is a share from 0 to 1: write 1.5% for per cent', 0, 3],
    ['rank > 2%', '"rank" is not a share', 7, 9],
    ['3 % >= wrank', '"wrank" is not a share', 0, 3],
    ['12%', '"group" is not a share', 0, 3],
    ['rank > 1e999', '1e999 is too large a number', 7, 12],
  ])('%s', (text, message, start, end) => {
    const result = parseFilter(text);
    if (result.ok) throw new Error('was read');
    expect(result.problem.message).toContain(message);
    expect([result.problem.start, result.problem.end]).toEqual([start, end]);
  });

  it.each([
    ['rank > 2 and freq <', 'rank > 2'],
    ['rank > 2 and', 'rank > 2'],
    ['monday or (rank > 2 and', 'monday'],
    ['monday "fri', 'monday'],
    ['rank >', ''],
    ['size > 1', ''],
  ])('of %s the readable beginning is %s', (text, beginning) => {
    const result = parseFilter(text);
    if (result.ok) throw new Error('was read');
    expect({ ok: true, expression: result.readable }).toEqual(parseFilter(beginning));
  });

  it('refuses bottomless nesting with a sentence', () => {
    const result = parseFilter('('.repeat(50_000) + 'monday');
    expect(result.ok).toBe(false);
  });
});

describe('for any text', () => {
  const pieces = [
    ...numericFields,
    'dead', 'and', 'or', 'not', '(', ')', '<', '<=', '>', '>=', '=', '!=', '!', '≠', '%', '#', '#x',
    '1', '2%', '-3', '.5', '1e3', '"', '"a b"', 'monday', 'ü', '🙂', ' ', '  ', '\n',
  ]; // prettier-ignore

  it('reading never throws and complaints point inside the text', () => {
    const random = generator(1);
    let refused = 0;
    for (let trial = 0; trial < 20_000; trial++) {
      const length = Math.floor(random() * 10);
      const text = Array.from({ length }, () =>
        at(pieces, Math.floor(random() * pieces.length)),
      ).join(random() < 0.5 ? ' ' : '');
      const result = parseFilter(text);
      if (result.ok) {
        expect(typeof accepts(result.expression, subject())).toBe('boolean');
        continue;
      }
      refused++;
      const { start, end, message } = result.problem;
      expect(message.length).toBeGreaterThan(0);
      expect(0 <= start && start <= end && end <= text.length, text).toBe(true);
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it('an expression written out and read again is the same expression', () => {
    const random = generator(2);
    const pick = <T>(values: readonly T[]): T => at(values, Math.floor(random() * values.length));
    const build = (depth: number): GroupFilter => {
      const kind = depth === 0 ? random() * 0.5 : random();
      if (kind < 0.3) {
        const field = pick(numericFields);
        const operator = pick(['<', '<=', '>', '>=', '=', '!='] as const);
        // A frequency is no more than 1.
        const value = Math.floor(random() * (field === 'freq' ? 2 : 20));
        return { kind: 'compare', field, operator, value, slack: 0.5 };
      }
      if (kind < 0.4) return { kind: 'contains', text: pick(['monday', 'june', 'x']) };
      if (kind < 0.45) return { kind: 'exact', text: 'new york' };
      if (kind < 0.5) return { kind: 'flag', field: 'dead', value: true };
      if (kind < 0.65) return { kind: 'not', term: build(depth - 1) };
      const both = { left: build(depth - 1), right: build(depth - 1) };
      return kind < 0.85 ? { kind: 'and', ...both } : { kind: 'or', ...both };
    };
    const write = (expression: GroupFilter): string => {
      switch (expression.kind) {
        case 'all':
          return '';
        case 'compare':
          return `${expression.field} ${expression.operator} ${expression.value}`;
        case 'contains':
          return expression.text;
        case 'exact':
          return `"${expression.text}"`;
        case 'flag':
          return expression.field;
        case 'tag':
          return `#${expression.text}`;
        case 'text':
          throw new Error('Groups have no fields of words.');
        case 'not':
          return `not (${write(expression.term)})`;
        case 'and':
        case 'or':
          return `(${write(expression.left)}) ${expression.kind} (${write(expression.right)})`;
      }
    };
    for (let trial = 0; trial < 2000; trial++) {
      const expression = build(4);
      expect(parseFilter(write(expression))).toEqual({ ok: true, expression });
    }
  });
});
