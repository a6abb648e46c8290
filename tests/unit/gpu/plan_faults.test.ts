/** The judge of plans that tests/unit/lab/ranges.test.ts relies on, and the lab's own, on plans that break a limit. */
import { describe, expect, it } from 'vitest';
import { checkFits } from '../../../src/gpu/buffers';
import type { Pass, Plan } from '../../../src/gpu/plan';
import { defineUniforms } from '../../../src/gpu/uniforms';
import { DEFAULT_LIMITS, passFaults } from '../../support/plan_faults';

const source = `
override WG: u32;
override TALL: u32 = (WG + 2u) * 4u | 1u;
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
var<workgroup> tile: array<vec4<f32>, TALL>; // a comment; of no count
var<workgroup> flag: u32;
@compute @workgroup_size(WG, 2)
fn main() { out[0] = tile[0].x; }`;

function planOf(change: Partial<Pass> = {}): Plan {
  return {
    name: 'plan',
    uniform: defineUniforms([['one', 'u32']]),
    buffers: [{ name: 'out', type: 'f32', length: 4, shape: '' }],
    imports: [],
    clears: [],
    passes: [
      {
        name: 'pass',
        kernel: { name: 'kernel', source },
        bindings: { out: 'out' },
        constants: { WG: 64 },
        workgroups: [1, 1, 1],
        ...change,
      },
    ],
  };
}

describe('a plan that WebGPU would refuse', () => {
  it.each([
    ['nothing', {}, []],
    ['workgroups', { workgroups: [65536, 1, 1] }, ['dispatches 65536 × 1 × 1 workgroups']],
    ['a fold', { workgroups: [1, 1, 2] }, ['does not unfold its workgroups']],
    ['a constant', { constants: { WG: 64, AT: 2 ** 32 } }, ['AT is 4294967296']],
    // (254 + 2) · 4 | 1 vec4s, and a word in 16 bytes of its own.
    [
      'a tile',
      { constants: { WG: 254 } },
      ['uses 16416 bytes of workgroup memory', 'has 508 threads'],
    ],
  ] as const)('is found by %s', (_name, change, faults) => {
    const found = passFaults(planOf(change));
    expect(found).toEqual(faults.map((fault) => `plan, pass (kernel): ${fault}`));
  });

  it('is refused with the pass, what it needs and what there is', () => {
    expect(() => {
      checkFits({ limits: DEFAULT_LIMITS }, [planOf({ workgroups: [1, 70_000, 1] })], 'Do less.');
    }).toThrow(
      'plan needs 70000 workgroups in one dimension for "pass", and this adapter runs at most 65535.',
    );
  });

  it('is refused beyond what 32 bits count, whatever the adapter grants', () => {
    const limits = {
      ...DEFAULT_LIMITS,
      maxBufferSize: 2 ** 40,
      maxStorageBufferBindingSize: 2 ** 40,
    };
    const plan = planOf();
    const withLength = (length: number): Plan => ({
      ...plan,
      buffers: plan.buffers.map((buffer) => ({ ...buffer, length })),
    });
    expect(() => {
      checkFits({ limits }, [withLength(2 ** 30 - 1)]);
    }).not.toThrow();
    expect(() => {
      checkFits({ limits }, [withLength(2 ** 30)]);
    }).toThrow('4096 MiB');
  });
});
