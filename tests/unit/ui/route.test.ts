/** Addresses of pages: page and parameters survive being written and read, whatever stands in them. */
import { describe, expect, it } from 'vitest';
import { changeParams, formatHash, parseHash } from '../../../src/ui/route';

describe('the address of a page', () => {
  it('reads page and parameters from the hash', () => {
    const route = parseHash('#/groups?group=12&run=d.kind-words');
    expect(route.page).toBe('groups');
    expect(Object.fromEntries(route.params)).toEqual({ group: '12', run: 'd.kind-words' });
  });

  it.each(['', '#', '#/'])('takes %j for no page in particular', (hash) =>
    expect(parseHash(hash).page).toBe(''),
  );

  it('ignores a slash at the end', () => expect(parseHash('#/runs/').page).toBe('runs'));

  it('comes back as it was, with any characters in a parameter', () => {
    const params = new URLSearchParams({ run: 'a&b=c#d?e %20 ü', group: '7' });
    const again = parseHash(formatHash({ page: 'train', params }));
    expect(again.page).toBe('train');
    expect([...again.params]).toEqual([...params]);
  });

  it('changes some parameters, removes others and keeps the rest', () => {
    const before = new URLSearchParams({ run: 'x', group: '7' });
    const after = changeParams(before, { group: null, model: 1 });
    expect(Object.fromEntries(after)).toEqual({ run: 'x', model: '1' });
    expect(before.get('group')).toBe('7');
  });
});
