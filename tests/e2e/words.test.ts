/**
 * Real data from end to end, as a person goes about it: choose the word vectors, train a shortened run of
 * both models, find a family of words on the Groups page, save SASA's weights, and evaluate the saved folder
 * with the command line, which must find what the page's report says.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { finishedRun, recordEngine } from './engine_record';
import { openPage, takeScreenshot } from './harness';

const projectRoot = resolve(import.meta.dirname, '../..');

/**
 * A twentieth of the experiment: enough for large families such as countries (weekdays and numbers take longer),
 * little enough for a software adapter.
 */
const STEPS = 150;
const BATCH = 512;

/** Families that the page is searched for by one of their words. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  disease: [
    ...['disease', 'diseases', 'cancer', 'patients', 'patient', 'treatment', 'treatments', 'drugs'],
    ...['drug', 'deaths', 'virus', 'infection', 'infections', 'infected', 'symptoms', 'therapy'],
    ...['diagnosed', 'flu', 'hiv', 'aids', 'medication', 'medications', 'vaccine', 'clinical'],
    ...['breast', 'lung', 'prostate', 'kidney', 'liver', 'heart', 'diabetes', 'malaria', 'surgery'],
    ...['tuberculosis', 'hepatitis', 'pneumonia', 'illness', 'chronic', 'respiratory', 'tumors'],
  ],
  germany: [
    ...['germany', 'france', 'italy', 'spain', 'poland', 'austria', 'hungary', 'denmark', 'norway'],
    ...['sweden', 'finland', 'netherlands', 'belgium', 'greece', 'switzerland', 'portugal'],
    ...['croatia', 'slovenia', 'slovakia', 'estonia', 'latvia', 'lithuania', 'romania', 'ukraine'],
    ...['bulgaria', 'czech', 'ireland', 'luxembourg', 'belarus', 'russia', 'britain', 'england'],
  ],
};

/** Most words of the family that one of the groups found by `word` names. */
async function bestFamily(page: Page, word: string): Promise<number> {
  await page.getByRole('textbox', { name: /Search or filter/ }).fill(word);
  // The line below the box counts what is left and names the word.
  await page.getByRole('status').filter({ hasText: word }).waitFor();
  const rows = await page.locator('[role=grid] [role=row]').allInnerTexts();
  const family = new Set(FAMILIES[word]);
  const counts = rows.map((row) => (row.match(/\p{L}+/gu) ?? []).filter((w) => family.has(w)));
  return Math.max(0, ...counts.map((found) => new Set(found).size));
}

const reportSchema = z.looseObject({
  rows: z.int(),
  split: z.string(),
  explained_variance: z.number(),
  explained_variance_legacy: z.number(),
  l0: z.number(),
});

it(
  'finds families of words, and the saved folder evaluates to what the page said',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage('', { width: 1440, height: 900, before: recordEngine });
    await page.getByRole('combobox', { name: 'Data', exact: true }).click();
    await page.getByRole('option', { name: /Word vectors/ }).click();
    await page
      .getByText(/20.000 English words in 100 dimensions/)
      .first()
      .waitFor();
    const samples = page.getByRole('textbox', { name: 'Samples', exact: true });
    await samples.fill(String(STEPS * BATCH));
    await samples.press('Enter');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const run = await finishedRun(page);
    expect(run.metrics[0]?.step).toBe(STEPS);
    await takeScreenshot(page, 'words-train');

    await page.getByRole('navigation').getByRole('link', { name: 'Groups', exact: true }).click();
    await page.locator('[role=grid] [role=row]').nth(1).waitFor();
    for (const word of Object.keys(FAMILIES)) {
      expect(await bestFamily(page, word), `a group for ${word}`).toBeGreaterThanOrEqual(4);
    }
    await page.locator('[role=grid] [role=row]').nth(1).click();
    await page
      .getByRole('img', { name: /points in \d dimensions/ })
      .first()
      .waitFor();
    await takeScreenshot(page, 'words-groups');

    await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('button', { name: 'Export', exact: true }).first().click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'SASA: SAELens folder' }).click();
    const archive = await readFile(await (await download).path());
    const folder = await mkdtemp(join(tmpdir(), 'words-'));
    try {
      await mkdir(join(folder, 'SASA'));
      for (const [name, bytes] of Object.entries(unzipSync(new Uint8Array(archive)))) {
        await writeFile(join(folder, 'SASA', basename(name)), bytes);
      }
      const said = reportSchema.parse(
        JSON.parse(await readFile(join(folder, 'SASA', 'report.json'), 'utf8')),
      );
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(projectRoot, 'scripts/run_typescript.mjs'),
        join(projectRoot, 'src/cli/main.ts'),
        ...['eval', '--model', join(folder, 'SASA'), '--data', 'words'],
      ]);
      const found = reportSchema.parse(JSON.parse(stdout));
      expect(found).toMatchObject({ rows: said.rows, split: said.split });
      expect(Math.abs(found.explained_variance - said.explained_variance)).toBeLessThan(1e-5);
      expect(
        Math.abs(found.explained_variance_legacy - said.explained_variance_legacy),
      ).toBeLessThan(1e-5);
      expect(said.explained_variance).toBeGreaterThan(0.5);
      expect(found.l0).toBeCloseTo(said.l0, 9);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
