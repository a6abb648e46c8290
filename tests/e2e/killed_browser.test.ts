/**
 * The browser is killed in the middle of a run, three times, at random steps: started again, the run is there, goes on
 * from its latest checkpoint, and ends with the very bytes of a run that nobody disturbed. The steps are drawn from a
 * seed that is printed; KILL_SEED sets it.
 */
import { afterEach, expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { philox4x32, type Words } from '../../src/base/random';
import type { RunInput } from '../../src/lab/run/run_config';
import { engineRecord, finishedRun, recordEngine } from './engine_record';
import { draftAddress, press, rowOf, weightsOf } from './kept_page';
import { KillableBrowser } from './killable_browser';

const KILLS = 3;

const models = (size: number): RunInput['models'] => [
  { architecture: 'topk', name: 'TopK', d_sae: 4 * size, k: 4 },
  {
    architecture: 'topk_sasa',
    name: 'SASA',
    n_groups: size,
    group_rank: 4,
    k_groups: 1,
    nuclear_coefficient: 0.003,
  },
  { architecture: 'batchtopk', name: 'BatchTopK', d_sae: 4 * size, k: 4 },
];
const MODELS = ['TopK', 'SASA', 'BatchTopK'];

const training = (steps: number, batch: number): RunInput['training'] => ({
  training_samples: steps * batch,
  train_batch_size_samples: batch,
  lr: 5e-3,
  log_every: 5,
});

/** Short runs on every kind of data: made rows, shipped vectors, rows that a language model makes. */
const RUNS: readonly (readonly [name: string, steps: number, run: RunInput])[] = [
  [
    'figure1',
    150,
    {
      data: { kind: 'synthetic', preset: 'figure1' },
      models: models(16),
      training: training(150, 32),
    },
  ],
  ['words', 45, { data: { kind: 'words' }, models: models(16), training: training(45, 64) }],
  [
    'stories',
    36,
    {
      data: {
        kind: 'lm',
        model: 'stories15m',
        layer: 1,
        context_size: 48,
        n_batches_in_buffer: 2,
        store_batch_size_prompts: 4,
      },
      models: models(8),
      training: training(36, 32),
    },
  ],
];

const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
console.log(`KILL_SEED=${seed}`);

let browser: KillableBrowser | null = null;
afterEach(async () => {
  await browser?.remove();
  browser = null;
});

it.each(RUNS)(
  'a run on %s that is killed three times ends as one that is not',
  { timeout: NO_LIMIT_MS },
  async (name, steps, run) => {
    browser = await KillableBrowser.create();
    const { profile } = browser;
    const options = { width: 1440, before: recordEngine };
    const began = performance.now();
    const tell = (text: string) =>
      console.log(`${name}: ${text} (${((performance.now() - began) / 1000).toFixed(1)} s)`);

    let page = await browser.open(draftAddress(run), options);
    await press(page, 'Train');
    await finishedRun(page);
    const undisturbed = await weightsOf(page, 'Run 1', MODELS, profile);
    tell('a run that nobody disturbs is over');

    await page.close();
    page = await browser.open(draftAddress(run), options);
    await press(page, 'Train');
    for (let kill = 0; kill < KILLS; kill++) {
      const step = killStep(steps, kill, name.length);
      const reached = `engineRecord.step >= ${step} || engineRecord.failure !== null`;
      await page.waitForFunction(reached, undefined, { polling: 5 });
      const { step: last, kept, failure } = await engineRecord(page);
      expect(failure).toBeNull();
      await browser.kill();
      tell(`killed at step ${last}, drawn: ${step}, kept: ${kept}`);
      page = await browser.open('#/runs', options);
      const row = rowOf(page, 'Run 2');
      const stopped = await row.getByText(/^stopped at step \d+/).textContent();
      // What the page was told is kept, is kept, and it goes on from there.
      const from = Number(/\d+/.exec(stopped ?? '')?.[0]);
      expect(from).toBeGreaterThanOrEqual(kept);
      await press(row, 'Resume');
      await page.waitForFunction('engineRecord.step > 0', undefined, { polling: 5 });
      expect((await engineRecord(page)).step).toBeGreaterThan(from);
    }
    await finishedRun(page);
    const killed = await weightsOf(page, 'Run 2', MODELS, profile);
    tell('the other is over');
    expect(Object.values(killed).map(({ length }) => length > 1000)).toEqual([true, true, true]);
    expect(killed).toEqual(undisturbed);
  },
);

/** A step in the third of the run whose turn it is, from 1 on: one that has not begun is not kept. `stream` tells the runs apart. */
function killStep(steps: number, kill: number, stream: number): number {
  const drawn: Words = [kill, 0, 0, 0];
  philox4x32(drawn, seed, stream);
  return 1 + Math.floor(((steps - 1) * (kill + drawn[0] / 2 ** 32)) / KILLS);
}
