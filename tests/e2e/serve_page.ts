/**
 * Runs once before all end-to-end tests: builds the page as `npm start` does and serves it, from this
 * process, on a free port that the test files are told.
 */
import { resolve } from 'node:path';
import { build, preview } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built page is served, with a slash at the end. */
    pageAddress: string;
    /** The folder it was built to. */
    pageFolder: string;
  }
}

const projectRoot = resolve(import.meta.dirname, '../..');

export default async function servePage(project: TestProject): Promise<() => Promise<void>> {
  // A folder of its own: a page that `npm start` is serving meanwhile stays as it is.
  const outDir = resolve(projectRoot, 'out/e2e/page');
  await buildAsShipped(outDir);
  const server = await preview({
    root: projectRoot,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 4273, open: false },
  });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error('Vite serves the page but names no address for it.');
  project.provide('pageAddress', address);
  project.provide('pageFolder', outDir);
  return () => server.close();
}

/** Builds the page as it ships. Vitest sets NODE_ENV, which Vite would keep: the page would carry React for developers. */
async function buildAsShipped(outDir: string): Promise<void> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({
      root: projectRoot,
      mode: 'production',
      logLevel: 'warn',
      build: { outDir, emptyOutDir: true },
    });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}
