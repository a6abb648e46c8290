/**
 * Downloads into the browser's private file system, in a real Chromium and its worker: half a file outlives
 * a visit, the rest is asked for across origins without a preflight, a whole one needs no network.
 */
import { resolve } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHub, type HubServer } from '../unit/io/hub_server';
import { openPage } from './harness';
import type { Outcome } from './private_files_worker';

const ID = 'some-group/model';
const NAME = 'model.safetensors';
const bytes = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 31 + (i >> 8)) % 251);
const sum = bytes.reduce((total, byte, place) => (total * 31 + byte + place) % 1_000_003, 0);

let hub: HubServer;
let sources: ViteDevServer;
let address: string;

beforeAll(async () => {
  hub = await startHub(ID, new Map([[NAME, bytes]]));
  const root = resolve(import.meta.dirname, '../..');
  sources = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    cacheDir: resolve(root, 'out/e2e/vite'),
    server: { port: 0, host: '127.0.0.1', watch: null, hmr: false },
    appType: 'custom',
    plugins: [
      {
        name: 'an empty page',
        configureServer: ({ middlewares }) => {
          middlewares.use('/empty', (_, response) => {
            response.setHeader('content-type', 'text/html');
            response.end('<!doctype html><title>x</title><link rel="icon" href="data:,">');
          });
        },
      },
    ],
  });
  await sources.listen();
  address = sources.resolvedUrls?.local[0] ?? '';
});
afterAll(async () => {
  await Promise.all([sources.close(), hub.close()]);
});

it('keeps half a file over a visit and a whole one for good', async () => {
  const expectedTrouble = [/cdn\/model\.safetensors|net::ERR/];
  const page = await openPage(`${address}empty`, { expectedTrouble });
  const order = async (remove = false): Promise<Outcome> => {
    await page.reload();
    return page.evaluate(
      ([message, script]) =>
        new Promise<Outcome>((done) => {
          const worker = new Worker(script, { type: 'module' });
          worker.onmessage = ({ data }: MessageEvent<Outcome>) => done(data);
          worker.postMessage(message);
        }),
      [
        { hub: hub.address, id: ID, name: NAME, remove },
        `${address}tests/e2e/private_files_worker.ts`,
      ] as const,
    );
  };
  hub.fault.dropAfter = [250_000, 0, 0, 0, 0, 0];
  const half = await order();
  expect(half.error).toMatch(/^The connection dropped after 0\.\d\d of 0\.38 MiB/);
  expect(half.kept).toEqual([`${ID} false`]);

  hub.fault.dropAfter = [];
  hub.requests.length = 0;
  expect(await order()).toEqual({ sum, error: null, kept: [`${ID} true`] });
  const first = /bytes=(\d+)-/.exec(hub.requests.at(-1) ?? '')?.[1];
  expect(Number(first)).toBeGreaterThan(0);

  hub.requests.length = 0;
  expect((await order()).sum).toBe(sum);
  expect(hub.requests).toEqual([]);

  expect((await order(true)).kept).toEqual([]);
});
