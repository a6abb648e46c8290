/**
 * Checkpoints that are damaged on the disk, in a real Chromium: a run goes on from the one before, begins anew where none
 * is whole, says so, and ends with the same weights.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import type { RunInput } from '../../src/lab/run/run_config';
import { engineRecord, finishedRun, recordEngine } from './engine_record';
import { openPage } from './harness';
import { checkpointsIn, draftAddress, press, rowOf, spoil, turnTo, weightsOf } from './kept_page';

const run: RunInput = {
  data: { kind: 'synthetic', preset: 'figure1' },
  models: [{ architecture: 'batchtopk', name: 'Model', d_sae: 64, k: 4 }],
  training: { training_samples: 3840, train_batch_size_samples: 32, log_every: 5 },
};

it(
  'goes on from the checkpoint before, or anew, with the same end',
  { timeout: NO_LIMIT_MS },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'torn-'));
    const page = await openPage(draftAddress(run), { before: recordEngine });
    await press(page, 'Train');
    await finishedRun(page);
    const undisturbed = await weightsOf(page, 'Run 1', ['Model'], folder);

    /** Trains until there are two checkpoints, and leaves the page. */
    const interrupt = async (): Promise<number> => {
      await turnTo(page, 'Train');
      await page.reload();
      await press(page, 'Train');
      await page.waitForFunction('engineRecord.kept === 10', undefined, { polling: 5 });
      await page.waitForFunction('engineRecord.step > 15', undefined, { polling: 5 });
      await press(page, 'Pause');
      await page.waitForFunction('engineRecord.kept > 10');
      const { kept } = await engineRecord(page);
      await page.reload();
      await turnTo(page, 'Runs');
      return kept;
    };

    const step = await interrupt();
    await spoil(page, [step], 'flip');
    await press(rowOf(page, 'Run 2'), 'Resume');
    await page
      .getByText(`Run 2 is at step 10 again: its checkpoint of step ${step} cannot be read.`)
      .waitFor();
    await finishedRun(page);
    expect(await weightsOf(page, 'Run 2', ['Model'], folder)).toEqual(undisturbed);

    const last = await interrupt();
    await spoil(page, [10], 'flip');
    await spoil(page, [last], 'cut');
    await press(rowOf(page, 'Run 3'), 'Resume');
    await page.getByText('Run 3 begins anew: none of its checkpoints can be read.').waitFor();
    await finishedRun(page);
    expect(await weightsOf(page, 'Run 3', ['Model'], folder)).toEqual(undisturbed);
    await expect.poll(async () => (await checkpointsIn(page)).empty).toBe(0);
    await rm(folder, { recursive: true });
  },
);
