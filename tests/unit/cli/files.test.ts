/**
 * Files of the command line: nothing half-written whatever happens, other people's files untouched, and
 * errors that name path and reason.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { namesInFolder, readBytes, readJson } from '../../../src/cli/files';
import { makeFolder, publishFiles, tryToWrite, writeWhole } from '../../../src/cli/written_files';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const everything = (): string[] => readdirSync(folder, { recursive: true }).map(String).sort();

async function complaintOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no complaint',
    (error: unknown) =>
      error instanceof LabError
        ? `${error.code}: ${error.message}`
        : `not a LabError: ${String(error)}`,
  );
}

describe('publishing a folder', () => {
  it('makes it with all its files, subfolders too', async () => {
    await publishFiles(at('out'), { 'a.json': text('1'), 'SASA/cfg.json': text('2') });
    expect(everything()).toEqual(['out', 'out/SASA', 'out/SASA/cfg.json', 'out/a.json']);
    expect(readFileSync(at('out/SASA/cfg.json'), 'utf8')).toBe('2');
  });

  it('makes the folders above it', async () => {
    await publishFiles(at('x/y/out'), { a: text('1') });
    expect(readFileSync(at('x/y/out/a'), 'utf8')).toBe('1');
  });

  it('gives no file its name before all are written', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
    const state = { published: false };
    const publishing = publishFiles(
      at('out'),
      Object.fromEntries(names.map((name) => [name, text(name)])),
    ).then(() => {
      state.published = true;
    });
    while (!state.published) {
      const seen = existsSync(at('out')) ? readdirSync(at('out')) : [];
      if (seen.some((name) => !name.startsWith('.'))) expect(seen).toHaveLength(20);
      await new Promise(setImmediate);
    }
    await publishing;
  });

  it('replaces files of one that is there and leaves the others', async () => {
    mkdirSync(at('out'));
    writeFileSync(at('out/notes.txt'), 'mine');
    writeFileSync(at('out/a'), 'old');
    await publishFiles(at('out'), { a: text('new'), 'm/b': text('b') });
    expect(everything()).toEqual(['out', 'out/a', 'out/m', 'out/m/b', 'out/notes.txt']);
    expect(readFileSync(at('out/a'), 'utf8')).toBe('new');
    expect(readFileSync(at('out/notes.txt'), 'utf8')).toBe('mine');
  });

  it('leaves nothing of a new folder behind when a file cannot be written', async () => {
    // A file cannot be a folder as well, so the second write fails after the first succeeded.
    const said = await complaintOf(publishFiles(at('out'), { a: text('1'), 'a/b': text('2') }));
    expect(said).toMatch(/^bad_file: .*out.a cannot be written: /);
    expect(everything()).toEqual([]);
  });

  it('leaves an old folder as it was when a file cannot be written', async () => {
    mkdirSync(at('out'));
    writeFileSync(at('out/a'), 'old');
    const said = await complaintOf(publishFiles(at('out'), { a: text('new'), 'a/b': text('2') }));
    expect(said).toMatch(/^bad_file: /);
    expect(everything()).toEqual(['out', 'out/a']);
    expect(readFileSync(at('out/a'), 'utf8')).toBe('old');
  });
});

describe('writing a file in pieces', () => {
  it('joins them', async () => {
    await writeWhole(at('x.npy'), [text('ab'), text('c')]);
    expect(readFileSync(at('x.npy'), 'utf8')).toBe('abc');
    expect(everything()).toEqual(['x.npy']);
  });

  it('leaves nothing behind, and the old file as it was, when the pieces fail', async () => {
    writeFileSync(at('x.npy'), 'old');
    function* pieces() {
      yield text('new');
      throw new RangeError('no more');
    }
    expect(await complaintOf(writeWhole(at('x.npy'), pieces()))).toContain('no more');
    expect(readFileSync(at('x.npy'), 'utf8')).toBe('old');
    expect(everything()).toEqual(['x.npy']);
  });

  it('says why a place cannot be written to', async () => {
    expect(await complaintOf(writeWhole(at('no/x.npy'), [text('a')]))).toBe(
      `bad_file: ${at('no/x.npy')} cannot be written: there is no such file or folder.`,
    );
  });
});

describe('a place that a file shall go to', () => {
  it('is tried without leaving anything, what is there included', async () => {
    await tryToWrite(at('x.npy'));
    expect(everything()).toEqual([]);
    writeFileSync(at('x.npy'), 'old');
    await tryToWrite(at('x.npy'));
    expect(everything()).toEqual(['x.npy']);
    expect(readFileSync(at('x.npy'), 'utf8')).toBe('old');
  });

  it('may have the longest name that there is', async () => {
    const name = `${'ä'.repeat(125)}.npy`;
    await writeWhole(at(name), [text('a')]);
    expect(everything()).toEqual([name]);
  });

  it('is refused where nothing can be written, by what stands against it', async () => {
    writeFileSync(at('file'), '');
    mkdirSync(at('folder'));
    const cases: [string, RegExp][] = [
      [at('file/x'), /a part of its path is not a folder/],
      [at('none/x'), /there is no such file or folder/],
      ['/proc/nope', /cannot be written: /],
      [at('x'.repeat(300)), /cannot be written: /],
      [at('folder'), /folder cannot be written: it is a folder/],
      ['/dev/null', /null cannot be written: it is a device/],
    ];
    for (const [path, said] of cases) expect(await complaintOf(tryToWrite(path))).toMatch(said);
  });

  it('is rid of what a process that has ended was writing, and of nothing else', async () => {
    const ended = spawnSync(process.execPath, ['-e', '']).pid;
    const alive = `.x.npy.${process.ppid}.part`;
    for (const name of [`.x.npy.${ended}.part`, alive, `.y.npy.${ended}.part`, '.x.npy.part']) {
      writeFileSync(at(name), 'half');
    }
    await tryToWrite(at('x.npy'));
    expect(everything()).toEqual([alive, '.x.npy.part', `.y.npy.${ended}.part`].sort());
  });
});

describe('making a folder', () => {
  it('says which were made, and ends where none can be', async () => {
    expect(await makeFolder(at('a/b'))).toEqual([at('a'), at('a/b')]);
    expect(await makeFolder(at('a/b'))).toEqual([]);
    // Node's own recursion would run for ever here.
    await expect(makeFolder('/proc/nope/out')).rejects.toMatchObject({ code: 'ENOENT' });
    writeFileSync(at('file'), '');
    await expect(makeFolder(at('file/out'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('reading', () => {
  it('says which file is not there or is a folder', async () => {
    expect(await complaintOf(readBytes(at('x.npy')))).toBe(
      `not_found: ${at('x.npy')} cannot be read: there is no such file or folder.`,
    );
    expect(await complaintOf(readBytes(folder))).toBe(
      `not_found: ${folder} cannot be read: it is a folder.`,
    );
  });

  it('quotes the place where JSON is wrong, on one line', async () => {
    writeFileSync(at('run.json'), '{\n  "data": {},\n  "models": [}\n}');
    const said = await complaintOf(readJson(at('run.json')));
    expect(said).toContain(`bad_config: ${at('run.json')} is not JSON: `);
    expect(said).toContain('"models": [} }"');
    writeFileSync(at('run.json'), '');
    expect(await complaintOf(readJson(at('run.json')))).toContain('is not JSON: ');
  });

  it('names what is in a folder', async () => {
    writeFileSync(at('a'), '1');
    expect(await namesInFolder(folder)).toEqual(['a']);
    expect(await complaintOf(namesInFolder(at('none')))).toBe(
      `not_found: ${at('none')} cannot be read: there is no such folder.`,
    );
    expect(await complaintOf(namesInFolder(at('a/b')))).toBe(
      `not_found: ${at('a/b')} cannot be read: there is no such folder.`,
    );
  });

  it('says that a file is no folder, and which folder it lies in', async () => {
    writeFileSync(at('cfg.json'), '{}');
    writeFileSync(at('SASA.zip'), 'PK');
    await expect(namesInFolder(at('cfg.json'))).rejects.toMatchObject({
      code: 'not_found',
      message: `${at('cfg.json')} is a file; the folder of a model is needed.`,
      wayOut: `Give the folder that it lies in, ${folder}.`,
    });
    await expect(namesInFolder(at('SASA.zip'))).rejects.toMatchObject({
      wayOut: 'Unpack it and give the folder inside it.',
    });
  });

  it('reads a run file in marked UTF-16, and refuses bytes that are no text', async () => {
    writeFileSync(at('run.json'), Buffer.from('\ufeff{"é": 1}', 'utf16le'));
    expect(await readJson(at('run.json'))).toEqual({ é: 1 });
    writeFileSync(at('run.json'), Buffer.from('{"name": "é"}', 'latin1'));
    expect(await complaintOf(readJson(at('run.json')))).toBe(
      `bad_config: ${at('run.json')} is not UTF-8: byte 10 does not continue its text.`,
    );
  });
});
