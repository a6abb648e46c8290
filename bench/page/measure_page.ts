/**
 * What the page costs: the size of its code, its first paint, and the longest task of its main thread
 * while the default experiment trains, in headless Chromium on the software adapter, served from this
 * machine. Tasks are read from Chromium's own trace, which has the thread's CPU time beside wall time: on
 * a machine whose cores the software adapter keeps busy, a task's wall time is mostly waiting.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { build, preview } from 'vite';
import { z } from 'zod';
import { launchChromium } from '../../scripts/launch_chromium.mjs';

// The bundle lies as deep below the project root as this file.
const projectRoot = resolve(import.meta.dirname, '../..');

const CODE = /\.(js|css)$/;

export interface PageReport {
  /** JavaScript and CSS of the entry, its lazy chunks and its workers, gzipped file by file. */
  readonly codeKB: number;
  /** The part of it that the first page loads before anything is pressed. */
  readonly firstLoadKB: number;
  readonly firstContentfulPaintMs: number;
  readonly trainedSeconds: number;
  /** Longest task of the main thread while training. */
  readonly longestTaskMs: number;
  /** The most CPU time that one task took on that thread. */
  readonly longestTaskCpuMs: number;
  /** Tasks of 50 ms wall time or more. */
  readonly longTasks: number;
  readonly browser: string;
}

/** Builds the page, serves it and measures it while it trains for `seconds`. */
export async function measurePage(seconds: number): Promise<PageReport> {
  const outDir = join(projectRoot, 'out/bench/page');
  await build({ root: projectRoot, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await preview({
    root: projectRoot,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 4373, open: false },
  });
  let browser: Browser | undefined;
  try {
    const address = server.resolvedUrls?.local[0];
    if (address === undefined) throw new Error('Vite serves the page but names no address for it.');
    browser = await launchChromium();
    return {
      codeKB: (await gzippedBytes(await codeFiles(outDir))) / 1000,
      ...(await watchTraining(browser, address, outDir, seconds)),
      browser: `Chromium ${browser.version()}`,
    };
  } finally {
    await browser?.close();
    await server.close();
  }
}

/** Paths of all code that the build wrote. */
async function codeFiles(outDir: string): Promise<string[]> {
  const names = await readdir(join(outDir, 'assets'));
  return names.filter((name) => CODE.test(name)).map((name) => join(outDir, 'assets', name));
}

async function gzippedBytes(paths: readonly string[]): Promise<number> {
  const files = await Promise.all(paths.map((path) => readFile(path)));
  return files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
}

async function watchTraining(browser: Browser, address: string, outDir: string, seconds: number) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  // Those of the workers are among them.
  const loaded = new Set<string>();
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (CODE.test(pathname)) loaded.add(join(outDir, pathname));
  });
  await page.goto(address);
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await train.waitFor();
  const firstContentfulPaintMs = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  );
  await page.waitForLoadState('networkidle');
  const firstLoadKB = (await gzippedBytes([...loaded])) / 1000;
  await train.click();
  // Training begins when its kernels are compiled; the curves appear with the first metrics.
  await page.waitForTimeout(2000);
  await browser.startTracing(page, {
    categories: ['toplevel', 'disabled-by-default-devtools.timeline'],
  });
  await page.waitForTimeout(seconds * 1000);
  const tasks = mainThreadTasks(await browser.stopTracing());
  return {
    firstLoadKB,
    firstContentfulPaintMs,
    trainedSeconds: seconds,
    longestTaskMs: Math.max(0, ...tasks.map((task) => task.dur)) / 1000,
    longestTaskCpuMs: Math.max(0, ...tasks.map((task) => task.tdur ?? 0)) / 1000,
    longTasks: tasks.filter((task) => task.dur >= 50_000).length,
  };
}

/** Events of Chromium's trace format; times in µs. */
const traceSchema = z.object({
  traceEvents: z.array(
    z.object({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      dur: z.number().optional(),
      tdur: z.number().optional(),
      args: z.object({ name: z.unknown() }).partial().optional(),
    }),
  ),
});

function mainThreadTasks(trace: Buffer): { dur: number; tdur?: number | undefined }[] {
  const { traceEvents } = traceSchema.parse(JSON.parse(trace.toString('utf8')));
  const mainThreads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const tasks = traceEvents.flatMap(({ name, ph, pid, tid, dur, tdur }) =>
    /RunTask$/.test(name) && ph === 'X' && dur !== undefined && mainThreads.has(`${pid}:${tid}`)
      ? [{ dur, tdur }]
      : [],
  );
  if (tasks.length === 0) throw new Error('The trace holds no task of the main thread.');
  return tasks;
}
