/** A reading taken apart: what fires where, and where two continuations differ. */
import { describe, expect, it } from 'vitest';
import {
  differingTokens,
  groupsInText,
  groupsOfToken,
  meanSurprisal,
  normsOfGroup,
  strongestGroups,
} from '../../../src/ui/pages/text/reading_rows';
import { NO_OWNER } from '../../../src/ui/plots/unit_slots';

/** Three tokens: two groups fire on the first, none on the second, one on the third. */
const reading = {
  tokens: [
    { token: 5, text: ' Lily' },
    { token: 6, text: ' saw' },
    { token: 7, text: '.' },
  ],
  offsets: Uint32Array.of(0, 2, 2, 3),
  groups: Uint32Array.of(9, 4, 4),
  norms: Float32Array.of(3, 1, 2),
};

describe('what fires', () => {
  it('on a token, strongest first', () => {
    expect(groupsOfToken(reading, 0)).toEqual([
      { group: 9, norm: 3 },
      { group: 4, norm: 1 },
    ]);
    expect(groupsOfToken(reading, 1)).toEqual([]);
  });

  it('along the text, for one group', () => {
    expect([...normsOfGroup(reading, 4)]).toEqual([1, 0, 2]);
    expect([...normsOfGroup(reading, 77)]).toEqual([0, 0, 0]);
  });

  it('strongest on every token, nobody where nothing fires', () => {
    const { groups, norms } = strongestGroups(reading);
    expect([...groups]).toEqual([9, NO_OWNER, 4]);
    expect([...norms]).toEqual([3, 0, 2]);
  });

  it('in the whole text: how often, how strongly at most, and where', () => {
    expect(groupsInText(reading)).toEqual([
      { group: 9, tokens: 1, norm: 3, token: 0 },
      { group: 4, tokens: 2, norm: 2, token: 2 },
    ]);
  });
});

describe('continuations', () => {
  const of = (...ids: number[]) => ids.map((token) => ({ token, text: String(token) }));
  it('differ token by token in the same place', () => {
    expect(differingTokens(of(1, 2, 3), of(1, 7, 3))).toEqual([false, true, false]);
  });
  it('differ wherever the original has ended', () => {
    expect(differingTokens(of(1), of(1, 2))).toEqual([false, true]);
  });
});

describe('surprise', () => {
  it('is averaged over the tokens that have one', () => {
    expect(meanSurprisal({ surprisal: Float32Array.of(Number.NaN, 1, 3) })).toBe(2);
    expect(meanSurprisal({ surprisal: Float32Array.of(Number.NaN) })).toBeNull();
  });
});
