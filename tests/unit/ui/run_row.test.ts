/** When a run was started, as its row says it: the time of today, and the day of this place for another one. */
import { afterEach, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/state/run_record';
import { startText } from '../../../src/ui/pages/runs/run_row';

afterEach(() => vi.unstubAllEnvs());

const startedAt = (date: Date) => ({ createdAt: date.getTime() }) as Run;

it('names the day where the person is, not that of Greenwich', () => {
  vi.stubEnv('TZ', 'Pacific/Auckland');
  const morning = new Date(2026, 10, 22, 0, 30);
  // Half past midnight is the day before in Greenwich.
  expect(morning.toISOString()).toMatch(/^2026-11-21/);
  expect(startText(startedAt(morning), new Date(2026, 10, 30))).toMatch(/^22 Nov$/);
  expect(startText(startedAt(morning), new Date(2026, 10, 22, 9))).toBe('00:30');
  expect(startText(startedAt(morning), new Date(2027, 0, 1))).toBe('2026-11-22');
});
