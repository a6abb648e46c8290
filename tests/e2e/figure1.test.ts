/**
 * The lab's first demonstration, as a person meets it: open the default link in Chrome, press Train, and
 * watch SASA keep each of three shapes in one group while a TopK SAE tiles them with atoms. 1000 steps of
 * 256 rows on the software adapter, judged by the numbers of the milestone. Then every page that shows the
 * finished run is opened, in both themes.
 */
import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { readSaeFolder } from '../../src/io/sae_folder_reader';
import { finishedRun, recordEngine } from './engine_record';
import { openPage, takeScreenshot, touchingPanels } from './harness';

/** Figures have drawn by then, after a change of size too. */
const DRAWING_MS = 400;

/** Waits until no analysis is going on. */
async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(800);
  await page.waitForFunction(
    'document.querySelector("main [role=progressbar][aria-label*=nalys], main .card-waiting") === null',
  );
}

it(
  'holds circle, sphere and helix in one group each, of rank 2, 3 and 3, where TopK shatters them',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage('', { width: 1440, height: 900, before: recordEngine });
    await page.getByText('circle', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const run = await finishedRun(page);

    const sasa = run.shapes[0] ?? [];
    expect(sasa.map((shape) => shape.name)).toEqual(['circle', 'sphere', 'helix']);
    expect(sasa.map((shape) => shape.units99)).toEqual([1, 1, 1]);
    expect(sasa.map((shape) => shape.topRank90)).toEqual([2, 3, 3]);
    for (const shape of sasa) expect(shape.topShare).toBeGreaterThanOrEqual(0.99);
    const metrics = run.metrics[0]?.values ?? {};
    expect(64 - (metrics['sparsity/dead_groups'] ?? 0)).toBeLessThanOrEqual(6);
    expect(metrics['metrics/explained_variance']).toBeGreaterThanOrEqual(0.97);

    const sphere = run.shapes[1]?.find((shape) => shape.name === 'sphere');
    expect(sphere?.units90).toBeGreaterThanOrEqual(8);

    await page
      .locator('.shape-cell')
      .getByRole('link', { name: /^Open group \d+$/ })
      .nth(2)
      .waitFor();
    await takeScreenshot(page, 'train-1440-light');
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      for (const name of ['Train', 'Groups', 'Diagnose', 'Runs']) {
        await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
        await settled(page);
        for (const [width, height] of [
          [1280, 800],
          [1920, 1080],
        ] as const) {
          await page.setViewportSize({ width, height });
          await page.waitForTimeout(DRAWING_MS);
          await takeScreenshot(page, `${name.toLowerCase()}-${width}-${theme}`);
          expect(await touchingPanels(page), `${name} at ${width}`).toEqual([]);
        }
      }
    }

    // Bits follow the held-out quality.
    await page.locator('.runs-bits li').filter({ hasText: /\d/ }).nth(1).waitFor();
    // The weights come home in the field's format.
    await page.getByRole('button', { name: 'Export', exact: true }).first().click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'SASA: SAELens folder' }).click();
    const path = await (await download).path();
    const files = unzipSync(new Uint8Array(await readFile(path)));
    const folder = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name.split('/').at(-1) ?? name, bytes]),
    );
    const sae = readSaeFolder(folder, 'the export');
    expect(sae.config).toMatchObject({ architecture: 'topk_sasa', n_groups: 64, group_rank: 4 });

    // Opened in a fresh page, the weights show at once which shapes they hold, and the draft has their settings.
    const visitor = await openPage('#/runs');
    await visitor.getByLabel('Model folders to open').setInputFiles({
      name: 'SASA.zip',
      mimeType: 'application/zip',
      buffer: await readFile(path),
    });
    await visitor.getByText('The weights are open.').waitFor();
    await visitor.getByRole('navigation').getByRole('link', { name: 'Train', exact: true }).click();
    const held = visitor.locator('.shape-cell').getByRole('link', { name: /^Open group \d+$/ });
    await held.nth(2).waitFor();
    expect(await held.count()).toBe(3);
    expect(await visitor.getByText('weights of step 1000 opened, not trained on').count()).toBe(1);
    // Their evaluation came with them.
    await visitor.locator('.held-out').getByText('held out, 16\u202f384 rows; step 1000').waitFor();
    const bits = visitor.getByRole('table', { name: 'Bits a token' }).locator('tbody td b');
    await bits.waitFor();
    // log₂ 3 and a Gaussian's worth of each of 2.67 dimensions, about; TopK takes 27.
    expect(Number(await bits.textContent())).toBeGreaterThan(8);
    expect(Number(await bits.textContent())).toBeLessThan(15);
    expect(await visitor.locator('.run-note').count()).toBe(0);
  },
);
