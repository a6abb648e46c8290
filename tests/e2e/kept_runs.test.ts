/**
 * A run outlives its page: reloaded in the middle of training, it is in the list with its curves, goes on from its latest
 * checkpoint at a press, and is read from this browser's files when it is finished. The page is the one that ships.
 */
import { expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { finishedRun, recordEngine } from './engine_record';
import { openPage, takeScreenshot } from './harness';

it(
  'outlives a reload, goes on and is there when it is finished',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage('', { width: 1440, height: 900, before: recordEngine });
    await page.getByText('circle', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.waitForFunction('engineRecord.kept >= 10 && engineRecord.step > engineRecord.kept');

    await page.reload();
    await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByText(/^stopped at step \d+/).waitFor();
    await page.getByText(/^1 run is kept in this browser: .* free$/).waitFor();
    const stopped = await page.getByText(/^stopped at step \d+/).textContent();
    const step = Number(/\d+/.exec(stopped ?? '')?.[0]);
    expect(step).toBeGreaterThanOrEqual(10);
    await takeScreenshot(page, 'kept-run-1440-light');

    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    const run = await finishedRun(page);
    expect(run.metrics[0]?.step).toBe(1000);
    // The seconds before the reload count.
    expect(run.metrics[0]?.seconds).toBeGreaterThan(0);
    // What is written last is its evaluation.
    await page.getByText(/^held out, 16.384 rows$/).waitFor();
    await page.waitForFunction('engineRecord.kept === 1000');

    await page.reload();
    await page.getByText('finished', { exact: true }).waitFor();
    await page.getByText(/^held out, 16.384 rows$/).waitFor();
    await page.getByRole('button', { name: 'Run 1', exact: true }).click();
    await page
      .getByText(/^finished in/)
      .first()
      .waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Groups', exact: true }).click();
    await page.getByRole('row').nth(3).waitFor();
    await takeScreenshot(page, 'kept-groups-1440-light');
  },
);
