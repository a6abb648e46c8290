/** What the gate left in slots becomes a table of the slots that were won. */
import { expect, it } from 'vitest';
import { listedRows, wonSlots } from '../../../src/lab/encode/read_codes';
import { codesOf } from '../analysis/worlds';

const NONE = 0xffffffff;

it('drops slots that no unit won, wherever they are, and keeps codes that are zero', () => {
  // Codes of empty slots may be anything.
  const units = [NONE, NONE, NONE, 2, 5, NONE, NONE, 0, NONE, 1, 2, 3, NONE, NONE, NONE];
  const codes = units.flatMap((unit, slot) => (unit === NONE ? [99, 98] : [slot, -slot]));
  codes[9 * 2] = codes[9 * 2 + 1] = 0;
  const table = wonSlots({ rows: 5, rank: 2, groups: 6 }, 3, {
    units: Uint32Array.from(units),
    codes: Float32Array.from(codes),
  });
  expect(table).toEqual(
    codesOf(6, 2, [
      [],
      [
        { group: 2, code: [3, -3] },
        { group: 5, code: [4, -4] },
      ],
      [{ group: 0, code: [7, -7] }],
      [
        { group: 1, code: [0, 0] },
        { group: 2, code: [10, -10] },
        { group: 3, code: [11, -11] },
      ],
      [],
    ]),
  );
});

it('takes the rows of a list that lie within its capacity, and says which do', () => {
  const lists = { units: Uint32Array.of(1, 4, 0, 2, 3), codes: Float32Array.of(5, 6, 7, 8, 9) };
  const size = { rows: 4, rank: 1, groups: 6 };
  // The last row needs two places more than there are.
  const starts = Uint32Array.of(0, 2, 2, 4, 7);
  expect(listedRows(size, starts, 5, lists)).toEqual(
    codesOf(6, 1, [
      [
        { group: 1, code: [5] },
        { group: 4, code: [6] },
      ],
      [],
      [
        { group: 0, code: [7] },
        { group: 2, code: [8] },
      ],
    ]),
  );
  expect(listedRows(size, starts, 7, lists).rows).toBe(4);
  expect(listedRows({ ...size, rows: 2 }, starts, 5, lists).rows).toBe(2);
});
