/**
 * A session asks its feeder for no more batches than it submits: a feeder that had prepared more would have to
 * go back to the beginning of its stream, which costs many times what a step does.
 */
import { expect, it } from 'vitest';
import type { ActivationSource, StreamFeeder } from '../../../src/data/source';
import { openZooSource } from '../../../src/data/zoo_source';
import { zooPreset } from '../../../src/data/zoo_presets';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { createSession } from '../../../src/lab/train/session';
import { testDevice } from '../adapter';

const LOG_EVERY = 3;
const STEPS = 17;

it('takes every batch that was prepared, across logged steps and calls', async () => {
  const { spec, label } = zooPreset('figure1');
  const made = openZooSource(spec, 0, label);
  const asked: { readonly batch: number; readonly ready: number }[] = [];
  const feeder: StreamFeeder = {
    rowsMade: 0,
    filled: 1,
    // Every third question is answered with nothing, as while a buffer fills.
    feed: (batch, wanted) => {
      const ready = asked.length % 3 === 2 ? 0 : wanted;
      asked.push({ batch, ready });
      return Promise.resolve(ready);
    },
    destroy: () => undefined,
  };
  const source: ActivationSource = {
    ...made,
    stream: (rows) => ({ ...made.stream(rows), openFeeder: () => Promise.resolve(feeder) }),
  };
  const config = parseRunConfig({
    data: { kind: 'synthetic', preset: 'figure1' },
    models: [{ architecture: 'topk', d_sae: 8, k: 2 }],
    training: { train_batch_size_samples: 4, training_samples: 4 * STEPS, log_every: LOG_EVERY },
  });
  const session = await createSession({ device: await testDevice(), config, source });
  const logged: number[] = [];
  const hooks = {
    onMetrics: (records: readonly { readonly step: number }[]) => {
      logged.push(...records.map(({ step }) => step));
    },
  };
  await session.run(5, hooks);
  await session.run(STEPS, hooks);
  session.destroy();
  expect(logged).toEqual([1, 3, 6, 9, 12, 15, 17]);
  let next = 0;
  for (const { batch, ready } of asked) {
    expect(batch).toBe(next);
    next += ready;
  }
  expect(next).toBe(STEPS);
});
