/**
 * A language model in the page: a link to a small run on stories15M is opened, trained, and its groups are
 * looked at; own text is read with it, a story steered, the autoencoder spliced in, and own texts dropped as
 * data. The model runs in the page's worker, reads the shipped stories and feeds training from there. Few rows
 * and a low layer, since the software adapter reads some hundred tokens a second.
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { NO_LIMIT_MS } from '../../scripts/limits.mjs';
import { writeShareLink } from '../../src/lab/run/share_link';
import { finishedRun, recordEngine } from './engine_record';
import { openPage, takeScreenshot } from './harness';

const link = writeShareLink({
  data: {
    kind: 'lm',
    model: 'stories15m',
    layer: 1,
    context_size: 48,
    n_batches_in_buffer: 2,
    store_batch_size_prompts: 4,
  },
  models: [
    {
      architecture: 'topk_sasa',
      n_groups: 48,
      group_rank: 3,
      k_groups: 3,
      nuclear_coefficient_relative: 3.3e-5,
    },
    { architecture: 'topk', d_sae: 144, k: 9 },
  ],
  training: { training_samples: 3840, train_batch_size_samples: 64, lr: 5e-3, log_every: 5 },
});

it(
  'trains on its residual stream, reads, steers and is measured',
  { timeout: NO_LIMIT_MS },
  async () => {
    const page = await openPage(`#/train?run=${encodeURIComponent(link)}`, {
      width: 1440,
      height: 900,
      before: recordEngine,
    });
    await page.getByText('entering block 1 of 6', { exact: false }).first().waitFor();
    expect(await page.getByRole('combobox', { name: 'Data', exact: true }).textContent()).toContain(
      'stories15M, layer 1',
    );
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const run = await finishedRun(page);
    for (const model of [0, 1]) {
      const values = run.metrics[model]?.values ?? {};
      expect(values['metrics/explained_variance']).toBeGreaterThan(0.2);
      expect(values['metrics/l0']).toBeCloseTo(9, 0);
    }
    await page.getByText('of the time in the language model').first().waitFor();
    await takeScreenshot(page, 'stories-train');

    await turnTo(page, 'Groups');
    const rows = page.locator('[role=grid] [role=row]');
    await rows.nth(1).waitFor();
    await rows.nth(1).click();
    const contexts = page.locator('.context');
    await contexts.nth(3).waitFor();
    // A context is a token on its colour among words of a story.
    expect(await contexts.nth(3).locator('mark[data-centre=true]').count()).toBe(1);
    expect((await contexts.nth(3).innerText()).length).toBeGreaterThan(20);
    await takeScreenshot(page, 'stories-groups');

    await turnTo(page, 'Text');
    const group = await readOwnText(page);
    await steer(page, group);
    await splice(page);

    await turnTo(page, 'Data');
    await bringTexts(page);
  },
);

function turnTo(page: Page, name: string): Promise<void> {
  return page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
}

/** Reads a sentence, looks at a word of it, and chooses what fires on it most; gives its number. */
async function readOwnText(page: Page): Promise<string> {
  const sentence = 'Lily saw a big red ball in the park.';
  await page.locator('#own-text').fill(sentence);
  const tokens = page.locator('.tokens .token');
  await tokens.nth(8).waitFor();
  const read = await page.locator('.tokens').innerText();
  expect(read.replaceAll(/\s+/g, ' ').trim()).toBe(sentence);
  await tokens.filter({ hasText: 'ball' }).click();
  await page.getByText('“␣ball”').waitFor();
  const firing = page.locator('.firing-list li');
  // Three groups fire on every token but the first.
  expect(await firing.count()).toBe(3);
  const number = await firing.first().locator('.firing-number').innerText();
  await firing.first().locator('.firing-choose').click();
  await takeScreenshot(page, 'stories-text');
  return number;
}

/** Adds to the group at every token: the story changes, and so does the one of the control. */
async function steer(page: Page, group: string): Promise<void> {
  const chosen = await page.locator('.steering-group input').inputValue();
  expect(chosen.split(' ')[0]).toBe(group);
  await page.locator('#prompt').fill('Tom and his dog went to');
  await page.locator('.sampling input').first().fill('12');
  const [original, steered] = ['original', 'steered'].map((name) =>
    page.locator(`.continuation[data-name="${name}"] .continuation-text`),
  );
  for (const [kind, changes] of [
    ['Turn', false],
    ['Ablate', false],
    ['Add', true],
  ] as const) {
    await page.getByRole('button', { name: kind, exact: true }).click();
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    const done = page.getByRole('button', { name: 'Continue', exact: true });
    await done.waitFor();
    const story = (await original?.innerText()) ?? '';
    expect(story.startsWith('Tom and his dog went to')).toBe(true);
    if (changes) expect(await steered?.innerText()).not.toBe(story);
  }
  await takeScreenshot(page, 'stories-steering');
}

/** Measures the first model; what is left is given up. */
async function splice(page: Page): Promise<void> {
  const panel = page.locator('.faithfulness');
  await panel.getByRole('button', { name: /Measure/ }).click();
  await panel.locator('table').first().waitFor();
  await panel.getByRole('button', { name: 'Cancel' }).click();
  const score = await panel
    .locator('tr', { hasText: 'KL score' })
    .first()
    .locator('td')
    .innerText();
  // Far from faithful after 60 steps, and better than the mean in its place.
  expect(Number.parseFloat(score)).toBeGreaterThan(5);
  expect(Number.parseFloat(score)).toBeLessThan(100);
  await panel.evaluate((element) => element.scrollIntoView({ block: 'end' }));
  await takeScreenshot(page, 'stories-splice');
}

/** A text that is no UTF-8 is refused with the place; a proper one is read and described. */
async function bringTexts(page: Page): Promise<void> {
  const picker = page.locator('.data-drop input[type=file]');
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'text/plain', buffer });
  await picker.setInputFiles(file('latin1.txt', Buffer.from('caf\u00e9 au lait', 'latin1')));
  await page.getByText('latin1.txt is not UTF-8: byte 3 does not continue').first().waitFor();
  const story = 'The cat sat on the mat. It was a sunny day and the cat was happy. ';
  await picker.setInputFiles(
    file('cats.txt', Buffer.from(`${story.repeat(3)}<|endoftext|>${story}<|endoftext|>${story}`)),
  );
  await page.locator('.data-documents li').first().waitFor();
  const text = await page.locator('main').innerText();
  expect(text).toContain('documents of cats.txt');
  expect(text).toContain('The cat sat on the mat.');
  await takeScreenshot(page, 'stories-data');
}
