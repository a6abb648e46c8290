/** A gate of two levels that keeps every column of its groups is SASA's gate: a run with it ends the same, byte for byte. */
import { expect, it } from 'vitest';
import { zooPreset } from '../../../src/data/zoo_presets';
import { openZooSource } from '../../../src/data/zoo_source';
import { writeCheckpoint } from '../../../src/lab/keep/checkpoint';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { createSession } from '../../../src/lab/train/session';
import { testDevice } from '../adapter';

const STEPS = 30;
const BATCH = 48;
const [GROUPS, RANK] = [7, 3];

const run = (activeGroups: number, columns?: number) =>
  parseRunConfig({
    data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
    models: [
      {
        architecture: 'topk_sasa',
        n_groups: GROUPS,
        group_rank: RANK,
        k_groups: activeGroups,
        nuclear_coefficient: 0.003,
        ...(columns === undefined ? {} : { k_columns: columns }),
      },
    ],
    training: { training_samples: STEPS * BATCH, train_batch_size_samples: BATCH, log_every: 10 },
  });

/** Bytes of what a run ends with: weights, moments and all that it would go on from. */
async function endOf(activeGroups: number, columns?: number): Promise<Buffer> {
  const { spec, label } = zooPreset('figure1');
  const session = await createSession({
    device: await testDevice(),
    config: run(activeGroups, columns),
    source: openZooSource(spec, 1, label),
  });
  await session.run(STEPS);
  // Under the settings of the run without columns: they are the only thing that may differ.
  const end = { config: run(activeGroups), step: session.step, states: [await session.state(0)] };
  session.destroy();
  return Buffer.from(writeCheckpoint(end));
}

it.each([2, 4])('with %i active groups', async (activeGroups) => {
  const plain = await endOf(activeGroups);
  expect((await endOf(activeGroups, activeGroups * RANK)).equals(plain)).toBe(true);
  expect((await endOf(activeGroups, activeGroups * RANK - 1)).equals(plain)).toBe(false);
});
