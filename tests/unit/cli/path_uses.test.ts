/** What is written takes the place of nothing that is read, and of no other output, by whatever name. */
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireApart } from '../../../src/cli/path_uses';

let folder = '';
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-paths-'));
  writeFileSync(at('x.npy'), 'rows');
  mkdirSync(at('model'));
  writeFileSync(at('model/sae_weights.safetensors'), 'weights');
});
afterEach(() => rmSync(folder, { recursive: true }));

const apart = (read: string, ...written: string[]): Promise<void> =>
  requireApart(
    [{ what: '--data', path: read }],
    written.map((path, index) => ({ what: `--out${index}`, path })),
  );

describe('paths of a command', () => {
  it('are one file when they lead to one, by a link, a hard link or another way', async () => {
    symlinkSync(at('x.npy'), at('soft.npy'));
    linkSync(at('x.npy'), at('hard.npy'));
    symlinkSync(folder, at('model/up'));
    for (const name of ['x.npy', 'soft.npy', 'hard.npy', 'model/../x.npy', 'model/up/x.npy']) {
      await expect(apart(at('x.npy'), at(name))).rejects.toMatchObject({
        code: 'bad_config',
        message: `--out0 and --data are the same file, ${at(name)}.`,
      });
    }
    await expect(apart(at('x.npy'), relative(process.cwd(), at('x.npy')))).rejects.toThrow('same');
  });

  it('mean every file of a folder that is read', async () => {
    await expect(apart(at('model'), at('model/sae_weights.safetensors'))).rejects.toThrow('same');
    await apart(at('model'), at('model/codes.npy'));
  });

  it('may not lead to one place that is not there yet', async () => {
    symlinkSync(at('model'), at('link'));
    await expect(apart(at('x.npy'), at('model/new'), at('link/new'))).rejects.toThrow(
      '--out1 and --out0 are the same file',
    );
    await apart(at('x.npy'), at('model/new'), at('model/newer'));
  });

  it('mean nothing when nothing is there to be destroyed', async () => {
    await apart(at('words'), at('words'));
  });
});
