/**
 * A look at a model that trains: weights and codes are of one step, though rows take several submits to encode,
 * and training goes on afterwards.
 */
import { expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { zooPreset } from '../../../src/data/zoo_presets';
import { openZooSource } from '../../../src/data/zoo_source';
import { Encoder } from '../../../src/lab/encode/encoder';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import type { Look } from '../../../src/lab/train/run_probes';
import { createSession } from '../../../src/lab/train/session';
import { testDevice } from '../adapter';

/** More than an encoder takes at a time. */
const ROWS = 1500;

const config = parseRunConfig({
  data: { kind: 'synthetic', preset: 'figure1' },
  // Weights are trained in units of the data, so that they say the same to an encoder of their own.
  models: [{ architecture: 'topk', d_sae: 32, k: 2, normalize_activations: 'none' }],
  training: { train_batch_size_samples: 32, training_samples: 32 * 200, lr: 0.01 },
});
const { spec, label } = zooPreset('figure1');
const source = openZooSource(spec, 0, label);

it('makes one encoder of a model for all who ask at once', async () => {
  const session = await createSession({ device: await testDevice(), config, source });
  const made = vi.spyOn(Encoder, 'open');
  const { x } = source.read('held_out', 0, 8);
  await Promise.all([session.encode(0, x, 8), session.look(0, x, 8), session.encode(0, x, 8)]);
  expect(made).toHaveBeenCalledTimes(1);
  made.mockRestore();
  session.destroy();
});

it('sees weights and codes of one step, whatever training does meanwhile', async () => {
  const device = await testDevice();
  const session = await createSession({ device, config, source });
  const { x } = source.read('held_out', 0, ROWS);
  const looks: Promise<Look>[] = [];
  await session.run(session.totalSteps, {
    onProgress: ({ step }) => {
      if (step < 150) looks.push(session.look(0, x, ROWS));
    },
  });
  expect(session.step).toBe(200);
  const seen = await Promise.all(looks);
  expect(new Set(seen.map(({ step }) => step)).size).toBeGreaterThan(3);
  for (const { dictionary, codes } of seen) {
    const encoder = await Encoder.upload(device, at(config.models, 0), dictionary);
    // The same program on the same numbers.
    expect((await encoder.encode(x, ROWS)).codes).toEqual(codes);
    encoder.destroy();
  }
  session.destroy();
});
