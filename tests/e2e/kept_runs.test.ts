/**
 * A run outlives its page: reloaded in the middle of training, it is in the list with its curves, goes on from its latest
 * checkpoint at a press, and is read from this browser's files when it is finished. The page is the one that ships.
 */
import { expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { finishedRun, recordEngine } from './engine_record';
import { openPage, takeScreenshot } from './harness';
import { draftAddress, shortRun } from './kept_page';

const STEPS = 300;

/** The database as the first version of the page that kept runs made it, which a later one takes over. */
const earlierDatabase = `
  const earlier = indexedDB.open('sasa-lab', 1);
  earlier.onupgradeneeded = () => earlier.result.createObjectStore('runs', { keyPath: 'id' });
  earlier.onsuccess = () => earlier.result.close();
`;

it(
  'outlives a reload, goes on and is there when it is finished',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage(draftAddress(shortRun(STEPS)), {
      width: 1440,
      height: 900,
      before: `${recordEngine}${earlierDatabase}`,
    });
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
    expect(run.metrics[0]?.step).toBe(STEPS);
    // The seconds before the reload count.
    expect(run.metrics[0]?.seconds).toBeGreaterThan(0);
    // What is written last is its evaluation.
    await page.locator('.runs-ev', { hasText: /^0\.\d{3}/ }).waitFor();
    await page.waitForFunction(`engineRecord.kept === ${STEPS}`);

    await page.reload();
    await page.getByText('finished', { exact: true }).waitFor();
    await page.locator('.runs-ev', { hasText: /^0\.\d{3}/ }).waitFor();
    await page.getByRole('button', { name: 'Run 1', exact: true }).click();
    await page
      .getByText(/^finished in/)
      .first()
      .waitFor();

    // Its first checkpoint is looked at as its file has it, on Train and on Groups, and then the end again.
    const slider = page.getByRole('slider', { name: 'Checkpoint that is looked at' });
    const explained = page.locator('.tile', { hasText: 'Explained variance' }).first();
    const captions = () => page.locator('.shape-caption').allTextContents();
    const [shares, shapes] = [await explained.textContent(), await captions()];
    await slider.press('Home');
    await page.getByText(`at step 10 of ${STEPS}`, { exact: true }).waitFor();
    expect(await explained.textContent()).toMatch(/step 10\D/);
    expect(await captions()).not.toEqual(shapes);
    await page.getByRole('navigation').getByRole('link', { name: 'Groups', exact: true }).click();
    await page.getByText(`at step 10 of ${STEPS}`, { exact: true }).waitFor();
    const table = () => page.getByRole('row').allTextContents();
    const early = await table();
    expect(page.url()).toContain('step=10');
    await slider.press('End');
    await page.getByText(`now, step ${STEPS} of ${STEPS}`, { exact: true }).waitFor();
    await page.waitForFunction(
      (before) => document.querySelector('[aria-rowindex="2"]')?.textContent !== before,
      early[1],
    );
    expect(await table()).not.toEqual(early);
    await page.getByRole('navigation').getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByText(`now, step ${STEPS} of ${STEPS}`, { exact: true }).waitFor();
    expect(await explained.textContent()).toBe(shares);

    await page.getByRole('navigation').getByRole('link', { name: 'Groups', exact: true }).click();
    await page.getByRole('row').nth(3).waitFor();

    // What is noted lives with the run, also what was typed just before the page went.
    await page.getByRole('button', { name: '+ name' }).click();
    await page.keyboard.type('one shape');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Note' }).fill('Typed just before.');
    await page.reload();
    await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('button', { name: 'Run 1', exact: true }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Groups', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'one shape' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Note' }).inputValue()).toBe(
      'Typed just before.',
    );
    await takeScreenshot(page, 'kept-groups-1440-light');
  },
);
