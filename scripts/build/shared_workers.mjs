/**
 * Workers built together with the page, as further entries of one bundle: what page and workers both use
 * (schemas, formats, settings) is then one chunk that is loaded and counted once. Left to itself, Vite
 * bundles every worker on its own with a copy of everything. In development nothing is bundled and Vite's
 * own handling stays.
 *
 * A worker that loads a chunk on demand then uses the page's helper for it, which looks into the document
 * for what is loaded already; in a worker there is none, and the helper must leave that out.
 */
import { dirname, resolve } from 'node:path';

/** `new URL('./worker.ts', import.meta.url)`, as a worker is started. */
const WORKER_ADDRESS = /new URL\(\s*'(\.[^']*worker\.ts)',\s*import\.meta\.url\s*\)/g;

/** Vite's helper around `import()`, and what in it needs a page, with the same for both. */
const PRELOAD_HELPER = /vite\/preload-helper/;
const OF_THE_PAGE = /** @type {const} */ ([
  ['deps.length > 0', "deps.length > 0 && typeof document !== 'undefined'"],
  ['window.dispatchEvent', 'globalThis.dispatchEvent'],
]);

/** @param {string} code the helper @returns {string} the same, fit for a worker */
export function withoutDocument(code) {
  return OF_THE_PAGE.reduce((text, [before, after]) => {
    if (!text.includes(before)) {
      throw new Error(
        `Vite's helper for import() has changed: no "${before}" in it. See shared_workers.mjs.`,
      );
    }
    return text.replace(before, after);
  }, code);
}

/** @returns {import('vite').Plugin[]} */
export function sharedWorkers() {
  return [
    {
      name: 'preload-in-workers',
      apply: 'build',
      transform: {
        filter: { id: PRELOAD_HELPER },
        handler: withoutDocument,
      },
    },
    workerEntries(),
  ];
}

/** @returns {import('vite').Plugin} */
function workerEntries() {
  return {
    name: 'shared-workers',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/.*\.tsx?$/, code: /new Worker\(/ },
      handler(code, id) {
        return code.replaceAll(WORKER_ADDRESS, (_, /** @type {string} */ path) => {
          const entry = this.emitFile({ type: 'chunk', id: resolve(dirname(id), path) });
          return `import.meta.ROLLUP_FILE_URL_${entry}`;
        });
      },
    },
  };
}
