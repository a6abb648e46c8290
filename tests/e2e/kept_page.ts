/** What the tests of kept runs do in the page: go about it as a person does, and look into and spoil its private files. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Locator, Page } from 'playwright-core';
import type { RunInput } from '../../src/lab/run/run_config';
import { presets } from '../../src/lab/run/presets';
import { writeShareLink } from '../../src/lab/run/share_link';

/** Circle, sphere and helix for a few steps, of half the usual batch. */
export function shortRun(steps: number): RunInput {
  const { config } = presets.figure1;
  const batch = 128;
  const length = { training_samples: steps * batch, train_batch_size_samples: batch };
  return { ...config, training: { ...config.training, ...length } };
}

/** Address of the Train page with a run in its draft. */
export function draftAddress(run: RunInput): string {
  return `#/train?run=${encodeURIComponent(writeShareLink(run))}`;
}

export function press(page: Page | Locator, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click();
}

export function turnTo(page: Page, name: string): Promise<void> {
  return page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
}

/** The row of a run on the Runs page. */
export function rowOf(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('button', { name, exact: true }) });
}

/** Hex of the weights of the models of a run, as their .zip have them; `folder` is a place for those. */
export async function weightsOf(
  page: Page,
  run: string,
  models: readonly string[],
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  await turnTo(page, 'Runs');
  const weights: Record<string, string> = {};
  for (const name of models) {
    await rowOf(page, run).getByRole('button', { name: 'Export', exact: true }).click();
    const coming = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: new RegExp(`^${name}: SAELens folder`) }).click();
    const download = await coming;
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    const files = unzipSync(new Uint8Array(await readFile(path)));
    const found = Object.entries(files).find(([file]) => file.endsWith('sae_weights.safetensors'));
    weights[name] = Buffer.from(found?.[1] ?? []).toString('hex');
  }
  return weights;
}

/** Steps of the checkpoints in the private files of the only run with any, and how many files of zero bytes there are. */
export function checkpointsIn(page: Page): Promise<{ steps: number[]; empty: number }> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const steps: number[] = [];
    let empty = 0;
    const runs = await root.getDirectoryHandle('runs', { create: true });
    for await (const run of runs.values()) {
      if (run.kind !== 'directory') continue;
      for await (const file of run.values()) {
        if (file.kind !== 'file') continue;
        if ((await file.getFile()).size === 0) empty += 1;
        const [, step] = /^checkpoint-(\d+)\.safetensors/.exec(decodeURIComponent(file.name)) ?? [];
        if (step !== undefined) steps.push(Number(step));
      }
    }
    return { steps: steps.sort((a, b) => a - b), empty };
  });
}

/** Cuts checkpoints of those steps off in the middle, or turns a bit of each over. */
export function spoil(page: Page, steps: readonly number[], how: 'cut' | 'flip'): Promise<void> {
  return page.evaluate(
    async ([names, cut]) => {
      const root = await navigator.storage.getDirectory();
      const runs = await root.getDirectoryHandle('runs');
      for await (const run of runs.values()) {
        if (run.kind !== 'directory') continue;
        for (const name of names) {
          for (const slot of [0, 1]) {
            const handle = await run.getFileHandle(`${name}.${slot}`).catch(() => null);
            if (handle === null) continue;
            const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
            const middle = bytes.length >> 1;
            const writer = await handle.createWritable();
            if (!cut) bytes[middle] = (bytes[middle] ?? 0) ^ 1;
            await writer.write(cut ? bytes.slice(0, middle) : bytes);
            await writer.close();
          }
        }
      }
    },
    [steps.map((step) => `checkpoint-${step}.safetensors`), how === 'cut'] as const,
  );
}
