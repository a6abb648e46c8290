/**
 * Reading shipped files over HTTP, from a real server in this process: bytes, progress, and what is said
 * when a file is missing, cut off or no longer wanted.
 */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { httpReader } from '../../../src/data/shipped_files';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => i % 251));

/** Whether these bytes are the file's. */
function isWhole(bytes: ArrayBuffer): boolean {
  return content.equals(new Uint8Array(bytes));
}

let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('connection', 'close');
    switch (request.url) {
      case '/lab/file.bin':
        response.writeHead(200, { 'content-length': content.length });
        response.end(content);
        break;
      case '/lab/unsized.bin':
        response.writeHead(200);
        response.end(content);
        break;
      case '/lab/cut.bin':
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 1000), () => response.destroy());
        break;
      default:
        response.writeHead(404);
        response.end('no');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  base = `http://127.0.0.1:${address.port}/lab/`;
});
afterAll(() => {
  server.close();
});

async function failure(attempt: Promise<unknown>): Promise<LabError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LabError) return error;
  throw new Error('did not fail with a LabError');
}

describe('reading a shipped file', () => {
  it('gives its bytes and tells how many have come, of how many', async () => {
    const told: { received: number; total: number | null }[] = [];
    const read = httpReader(base, (path, received, total) => {
      expect(path).toBe('file.bin');
      told.push({ received, total });
    });
    expect(isWhole(await read('file.bin'))).toBe(true);
    expect(told.at(-1)).toEqual({ received: content.length, total: content.length });
    expect(told.every(({ received }, i) => received > (told[i - 1]?.received ?? 0))).toBe(true);
  });

  it('does without a total when the server gives none', async () => {
    const totals: (number | null)[] = [];
    const read = httpReader(base, (_path, _received, total) => totals.push(total));
    expect(isWhole(await read('unsized.bin'))).toBe(true);
    expect(totals).toContain(null);
  });

  it('says which file is missing or was cut off', async () => {
    const read = httpReader(base);
    const missing = await failure(read('absent.bin'));
    expect(missing.code).toBe('not_found');
    expect(missing.message).toContain('absent.bin');
    expect(missing.message).toContain('404');
    expect(await failure(read('cut.bin'))).toMatchObject({ code: 'not_found' });
  });

  it('says that it was cancelled when it was', async () => {
    const abort = new AbortController();
    const read = httpReader(base, () => abort.abort(), abort.signal);
    expect(await failure(read('file.bin'))).toMatchObject({ code: 'cancelled' });
  });
});
