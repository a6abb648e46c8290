/**
 * The graphics process of the browser crashes in the middle of a run, then the engine's worker is ended without a word: each
 * time the run goes on by itself and the page says so once. The page is the one that ships.
 */
import { expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { finishedRun, recordEngine } from './engine_record';
import { openPage, takeScreenshot } from './harness';
import { draftAddress, shortRun } from './kept_page';

/** Enough to lose two engines after their first checkpoints. */
const STEPS = 240;

/** Holds the workers of the page, so that the last one can be ended. */
const holdWorkers = `
  window.workers = [];
  const HeldWorker = window.Worker;
  window.Worker = class extends HeldWorker {
    constructor(...args) {
      super(...args);
      window.workers.push(this);
    }
  };
`;

it(
  'costs no run: it goes on by itself after a lost device and after a dead worker',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage(draftAddress(shortRun(STEPS)), {
      before: recordEngine + holdWorkers,
    });
    await page.getByText('circle', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.waitForFunction('engineRecord.kept >= 10 && engineRecord.step > engineRecord.kept');

    const browser = await page.context().browser()?.newBrowserCDPSession();
    // The answer goes with the process.
    void browser?.send('Browser.crashGpuProcess').catch(() => undefined);
    const lost = page.getByText(/^The graphics device was lost at step/);
    await lost.waitFor();
    expect(await lost.textContent()).toMatch(/Run 1 goes on from step [\d\u202f]+\.$/);
    await takeScreenshot(page, 'device-lost-1280-light');
    const kept = await page.evaluate<number>('engineRecord.kept');
    await page.waitForFunction(
      `engineRecord.kept > ${kept} && engineRecord.step > engineRecord.kept`,
    );

    await page.evaluate('workers.at(-1).terminate()');
    const died = page.getByText(/^The engine stopped at step .* and was started again\./);
    await died.waitFor();
    expect(await died.textContent()).toMatch(/Run 1 goes on from step [\d\u202f]+\.$/);
    await takeScreenshot(page, 'worker-died-1280-light');
    const { metrics } = await finishedRun(page);
    expect(metrics[0]?.step).toBe(STEPS);
    expect(await lost.count()).toBe(1);
    expect(await died.count()).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
    // What is written last is its evaluation.
    await page.waitForFunction(`engineRecord.kept === ${STEPS}`);
  },
);
