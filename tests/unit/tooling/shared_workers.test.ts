/**
 * Page and workers as one bundle: what both use is in one chunk, the worker's address is relative, and a
 * worker that loads a chunk on demand does without a document.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Rollup } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sharedWorkers, withoutDocument } from '../../../scripts/build/shared_workers.mjs';

const files = {
  'index.html': '<script type="module" src="./src/main.ts"></script>',
  'src/main.ts': `
    import { shared } from './shared';
    const worker = new Worker(new URL('./some_worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => { document.title = data + shared; };
    import('./lazy').then(({ lazy }) => console.log(lazy));`,
  'src/some_worker.ts': `
    import { shared } from './shared';
    import('./lazy').then(({ lazy }) => postMessage(lazy + shared));`,
  'src/shared.ts': `export const shared = 'said once';`,
  'src/lazy.ts': `import './lazy.css'; import { shared } from './shared'; export const lazy = shared;`,
  'src/lazy.css': 'p { color: red }',
};

let root = '';
let chunks: readonly Rollup.OutputChunk[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'shared-workers-'));
  mkdirSync(join(root, 'src'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const built = await build({
    root,
    configFile: false,
    base: './',
    logLevel: 'error',
    plugins: [sharedWorkers()],
    build: { write: false, target: 'es2023' },
  });
  if (Array.isArray(built) || !('output' in built)) throw new Error('one build was expected');
  chunks = built.output.filter((file) => file.type === 'chunk');
});

afterAll(() => rmSync(root, { recursive: true }));

const named = (part: string): string =>
  chunks.find(({ fileName }) => fileName.includes(part))?.code ?? '';

it('keeps what page and worker share in one chunk', () => {
  expect(chunks.filter(({ code }) => code.includes('said once'))).toHaveLength(1);
  expect(named('some_worker')).not.toBe('');
});

it('starts the worker from an address beside the page’s own code', () => {
  expect(named('index')).toMatch(/new URL\(.some_worker-[\w-]+\.js.,\s*import\.meta\.url\)/);
});

it('loads on demand in a worker without asking for a document', () => {
  const helper = chunks.find(({ code }) => code.includes('vite:preloadError'))?.code ?? '';
  expect(helper).toMatch(/length\s*>\s*0\s*&&\s*typeof document/);
  expect(helper).not.toContain('window.dispatchEvent');
});

it('fails loudly when Vite’s helper is no longer what it was', () => {
  expect(() => withoutDocument('export const preload = 1;')).toThrow(/shared_workers\.mjs/);
});
