/** What the gate left in slots becomes a table of the slots that were won. */
import { expect, it } from 'vitest';
import { wonSlots } from '../../../src/lab/encode/read_codes';
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
