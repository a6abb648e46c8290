/**
 * Workers built together with the page, as further entries of one bundle: what page and workers both use
 * (schemas, formats, settings) is then one chunk that is loaded and counted once. Left to itself, Vite
 * bundles every worker on its own with a copy of everything. In development nothing is bundled and Vite's
 * own handling stays.
 */
import { dirname, resolve } from 'node:path';

/** `new URL('./worker.ts', import.meta.url)`, as a worker is started. */
const WORKER_ADDRESS = /new URL\(\s*'(\.[^']*worker\.ts)',\s*import\.meta\.url\s*\)/g;

/** @returns {import('vite').Plugin} */
export function sharedWorkers() {
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
