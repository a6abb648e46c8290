/**
 * Takes the pictures of docs/images/stories: the cards of some groups of a SASA run on stories15M, as the page
 * draws them. `node scripts/data/story_cards.mjs RUN`, where RUN is what `lab train` wrote for
 * docs/results/runs/stories.json, with a folder for each model; the group numbers are those of the run that
 * docs/results describes. Run by hand; takes minutes on a software adapter, which reads the held-out stories.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { zipSync } from 'fflate';
import { launchChromium } from '../launch_chromium.mjs';
import { PlainFailure, projectRoot, reportFailure } from '../prerequisites.mjs';

const GROUPS = [193, 249, 744, 755, 778, 974];
const FILES = ['cfg.json', 'sae_weights.safetensors', 'sparsity.safetensors'];
const READING_MS = 900_000;

/** @param {string} run @param {string} model */
function folderAsZip(run, model) {
  const entries = Object.fromEntries(
    FILES.map((name) => [`${model}/${name}`, new Uint8Array(readFileSync(join(run, model, name)))]),
  );
  const buffer = Buffer.from(zipSync(entries, { level: 0 }));
  return { name: `${model}.zip`, mimeType: 'application/zip', buffer };
}

/** @param {string} run */
async function takePictures(run) {
  const models = readdirSync(run, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const folders = models.map(({ name }) => folderAsZip(run, name));
  const out = join(projectRoot, 'docs/images/stories');
  mkdirSync(out, { recursive: true });
  await build({ root: projectRoot, logLevel: 'warn' });
  const server = await preview({ root: projectRoot, preview: { port: 0 } });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new PlainFailure('The page could not be served.');
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1280 } });
    page.setDefaultTimeout(READING_MS);
    await page.goto(`${address}#/runs`);
    await page.getByLabel('Model folders to open').setInputFiles(folders);
    await page.getByRole('button', { name: 'Groups', exact: true }).click();
    await page.locator('[role=grid] [role=row]').nth(1).waitFor();
    for (const group of GROUPS) {
      await page.getByRole('textbox', { name: /Search or filter/ }).fill(String(group));
      await page.getByRole('heading', { name: `Group ${group}`, exact: true }).waitFor();
      await page.getByRole('heading', { name: 'Strongest contexts' }).waitFor();
      await page.waitForTimeout(2000); // The drawing comes in by an animation frame or two.
      await page.locator('.groups-card').screenshot({ path: join(out, `group_${group}.png`) });
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

try {
  const [run] = process.argv.slice(2);
  if (run === undefined) throw new PlainFailure('Name the folder that lab train wrote.');
  await takePictures(run);
} catch (error) {
  reportFailure(error);
}
