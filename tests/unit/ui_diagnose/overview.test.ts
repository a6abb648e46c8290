/**
 * The overview of the Diagnose page: which lines a run gets, that undefined numbers stay undefined instead
 * of becoming zeros, and that the filters behind the numbers can be read by the Groups page.
 */
import { describe, expect, it } from 'vitest';
import { filterOf } from '../../../src/ui/pages/diagnose/diagnosed';
import { overviewLines } from '../../../src/ui/pages/diagnose/overview';
import { accepts } from '../../../src/ui/pages/groups/filter';
import { parseFilter } from '../../../src/ui/pages/groups/filter';
import { tableRows } from '../../../src/ui/pages/groups/group_table';
import { groupRow } from '../ui_groups/rows';
import { diagnosis, spread } from './diagnoses';

const blocks = diagnosis({ features: [spread(), spread({ feature: 1, units90: 4 })] });
const atoms = diagnosis({ unit: 'atoms', features: [spread({ units90: 6 })], live: 90 });

describe('the lines', () => {
  it('about known features are left out where none are known', () => {
    const ids = overviewLines([diagnosis()]).map(({ id }) => id);
    expect(ids).not.toContain('features_in_one_unit');
    expect(ids).toContain('live');
    expect(overviewLines([blocks]).map(({ id }) => id)).toContain('features_in_one_unit');
  });

  it('about ranks are a dash for a scalar model and left out when all are scalar', () => {
    const line = overviewLines([blocks, atoms]).find(({ id }) => id === 'mean_code_rank90');
    expect(line?.value(blocks)).toBe(2);
    expect(line?.value(atoms)).toBeNull();
    expect(overviewLines([atoms]).map(({ id }) => id)).not.toContain('mean_code_rank90');
  });

  it('count only features that occur', () => {
    const line = overviewLines([blocks]).find(({ id }) => id === 'features_in_one_unit');
    expect(line?.value(blocks)).toBe(1);
    expect(line?.detail?.(blocks)).toBe('of 2');
    const absent = diagnosis({ features: [spread(), spread({ feature: 1, rows: 0 })] });
    expect(line?.detail?.(absent)).toBe('of 1');
  });

  it('of what chance could give too say what it gives', () => {
    const lines = overviewLines([diagnosis({ clusters: [[0, 1]] })]);
    const chances = ['near_duplicates', 'coherence'].map((id) =>
      lines.find((line) => line.id === id)?.chance?.(diagnosis()),
    );
    expect(chances).toEqual([0, 0.4]);
  });

  it('call no unit dense where the gate’s even share leaves no room for one', () => {
    const line = overviewLines([blocks]).find(({ id }) => id === 'dense');
    expect(line?.filter?.(blocks)).toBeNull();
    expect(line?.detail?.(blocks)).toBe('none can be');
    expect(line?.filter?.(atoms)).toBe('freq > 11.11111111111111%');
  });

  it('have ids of their own', () => {
    const ids = overviewLines([blocks, atoms, diagnosis()]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the filters behind the numbers', () => {
  it('can all be read by the Groups page', () => {
    const packed = diagnosis({ features: [spread()], held: [1, 4, 2] });
    const filters = overviewLines([packed]).flatMap((line) => line.filter?.(packed) ?? []);
    expect(filters.length).toBeGreaterThan(3);
    for (const filter of filters) expect(parseFilter(filter).ok, filter).toBe(true);
  });

  it('let exactly the named groups pass', () => {
    const filter = parseFilter(filterOf([3, 12]));
    if (!filter.ok) throw new Error(filter.problem.message);
    const rows = tableRows(
      [1, 2, 3, 12, 13, 31].map((group) => groupRow({ group })),
      {},
    );
    const passed = rows.filter(({ subject }) => accepts(filter.expression, subject));
    expect(passed.map(({ row }) => row.group)).toEqual([3, 12]);
  });
});
