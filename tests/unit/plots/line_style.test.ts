/** Runs in one chart are told apart by their dashes. */
import { expect, test } from 'vitest';
import { dashArray, dashOf, MOST_DASHES } from '../../../src/ui/plots/line_style';

test('the run that is shown is solid, and no two runs share a dash', () => {
  const dashes = Array.from({ length: MOST_DASHES }, (_, order) => dashArray(dashOf(order)));
  expect(dashes[0]).toBeUndefined();
  expect(new Set(dashes).size).toBe(MOST_DASHES);
  expect(MOST_DASHES).toBeGreaterThanOrEqual(4);
});

test('every gap is wider than a line, so that a dashed line is not taken for a solid one', () => {
  for (let order = 1; order < MOST_DASHES; order++) {
    const lengths = dashArray(dashOf(order))?.split(' ').map(Number) ?? [];
    const gaps = lengths.filter((_, index) => index % 2 === 1);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(3);
  }
});
