/**
 * Two tabs of one browser: one trains, the other sees the run come and go by itself, looks at it, can neither go on with it
 * nor delete it, and goes on with it once the first is closed. Names and deletions travel too.
 */
import type { Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { engineRecord, recordEngine } from './engine_record';
import { openPage, watchPage } from './harness';
import { press, rowOf } from './kept_page';

/** Another tab with the same storage. */
async function anotherTab(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  watchPage(tab);
  await tab.addInitScript({ content: recordEngine });
  await tab.goto(new URL('#/runs', inject('pageAddress')).href);
  return tab;
}

it('share their runs, and one at a time trains one', { timeout: NO_LIMIT_MS }, async () => {
  const first = await openPage('', { width: 1440, before: recordEngine });
  const second = await anotherTab(first);
  await second.getByRole('heading', { name: 'No runs yet' }).waitFor();
  await press(first, 'Train');
  const row = rowOf(second, 'Run 1');
  await row.getByText('training in another tab').waitFor();
  await first.waitForFunction('engineRecord.kept >= 10');

  expect(await row.getByRole('button', { name: 'Resume' }).count()).toBe(0);
  await second.getByRole('button', { name: 'Actions on Run 1' }).click();
  const deletion = second.getByRole('menuitem', { name: 'Delete' });
  expect(await deletion.getAttribute('aria-disabled')).toBe('true');
  await second.keyboard.press('Escape');
  // It is looked at as it is at its latest checkpoint.
  await row.locator('.runs-samples', { hasText: /^[1-9]/ }).waitFor();

  await first.close();
  await row.getByText(/^stopped at step \d+/).waitFor();
  await press(row, 'Resume');
  await second.waitForFunction('engineRecord.status === "running" && engineRecord.kept > 0');
  expect((await engineRecord(second)).failure).toBeNull();

  const third = await anotherTab(second);
  await rowOf(third, 'Run 1').getByText('training in another tab').waitFor();
  await second.getByRole('navigation').getByRole('link', { name: 'Train', exact: true }).click();
  await press(second, 'Stop');
  await rowOf(third, 'Run 1')
    .getByText(/^stopped at step \d+/)
    .waitFor();
  await second.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click();

  await third.getByRole('button', { name: 'Actions on Run 1' }).click();
  await third.getByRole('menuitem', { name: 'Rename' }).click();
  await third.getByRole('textbox', { name: 'New name of Run 1' }).fill('Mine');
  await third.keyboard.press('Enter');
  await rowOf(second, 'Mine').waitFor();
  await third.getByRole('button', { name: 'Actions on Mine' }).click();
  await third.getByRole('menuitem', { name: 'Delete' }).click();
  await second.getByRole('heading', { name: 'No runs yet' }).waitFor();
  await press(third, 'Undo');
  await rowOf(second, 'Mine').waitFor();
});
