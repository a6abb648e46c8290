/**
 * What the operating system refuses is told as what it is: a disk that is read-only, a folder that may not be
 * read, too many open files are no "no such file". The system is played here, since a test may run as root
 * and cannot mount a disk; `mkdir` of a whole path answers as Node 20 does on a read-only disk.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { notRead } from '../../../src/cli/file_errors';
import { exists, namesIn, readBytes } from '../../../src/cli/files';
import { publishFiles, writeWhole } from '../../../src/cli/written_files';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const refusal = (code: string): Error =>
  Object.assign(new Error(`${code}: as the system says it`), { code });

/** Lets the system refuse whatever is asked of these functions. */
function refuse(code: string, functions: readonly ('open' | 'stat' | 'readdir')[]): void {
  for (const name of functions) vi.spyOn(fs, name).mockRejectedValue(refusal(code));
  syncBuiltinESMExports();
}

function becomeReadOnly(): void {
  vi.spyOn(fs, 'mkdir').mockImplementation((_path, options) => {
    const whole = typeof options === 'object' && options?.recursive === true;
    return Promise.reject(refusal(whole ? 'ENOENT' : 'EROFS'));
  });
  refuse('EROFS', ['open']);
}

describe('a refusal of the system', () => {
  it('is a read-only disk when a folder cannot be made on one', async () => {
    becomeReadOnly();
    await expect(publishFiles('/lab-test/out', { 'cfg.json': new Uint8Array() })).rejects.toEqual(
      expect.objectContaining({
        code: 'bad_file',
        message: '/lab-test/out cannot be written: the disk is read-only.',
        wayOut: 'Choose a place on another disk.',
      }),
    );
    await expect(writeWhole('/x.npy', [])).rejects.toThrow('the disk is read-only.');
  });

  it.each([
    ['EACCES', 'permission is denied'],
    ['EMFILE', 'this program has too many files open'],
    ['ENAMETOOLONG', 'its name is longer than the system allows'],
    ['ELOOP', 'its links lead back to themselves'],
    ['EIO', 'the disk does not answer as it should'],
    ['EWHATEVER', 'EWHATEVER: as the system says it'],
  ])('%s is not taken for a file that is not there', async (code, sentence) => {
    refuse(code, ['stat', 'readdir']);
    const said = { code: 'bad_file', message: `/x/y cannot be read: ${sentence}.` };
    await expect(exists('/x/y')).rejects.toMatchObject(said);
    await expect(namesIn('/x/y')).rejects.toMatchObject(said);
    await expect(readBytes('/x/y')).rejects.toMatchObject(said);
  });

  it.each(['ENOENT', 'ENOTDIR'])('%s means that nothing is there', async (code) => {
    refuse(code, ['stat', 'readdir']);
    expect(await exists('/x/y')).toBe(false);
    expect(await namesIn('/x/y')).toBeNull();
    await expect(readBytes('/x/y')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('has a way out that is no path when a path is not what is wrong', () => {
    const wayOut = (code: string) => notRead('x', Object.assign(new Error(), { code })).wayOut;
    expect(wayOut('EMFILE')).toBe('Raise the limit (ulimit -n 4096) and try again.');
    expect(wayOut('EACCES')).toContain('chmod');
    expect(wayOut('ENOENT')).toBe('Give the path of a file that is there.');
  });
});
