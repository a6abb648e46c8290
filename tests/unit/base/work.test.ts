/** Work that several wait for: done once, told to all, ended when nobody wants it any more. */
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import {
  givenUp,
  requireWanted,
  SharedWorks,
  whileWanted,
  type Work,
} from '../../../src/base/work';

/** Work that ends when told, and notes what it hears. */
function slow() {
  const begun: Work[] = [];
  let end: (value: number) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const start = (work: Work) => {
    begun.push(work);
    return new Promise<number>((resolve, reject) => {
      end = resolve;
      fail = reject;
    });
  };
  return {
    begun,
    start,
    end: (value: number) => end(value),
    fail: (error: Error) => fail(error),
    aborted: (index: number) => begun[index]?.signal?.aborted,
  };
}

const cancelled: unknown = expect.objectContaining({ code: 'cancelled' });

describe('shared work', () => {
  it('is begun once and told to all who wait', async () => {
    const works = new SharedWorks<number>();
    const { begun, start, end } = slow();
    const heard: string[] = [];
    const first = works.join('a', start, {
      onProgress: (f, stage) => heard.push(`1 ${f} ${stage}`),
    });
    const second = works.join('a', start, { onProgress: (f) => heard.push(`2 ${f}`) });
    begun[0]?.onProgress?.(0.5, 'reading');
    end(7);
    expect(await Promise.all([first, second])).toEqual([7, 7]);
    expect(begun).toHaveLength(1);
    expect(heard).toEqual(['1 0.5 reading', '2 0.5']);
    expect(await works.join('a', start)).toBe(7);
    expect(begun).toHaveLength(1);
    expect(works.names).toEqual(['a']);
  });

  it('goes on while one of them still waits, and ends when none does', async () => {
    const works = new SharedWorks<number>();
    const { start, aborted } = slow();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = works.join('a', start, { signal: one.signal });
    const second = works.join('a', start, { signal: two.signal });
    one.abort();
    await expect(first).rejects.toEqual(cancelled);
    expect(aborted(0)).toBe(false);
    two.abort();
    await expect(second).rejects.toEqual(cancelled);
    expect(aborted(0)).toBe(true);
    expect(works.names).toEqual([]);
  });

  it('is begun anew after it was given up or has failed', async () => {
    const works = new SharedWorks<number>();
    const { begun, start, end, fail } = slow();
    const given = new AbortController();
    const first = works.join('a', start, { signal: given.signal });
    given.abort();
    await expect(first).rejects.toEqual(cancelled);
    const second = works.join('a', start);
    fail(new LabError('bad_file', 'It is broken.', 'Take another.'));
    await expect(second).rejects.toThrow('It is broken.');
    const third = works.join('a', start);
    end(3);
    expect(await third).toBe(3);
    expect(begun).toHaveLength(3);
  });

  it('is not ended by somebody who comes when it is done', async () => {
    const works = new SharedWorks<number>();
    const { start, end, aborted } = slow();
    const first = works.join('a', start);
    end(1);
    await first;
    const late = new AbortController();
    await works.join('a', start, { signal: late.signal });
    late.abort();
    expect(aborted(0)).toBe(false);
    expect(await works.take('a')).toBe(1);
    expect(await works.take('a')).toBeNull();
  });

  it('is given up when it is taken out before it is done', async () => {
    const works = new SharedWorks<number>();
    const { start, fail, aborted } = slow();
    const first = works.join('a', start);
    const taken = works.take('a');
    expect(works.names).toEqual([]);
    expect(aborted(0)).toBe(true);
    fail(givenUp());
    await expect(first).rejects.toEqual(cancelled);
    expect(await taken).toBeNull();
  });

  it('is not begun for somebody who has given up already', async () => {
    const works = new SharedWorks<number>();
    const { begun, start } = slow();
    await expect(works.join('a', start, { signal: AbortSignal.abort() })).rejects.toEqual(
      cancelled,
    );
    expect(begun).toHaveLength(0);
    expect(works.names).toEqual([]);
  });

  it('is forgotten by name', async () => {
    const works = new SharedWorks<number>();
    await works.join('made 1', () => Promise.resolve(1));
    await works.join('ready 1', () => Promise.resolve(2));
    works.forget((name) => name.startsWith('made'));
    expect(works.names).toEqual(['ready 1']);
  });
});

describe('work that is given up', () => {
  it('ends at once for whoever waits, and when it looks', async () => {
    const given = new AbortController();
    const work = { signal: given.signal };
    const waiting = whileWanted(new Promise<never>(() => undefined), work);
    requireWanted(work);
    given.abort();
    await expect(waiting).rejects.toEqual(cancelled);
    expect(() => requireWanted(work)).toThrow('cancelled');
    await expect(whileWanted(Promise.resolve(1), work)).rejects.toEqual(cancelled);
    // Vitest fails on a rejection that nobody handles.
    await expect(whileWanted(Promise.reject(new Error('late')), work)).rejects.toEqual(cancelled);
  });
});
