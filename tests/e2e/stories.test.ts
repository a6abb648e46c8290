/**
 * A language model in the page: a link to a small run on stories15M is opened, trained, and its groups are
 * looked at. The model runs in the page's worker, reads the shipped stories and feeds training from there.
 * Few rows and a low layer, since the software adapter reads some hundred tokens a second.
 */
import { expect, it } from 'vitest';
import { writeShareLink } from '../../src/lab/share_link';
import { finishedRun, recordEngine } from './engine_record';
import { openPage, takeScreenshot } from './harness';

const TRAINING_MS = 300_000;

const link = writeShareLink({
  data: {
    kind: 'lm',
    model: 'stories15m',
    layer: 1,
    context_size: 48,
    n_batches_in_buffer: 2,
    store_batch_size_prompts: 4,
  },
  models: [
    {
      architecture: 'topk_sasa',
      n_groups: 48,
      group_rank: 3,
      k_groups: 3,
      nuclear_coefficient_relative: 3.3e-5,
    },
    { architecture: 'topk', d_sae: 144, k: 9 },
  ],
  training: { training_samples: 3840, train_batch_size_samples: 64, lr: 5e-3, log_every: 5 },
});

it(
  'trains on its residual stream and shows groups of tokens',
  { timeout: 2 * TRAINING_MS },
  async () => {
    const page = await openPage(`#/train?run=${encodeURIComponent(link)}`, {
      width: 1440,
      height: 900,
      before: recordEngine,
    });
    await page
      .getByText('entering block 1 of 6', { exact: false })
      .first()
      .waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const run = await finishedRun(page, TRAINING_MS);
    for (const model of [0, 1]) {
      const values = run.metrics[model]?.values ?? {};
      expect(values['metrics/explained_variance']).toBeGreaterThan(0.2);
      expect(values['metrics/l0']).toBeCloseTo(9, 0);
    }
    await page.getByText('of the time in the language model').first().waitFor();
    await takeScreenshot(page, 'stories-train');

    await page.getByRole('navigation').getByRole('link', { name: 'Groups', exact: true }).click();
    await page.locator('[role=grid] [role=row]').nth(1).waitFor({ timeout: TRAINING_MS });
    await takeScreenshot(page, 'stories-groups');
  },
);
