/**
 * Storage that is full, denied or cleared, in a real Chromium: training goes on, the page says so once, nothing
 * half-written is left, and what can be kept again is kept again.
 */
import type { CDPSession, Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { DENIED_STORAGE } from '../../scripts/denied_storage.mjs';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import type { RunInput } from '../../src/lab/run/run_config';
import { engineRecord, recordEngine } from './engine_record';
import { openPage } from './harness';
import { checkpointsIn, draftAddress, press, rowOf, turnTo } from './kept_page';

/** One checkpoint takes half a mebibyte. */
const run: RunInput = {
  data: { kind: 'synthetic', preset: 'figure1' },
  models: [{ architecture: 'topk', d_sae: 1024, k: 4 }],
  training: { training_samples: 32_000, train_batch_size_samples: 32, log_every: 5 },
};

const origin = () => new URL(inject('pageAddress')).origin;
const devTools = (page: Page): Promise<CDPSession> => page.context().newCDPSession(page);
const until = (page: Page, condition: string) =>
  page.waitForFunction(condition, undefined, { polling: 20 });
const notKept = (page: Page) => page.getByText(/^Run 1 is not kept\./);

it(
  'trains on where storage is full, and is kept again once there is room',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage(draftAddress(run), { before: recordEngine });
    await press(page, 'Train');
    await until(page, 'engineRecord.kept >= 10');
    await press(page, 'Pause');
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
    const before = await checkpointsIn(page);
    const storage = await devTools(page);
    const { usage } = await storage.send('Storage.getUsageAndQuota', { origin: origin() });
    await storage.send('Storage.overrideQuotaForOrigin', {
      origin: origin(),
      quotaSize: usage + 300_000,
    });
    await press(page, 'Resume');
    await notKept(page).waitFor();
    const { step } = await engineRecord(page);
    await until(page, `engineRecord.step > ${step + 20}`);
    expect(await notKept(page).count()).toBe(1);
    expect(await checkpointsIn(page)).toEqual(before);

    await page.reload();
    await turnTo(page, 'Runs');
    await rowOf(page, 'Run 1')
      .getByText(`stopped at step ${before.steps.at(-1)}`)
      .waitFor();
    await storage.send('Storage.overrideQuotaForOrigin', { origin: origin() });
    await press(rowOf(page, 'Run 1'), 'Resume');
    await until(page, `engineRecord.kept > ${before.steps.at(-1)}`);
    expect(await notKept(page).count()).toBe(0);
  },
);

it('trains without any storage, and says so once', { timeout: NO_LIMIT_MS }, async () => {
  const page = await openPage(draftAddress(run), { before: DENIED_STORAGE + recordEngine });
  await press(page, 'Train');
  await page.getByText(/^Run 1 is not kept\. This browser lets the page keep nothing/).waitFor();
  await until(page, 'engineRecord.step > 20');
  await press(page, 'Stop');
  await press(page, 'Train');
  await until(page, 'engineRecord.status === "running" && engineRecord.step > 20');
  expect(await page.getByText(/is not kept\./).count()).toBe(1);
  expect((await engineRecord(page)).kept).toBe(0);
});

it(
  'keeps a run again that was cleared while it trained, and says what is gone',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage(draftAddress(run), { before: recordEngine });
    await press(page, 'Train');
    await until(page, 'engineRecord.kept >= 10');
    await press(page, 'Stop');
    await press(page, 'Train');
    await until(page, 'engineRecord.status === "running" && engineRecord.kept === 10');
    const storage = await devTools(page);
    const clear = () =>
      storage.send('Storage.clearDataForOrigin', {
        origin: origin(),
        storageTypes: 'indexeddb,file_systems',
      });
    await clear();
    await until(page, 'engineRecord.kept > 10');
    const { kept } = await engineRecord(page);
    expect(await page.getByText(/is not kept/).count()).toBe(0);

    await page.reload();
    await turnTo(page, 'Runs');
    const stopped = await rowOf(page, 'Run 2')
      .getByText(/^stopped at step \d+/)
      .textContent();
    expect(Number(/\d+/.exec(stopped ?? '')?.[0])).toBeGreaterThanOrEqual(kept);
    expect(await rowOf(page, 'Run 1').count()).toBe(0);

    await clear();
    await page.reload();
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
  },
);
