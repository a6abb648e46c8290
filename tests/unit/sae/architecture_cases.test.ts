/** No architecture is in the registry without rows in the tables that hold it to its twin and to its gradients. */
import { describe, expect, it } from 'vitest';
import { architectures, modelSchema } from '../../../src/sae/config';
import { architectureCases } from '../../support/architecture_cases';

describe.each(architectures.map(({ id }) => id))('%s', (id) => {
  it.each(['parity', 'gradients', 'compile'] as const)('has rows of %s, of its own', (table) => {
    const rows: readonly object[] = Object.values(architectureCases.get(id)?.[table] ?? {});
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const model: unknown = 'model' in row ? row.model : row;
      expect(modelSchema.parse(model).architecture).toBe(id);
    }
  });
});

it('has no rows of an architecture that is not there', () => {
  expect([...architectureCases.keys()].sort()).toEqual(architectures.map(({ id }) => id).sort());
});
