/**
 * Runs leave a browser as one .zip and come into another one with the same numbers and curves, where they open like
 * those that were trained there. The page is the one that ships.
 */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { foldersIn } from '../support/run_folders';
import { finishedRun, recordEngine } from './engine_record';
import { openPage, takeScreenshot } from './harness';

const settings = {
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [
    { architecture: 'topk', d_sae: 24, k: 2 },
    { architecture: 'topk_sasa', n_groups: 8, group_rank: 4, k_groups: 1 },
    { architecture: 'batchtopk', d_sae: 24, k: 2 },
  ],
  training: { training_samples: 1600, train_batch_size_samples: 32, log_every: 10 },
};

const go = (page: Page, to: string) =>
  page.getByRole('navigation').getByRole('link', { name: to, exact: true }).click();
/** What the list says of its first run, but for when it was begun and what it takes. */
const listed = async (page: Page) => {
  // Of every model.
  await page.locator('.runs-ev', { hasText: /^(0\.\d{3}\s*){3}$/ }).waitFor();
  const row = page.getByRole('row').nth(1);
  const cells = row.locator('[role=gridcell]:not(.runs-started, .runs-size)');
  return (await cells.allInnerTexts()).map((text) => text.replace('shown', '').trim());
};

it('go from one browser to another', { timeout: NO_LIMIT_MS }, async () => {
  const first = await openPage('', { width: 1440, height: 900, before: recordEngine });
  await first.getByText('circle', { exact: false }).first().waitFor();
  await go(first, 'Runs');
  await first.getByLabel('Model folders to open').setInputFiles({
    name: 'run.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(settings)),
  });
  await first.getByRole('button', { name: 'Train', exact: true }).click();
  await finishedRun(first);
  await go(first, 'Runs');
  const before = await listed(first);

  await first.getByRole('button', { name: 'Export all…' }).click();
  await first.getByText(/^1 run, about /).waitFor();
  await takeScreenshot(first, 'export-all-1440-light');
  const saving = first.waitForEvent('download');
  await first.getByRole('button', { name: 'Save', exact: true }).click();
  const download = await saving;
  // Playwright keeps it under another name.
  const buffer = await readFile(await download.path());
  const file = { name: download.suggestedFilename(), mimeType: 'application/zip', buffer };
  const folders = await foldersIn(new Blob([buffer]));
  const names = ['run.json', 'kept.json', 'checkpoint.safetensors', 'SASA/report.json'];
  expect(Object.keys(folders['Run 1'] ?? {})).toEqual(expect.arrayContaining(names));

  const second = await openPage('#/runs', { width: 1440, height: 900, theme: 'dark' });
  await second.getByLabel('Exported runs to import').setInputFiles(file);
  await second.getByText('Imported Run 1', { exact: true }).waitFor();
  expect(before).toContain('1600');
  expect(await listed(second)).toEqual(before);
  await takeScreenshot(second, 'imported-1440-dark');
  await second.getByRole('button', { name: 'Run 1', exact: true }).click();
  await second
    .getByText(/^finished in/)
    .first()
    .waitFor();
  await go(second, 'Groups');
  await second.getByRole('row').nth(3).waitFor();

  await go(second, 'Runs');
  await second.getByLabel('Exported runs to import').setInputFiles(file);
  await second.getByText('is already here, at the same step').waitFor();
  await takeScreenshot(second, 'already-here-1440-dark');
});
