/**
 * What it costs to keep a run while it trains: the same run in Chromium with its storage and with storage denied, in
 * interleaved pairs, timed by the wall from its first steps to its last word. Run it from the root of the project on a machine
 * that does nothing else.
 *
 *   node scripts/run_typescript.mjs bench/checkpoint_cost.ts [--pairs N] [--steps N]
 */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { build, preview } from 'vite';
import { DENIED_STORAGE } from '../scripts/denied_storage.mjs';
import { launchChromium } from '../scripts/launch_chromium.mjs';
import { presets } from '../src/lab/run/presets';
import { writeShareLink } from '../src/lab/run/share_link';
import { interval } from './interval';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    steps: { type: 'string', default: '300' },
  },
});
const steps = Number(values.steps);

/** The experiment on word vectors, shortened. */
const { config } = presets.words;
const batch = config.training.train_batch_size_samples ?? 512;
const link = writeShareLink({
  ...config,
  training: { ...config.training, training_samples: steps * batch },
});

/** Notes in the page when the first step was told of and when the run was finished, and how often it was kept. */
const WATCH = `
  window.timing = { began: null, ended: null, kept: 0 };
  const Native = window.Worker;
  window.Worker = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (data.kind === 'progress') timing.began ??= performance.now();
        if (data.kind === 'kept' && data.step > 0) timing.kept += 1;
        if (data.kind === 'status' && data.status === 'finished') timing.ended = performance.now();
      });
    }
  };
`;

interface Timing {
  readonly ms: number;
  /** Checkpoints that were written. */
  readonly kept: number;
}

async function train(browser: Browser, address: string, keeps: boolean): Promise<Timing> {
  const context = await browser.newContext();
  try {
    context.setDefaultTimeout(0);
    const page = await context.newPage();
    // The first to wrap the worker is the one that is inside.
    if (!keeps) await page.addInitScript({ content: DENIED_STORAGE });
    await page.addInitScript({ content: WATCH });
    await page.goto(`${address}#/train?run=${encodeURIComponent(link)}`);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.waitForFunction('timing.ended !== null', undefined, { polling: 1000 });
    const [ms, kept] = await page.evaluate<[number, number]>(
      '[timing.ended - timing.began, timing.kept]',
    );
    if (kept > 0 !== keeps) throw new Error(`${kept} checkpoints were written.`);
    return { ms, kept };
  } finally {
    await context.close();
  }
}

const root = process.cwd();
const outDir = resolve(root, 'out/bench/page');
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
const server = await preview({
  root,
  logLevel: 'error',
  build: { outDir },
  preview: { host: '127.0.0.1', port: 4373, open: false },
});
const browser = await launchChromium();
try {
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error('Vite serves the page but names no address for it.');
  const ratios: number[] = [];
  for (let pair = 0; pair < Number(values.pairs); pair += 1) {
    const order = pair % 2 === 0 ? [true, false] : [false, true];
    const timings = new Map<boolean, Timing>();
    for (const keeps of order) timings.set(keeps, await train(browser, address, keeps));
    const kept = timings.get(true);
    const alone = timings.get(false);
    if (kept === undefined || alone === undefined) throw new Error('a pair has two runs');
    ratios.push(kept.ms / alone.ms);
    const seconds = ({ ms }: Timing) => (ms / 1000).toFixed(1);
    console.log(
      `pair ${pair + 1}: ${seconds(kept)} s with ${kept.kept} checkpoints, ${seconds(alone)} s without`,
    );
  }
  if (ratios.length > 1) {
    const [ratio, low, high] = interval(ratios);
    console.log(
      `${steps} steps on words: keeping takes ${ratio} times as long (95 %: ${low} to ${high}, ${ratios.length} pairs)`,
    );
  }
} finally {
  await browser.close();
  await server.close();
}
