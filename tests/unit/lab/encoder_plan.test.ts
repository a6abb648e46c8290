/** Rows are encoded in batches that the adapter's buffers hold, however wide the model is. */
import { describe, expect, it } from 'vitest';
import { encoderPlan } from '../../../src/lab/encode/encoder';
import { modelSchema } from '../../../src/sae/config';

/** What WebGPU gives at least. */
const limits = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 };
const planned = (d_sae: number) =>
  encoderPlan(modelSchema.parse({ architecture: 'topk', d_sae, k: 4 }), 8, 'direct', limits);

describe('the plan that encodes rows', () => {
  it('takes 512 rows at a time where they fit', () => {
    expect(planned(65_536).layout.batch).toBe(512);
  });

  it('takes fewer for a model that is wider, and its buffers fit', () => {
    // 512 rows of 66 000 scores are 129 MiB.
    const { layout, plan } = planned(66_000);
    expect(layout.batch).toBe(256);
    for (const { length } of plan.buffers) expect(length * 4).toBeLessThanOrEqual(2 ** 27);
    expect(planned(2 ** 20).layout.batch).toBe(32);
  });
});
