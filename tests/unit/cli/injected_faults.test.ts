/**
 * What a disk says when it cannot be written to, told in words and before anything is computed. Tests run as root,
 * whom no permission stops, so the system's answers are put into its mouth.
 */
import { promises } from 'node:fs';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputClaim } from '../../../src/cli/output_claim';
import { publishFiles, requireRoom, tryToWrite } from '../../../src/cli/written_files';

const real = { ...promises };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-faults-'));
});
afterEach(() => {
  Object.assign(promises, real);
  syncBuiltinESMExports();
  rmSync(folder, { recursive: true });
});

/** Lets calls fail, from the one of number `from` on. */
function fail(names: readonly (keyof typeof promises)[], code: string, from = 0): void {
  let calls = 0;
  for (const name of names) {
    const own = real[name] as (...words: unknown[]) => unknown;
    const failing = (...words: unknown[]): unknown => {
      calls += 1;
      if (calls <= from) return own(...words);
      return Promise.reject(Object.assign(new Error(`${code}: injected`), { code }));
    };
    Object.assign(promises, { [name]: failing });
  }
  syncBuiltinESMExports();
}

const faults: [code: string, said: RegExp][] = [
  ['EROFS', /read-only|EROFS/],
  ['EACCES', /permission is denied/],
  ['ENOSPC', /the disk is full/],
];

describe.each(faults)('a disk that says %s', (code, said) => {
  it('refuses the folder of a run before it trains', async () => {
    fail(['mkdir', 'writeFile', 'open'], code);
    const claim = OutputClaim.of(join(folder, 'out'), { make: true, tell: () => undefined });
    await expect(claim).rejects.toThrow(said);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses it, too, when only its files cannot be written', async () => {
    const claim = await OutputClaim.of(join(folder, 'out'), { make: true, tell: () => undefined });
    fail(['open'], code);
    await expect(claim.tryNames(['run.json'])).rejects.toThrow(said);
    await claim.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses the file of a command before it computes', async () => {
    fail(['open'], code);
    await expect(tryToWrite(join(folder, 'x.npy'))).rejects.toThrow(said);
  });

  it('leaves nothing half-published', async () => {
    fail(['open'], code, 1);
    const files = { a: new Uint8Array(1), 'm/b': new Uint8Array(1) };
    await expect(publishFiles(join(folder, 'out'), files)).rejects.toThrow(said);
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('says how much room a run needs and how much there is', async () => {
  const statfs = () => Promise.resolve({ blocks: 10, bavail: 2, bsize: 1e6 });
  Object.assign(promises, { statfs });
  syncBuiltinESMExports();
  await requireRoom(folder, 2e6);
  await expect(requireRoom(folder, 3e6)).rejects.toMatchObject({
    code: 'bad_file',
    message: `The run needs 3.0 MB in ${folder}, and its disk has 2.0 MB left.`,
  });
});
