/** What follows from the gate under which a model is used, for every architecture. */
import { expect, it } from 'vitest';
import { architectures, modelSchema } from '../../../src/sae/config';
import { hasSignedCodes, leavesUnitsOff, rowGate } from '../../../src/sae/inference_gate';

const budget = { columns: 16, active: 4 };

/** Whether codes may be negative, whether units stay off, and what decides among those of a row. */
const expected: Readonly<Record<string, readonly [boolean, boolean, string]>> = {
  topk_sasa: [true, true, 'norm'],
  batch_topk_sasa: [true, true, 'norm'],
  topk_signed: [true, true, 'norm'],
  topk: [false, true, 'value'],
  batchtopk: [false, true, 'value'],
  jumprelu: [false, true, 'value'],
  standard: [false, false, 'value'],
};

it.each(architectures.map((architecture) => ({ architecture, id: architecture.id })))(
  'of $id',
  ({ architecture, id }) => {
    const sized = architecture.sized(budget);
    const config = modelSchema.parse({ architecture: id, ...sized });
    const gate = rowGate(config);
    expect([hasSignedCodes(config), leavesUnitsOff(config), gate.score]).toEqual(expected[id]);
    expect(gate.kind).toBe('top_of_row');
    expect(gate.key.mayWin(1)).toBe(true);
    expect(gate.key.mayWin(-1)).toBe(gate.score !== 'value');
  },
);
