/**
 * A run on a file of the person's own, in the page that ships: after a reload it goes on by itself on a copy that was
 * wanted, and its groups are read by a handle without a press. A picker cannot be driven; a handle of the browser's
 * private files is a real one, and outlives the reload in the index like any other.
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { writeNpy } from '../../src/io/npy';
import { recordEngine } from './engine_record';
import { openPage, takeScreenshot } from './harness';

const [ROWS, WIDTH] = [2000, 8];
const matrix = (first: number) =>
  Buffer.from(
    writeNpy({
      rows: ROWS,
      width: WIDTH,
      values: Float32Array.from({ length: ROWS * WIDTH }, (_, i) => Math.sin(first + i * i)),
    }),
  );

/** In the place of the dialogue: the handle of a file that lies in the browser's private files. */
const pickHeld = `window.showOpenFilePicker = async () => {
  const root = await navigator.storage.getDirectory();
  return [await root.getFileHandle('held.npy')];
};`;

it(
  'finds a file again after a reload, as a copy and by its handle',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage('', {
      width: 1440,
      height: 900,
      before: `${recordEngine}; if (sessionStorage.getItem('pick') !== null) { ${pickHeld} }`,
    });
    await page.getByText('circle', { exact: false }).first().waitFor();
    const input = page.locator('input[type=file]').first();
    await input.setInputFiles({ name: 'acts.npy', mimeType: '', buffer: matrix(0) });
    await page.getByText('acts.npy is chosen for the next run.').waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: /^Keep \d/ }).click();
    await page.getByText('A copy is kept: Run 1 goes on after a reload.').waitFor();
    await page.waitForFunction('engineRecord.kept >= 10');

    await page.reload();
    await open(page, 'Runs');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.waitForFunction('engineRecord.status === "running" && engineRecord.step > 10');
    await takeScreenshot(page, 'own-data-copy-1440-light');
    await open(page, 'Train');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();

    await page.evaluate(
      async (bytes) => {
        const root = await navigator.storage.getDirectory();
        const file = await (
          await root.getFileHandle('held.npy', { create: true })
        ).createWritable();
        await file.write(Uint8Array.from(bytes));
        await file.close();
        sessionStorage.setItem('pick', 'held');
      },
      [...matrix(7)],
    );
    await page.reload();
    await open(page, 'Data');
    await page.getByRole('button', { name: 'Choose a file', exact: true }).click();
    await page.getByText('held.npy is chosen for the next run.').waitFor();
    await open(page, 'Train');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.waitForFunction('engineRecord.kept >= 10');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.waitForFunction('engineRecord.status === "stopped"');
    expect(await page.getByRole('button', { name: /^Keep \d/ }).count()).toBe(0);

    await page.reload();
    await open(page, 'Runs');
    await page.getByRole('button', { name: 'Run 2', exact: true }).click();
    await open(page, 'Groups');
    await page.getByRole('row').nth(3).waitFor();
  },
);

const open = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
