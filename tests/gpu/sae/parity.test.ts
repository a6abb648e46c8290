/**
 * The GPU against its float64 twin, pass by pass, on the steps of the architectures' cases.ts and of
 * parity_cases.ts. Selections, dead lists
 * and marks must agree exactly, numbers to the error that float32 sums may make (error_bounds.ts).
 */
import { describe, expect, it } from 'vitest';
import { casesOf } from '../../support/architecture_cases';
import { testDevice } from '../adapter';
import { checkPasses } from './check_passes';
import { parityCases } from './parity_cases';

describe.each(Object.entries({ ...casesOf('parity'), ...parityCases }))('%s', (_name, test) => {
  it('agrees with float64 in every pass under test', async () => {
    const errors = await checkPasses(await testDevice(), test);
    expect(errors.length).toBeGreaterThan(0);
    for (const { pass, ratio, place } of errors) {
      expect(ratio, `${pass}: ${place}`).toBeLessThanOrEqual(1);
    }
  });
});
