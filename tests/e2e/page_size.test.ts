/**
 * How much code a visitor loads, of the page that the end-to-end tests share. The rooms of a page are loaded when
 * they are opened, the language model's kernels with the worker; all of it counts, data do not.
 */
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, it } from 'vitest';

/**
 * Bytes of scripts, style sheets and index.html, each gzipped at level 9: what the page took on 1 December 2026, rounded
 * up to 5 kB so that no sentence goes over. It comes down when the page does. Whoever needs more raises it in the
 * change that needs it, and says there what the bytes are for. 17 kB of it are moves between groups, 8 kB what codes cost,
 * 5 kB codes by least squares, 6 kB gates of two levels and refined codes, 2 kB kernels that share loads and rows that are kept.
 */
const MOST_BYTES = 575_000;

it('is no larger than it was', async () => {
  const folder = inject('pageFolder');
  const files = (await readdir(folder, { recursive: true })).filter((path) =>
    /\.(js|css|html)$/.test(path),
  );
  const sizes = await Promise.all(
    files.map(async (path) => ({
      path,
      bytes: gzipSync(await readFile(resolve(folder, path)), { level: 9 }).byteLength,
    })),
  );
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes).slice(0, 8);
  const listed = largest.map(({ path, bytes }) => `${path} ${bytes}`).join(', ');
  // A page without its scripts would pass, too.
  expect(files.length).toBeGreaterThan(10);
  expect(total, `${total} bytes gzipped; the largest are ${listed}`).toBeLessThanOrEqual(
    MOST_BYTES,
  );
});
