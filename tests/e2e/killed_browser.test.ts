/**
 * The browser is killed in the middle of a run, three times, at random steps: started again, the run is there, goes on
 * from its latest checkpoint, and ends with the very bytes of a run that nobody disturbed. The steps are drawn from a
 * seed that is printed; KILL_SEED sets it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { philox4x32, type Words } from '../../src/base/random';
import type { RunInput } from '../../src/lab/run/run_config';
import { writeShareLink } from '../../src/lab/run/share_link';
import { finishedRun, recordEngine } from './engine_record';
import { KillableBrowser } from './killable_browser';

const KILLS = 3;

const models = (size: number): RunInput['models'] => [
  { architecture: 'topk', name: 'TopK', d_sae: 4 * size, k: 4 },
  {
    architecture: 'topk_sasa',
    name: 'SASA',
    n_groups: size,
    group_rank: 4,
    k_groups: 1,
    nuclear_coefficient: 0.003,
  },
  { architecture: 'batchtopk', name: 'BatchTopK', d_sae: 4 * size, k: 4 },
];

/** Short runs whose every kind of data is met: made rows, shipped vectors, rows that a language model makes. */
const RUNS: Readonly<Record<string, RunInput>> = {
  figure1: {
    data: { kind: 'synthetic', preset: 'figure1' },
    models: models(16),
    training: training(200, 32),
  },
  words: { data: { kind: 'words' }, models: models(16), training: training(60, 64) },
  stories: {
    data: {
      kind: 'lm',
      model: 'stories15m',
      layer: 1,
      context_size: 48,
      n_batches_in_buffer: 2,
      store_batch_size_prompts: 4,
    },
    models: models(8),
    training: training(40, 32),
  },
};

function training(steps: number, batch: number): RunInput['training'] {
  return {
    training_samples: steps * batch,
    train_batch_size_samples: batch,
    lr: 5e-3,
    log_every: 5,
  };
}

const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
console.log(`KILL_SEED=${seed}`);

let browser: KillableBrowser | null = null;
afterEach(async () => {
  await browser?.remove();
  browser = null;
});

it.each(Object.entries(RUNS))(
  'a run on %s that is killed three times ends as one that is not',
  { timeout: NO_LIMIT_MS },
  async (name, run) => {
    browser = await KillableBrowser.create();
    const options = { width: 1440, before: recordEngine };
    let page = await browser.open(
      `#/train?run=${encodeURIComponent(writeShareLink(run))}`,
      options,
    );
    const began = performance.now();
    const tell = (text: string) =>
      console.log(`${name}: ${text} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    await press(page, 'Train');
    await finishedRun(page);
    tell('undisturbed run finished');
    const undisturbed = await weightsOf(page, 0);
    tell('exported');
    await turnTo(page, 'Train');
    await page.reload();
    await press(page, 'Train');
    for (let kill = 0; kill < KILLS; kill++) {
      const step = killStep(run, kill, Object.keys(RUNS).indexOf(name));
      await page.waitForFunction(`engineRecord.step >= ${step}`, undefined, { polling: 5 });
      const last = await page.evaluate(
        '[engineRecord.step, engineRecord.kept, engineRecord.status]',
      );
      await browser.kill();
      tell(`killed at step ${String(last)}, drawn: ${step}`);
      page = await browser.open('#/runs', options);
      const row = page.getByRole('row').filter({ hasText: 'Run 2' });
      await row.getByText(/^stopped at step \d+/).waitFor();
      await row.getByRole('button', { name: 'Resume', exact: true }).click();
    }
    await finishedRun(page);
    tell('finished');
    const killed = await weightsOf(page, 0);
    tell('exported');
    expect(Object.keys(killed)).toHaveLength(3);
    expect(killed).toEqual(undisturbed);
  },
);

/** A step in the third of the run whose turn it is. */
function killStep({ training }: RunInput, kill: number, stream: number): number {
  const steps = (training.training_samples ?? 0) / (training.train_batch_size_samples ?? 1);
  const drawn: Words = [kill, 0, 0, 0];
  philox4x32(drawn, seed, stream);
  return Math.floor((steps * (kill + drawn[0] / 2 ** 32)) / KILLS);
}

/** Hex of the weights of each model of the run in a row of the table, as its .zip has them. */
async function weightsOf(page: Page, row: number): Promise<Readonly<Record<string, string>>> {
  await turnTo(page, 'Runs');
  const weights: Record<string, string> = {};
  for (const name of ['TopK', 'SASA', 'BatchTopK']) {
    await page.getByRole('button', { name: 'Export', exact: true }).nth(row).click();
    const coming = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: new RegExp(`^${name}: SAELens folder`) }).click();
    const download = await coming;
    const path = join(browser!.profile, download.suggestedFilename());
    await download.saveAs(path);
    const files = unzipSync(new Uint8Array(await readFile(path)));
    const [bytes] = Object.entries(files).flatMap(([file, content]) =>
      file.endsWith('sae_weights.safetensors') ? [content] : [],
    );
    weights[name] = Buffer.from(bytes ?? []).toString('hex');
  }
  return weights;
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

const turnTo = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
