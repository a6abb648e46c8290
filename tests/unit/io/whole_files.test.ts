/**
 * What every place that keeps a run promises: the disk, the browser's private files, memory. A file is there whole or as
 * it was, what is written last is there last, and whatever is torn counts as not written.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskFiles } from '../../../src/cli/disk_files';
import { CheckedFiles } from '../../../src/io/checked_files';
import { MemoryFileStore, type FileStore } from '../../../src/io/file_store';
import { openPrivateFiles } from '../../../src/io/private_files';
import { MemoryFiles, type WholeFiles } from '../../../src/io/whole_files';
import { FakePrivateFiles } from './fake_private_files';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes);

let folder = '';
let disk = new FakePrivateFiles();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-whole-'));
  disk = new FakePrivateFiles();
  vi.stubGlobal('navigator', disk.navigator);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllGlobals();
});

/** Opens the same place again at every call, as after a reload. */
const places: [name: string, open: () => () => Promise<WholeFiles>][] = [
  [
    'memory',
    () => {
      const files = new MemoryFiles('run');
      return () => Promise.resolve(files);
    },
  ],
  ['a disk', () => () => Promise.resolve(new DiskFiles(join(folder, 'out')))],
  [
    'a store in memory',
    () => {
      const store = new MemoryFileStore();
      return () => Promise.resolve(new CheckedFiles(store, 'a run'));
    },
  ],
  ['private files', () => async () => new CheckedFiles(await openPrivateFiles('runs'), 'a run')],
];

describe.each(places)('%s', (_, place) => {
  it('gives back what was written, under any path, after a reload too', async () => {
    const open = place();
    const all = Uint8Array.from({ length: 1000 }, (_, i) => i);
    await (
      await open()
    ).write({ 'run.json': bytesOf('{}'), 'TopK SAE/cfg.json': all, empty: bytesOf('') });
    const files = await open();
    expect(textOf(await files.read('run.json'))).toBe('{}');
    expect(Uint8Array.from((await files.read('TopK SAE/cfg.json')) ?? [])).toEqual(all);
    expect(await files.read('empty')).toHaveLength(0);
    expect(await files.read('cfg.json')).toBeNull();
    expect(await files.read('SASA/cfg.json')).toBeNull();
  });

  it('has a file as it was written last, however often, and others as they were', async () => {
    const open = place();
    await (await open()).write({ a: bytesOf('first'), b: bytesOf('b') });
    for (const text of ['a second and longer one', '3', 'fourth']) {
      const files = await open();
      await files.write({ a: bytesOf(text) });
      expect(textOf(await files.read('a'))).toBe(text);
      expect(textOf(await (await open()).read('a'))).toBe(text);
    }
    expect(textOf(await (await open()).read('b'))).toBe('b');
  });

  it('lets a file go that shall not be there, and takes it again', async () => {
    const open = place();
    await (await open()).write({ 'm/a': bytesOf('a'), b: bytesOf('b') });
    await (await open()).write({ 'm/a': null, none: null, b: bytesOf('B') });
    expect(await (await open()).read('m/a')).toBeNull();
    expect(await (await open()).read('none')).toBeNull();
    expect(textOf(await (await open()).read('b'))).toBe('B');
    await (await open()).write({ 'm/a': bytesOf('again') });
    expect(textOf(await (await open()).read('m/a'))).toBe('again');
  });

  it('keeps what it was given, not what becomes of it', async () => {
    const files = await place()();
    const given = bytesOf('as it is');
    await files.write({ a: given });
    given.fill(0);
    expect(textOf(await files.read('a'))).toBe('as it is');
  });

  it('names a file by its place', async () => {
    expect((await place()()).place('SASA/cfg.json')).toMatch(/.+[/\\]SASA[/\\]cfg\.json$/);
  });
});

/** The two slots of a file, as they lie in the store. */
async function slotsOf(store: FileStore, name: string): Promise<Uint8Array[]> {
  const sizes = await Promise.all(['0', '1'].map((slot) => store.size('a run', `${name}.${slot}`)));
  return Promise.all(
    sizes.flatMap((size, slot) => (size === null ? [] : [store.read('a run', `${name}.${slot}`)])),
  );
}

async function put(store: FileStore, name: string, bytes: Uint8Array): Promise<void> {
  const file = await store.continueAfter('a run', name, 0);
  file.append(bytes);
  file.close();
}

describe('a write that was cut short in the browser', () => {
  it('leaves the file as it was, wherever it was cut', async () => {
    const store = new MemoryFileStore();
    await new CheckedFiles(store, 'a run').write({ a: bytesOf('before') });
    await new CheckedFiles(store, 'a run').write({ a: bytesOf('after') });
    const [, after = new Uint8Array()] = await slotsOf(store, 'a');
    expect(textOf(await new CheckedFiles(store, 'a run').read('a'))).toBe('after');
    for (const length of [0, 1, 100, 255, 256, 257, after.length - 1]) {
      await put(store, 'a.1', after.subarray(0, length));
      const files = new CheckedFiles(store, 'a run');
      expect(textOf(await files.read('a')), `${length} bytes`).toBe('before');
    }
    // What is whole again counts again, and the next one takes the place of the older.
    await put(store, 'a.1', after);
    const files = new CheckedFiles(store, 'a run');
    await files.write({ a: bytesOf('third') });
    expect((await slotsOf(store, 'a')).map((slot) => textOf(slot.subarray(256)))).toEqual([
      'third',
      'after',
    ]);
  });

  it('is seen, too, where the length is right and bytes are not', async () => {
    const store = new MemoryFileStore();
    const files = new CheckedFiles(store, 'a run');
    await files.write({ a: bytesOf('before') });
    await files.write({ a: bytesOf('after!') });
    const [, after = new Uint8Array()] = await slotsOf(store, 'a');
    await put(store, 'a.1', Uint8Array.from(after).fill(0, after.length - 3));
    expect(textOf(await new CheckedFiles(store, 'a run').read('a'))).toBe('before');
  });

  it('of a first file leaves none', async () => {
    const store = new MemoryFileStore();
    await put(store, 'a.0', bytesOf('{"version":1,"gener'));
    const files = new CheckedFiles(store, 'a run');
    expect(await files.read('a')).toBeNull();
    await files.write({ a: bytesOf('whole') });
    expect(textOf(await new CheckedFiles(store, 'a run').read('a'))).toBe('whole');
  });
});

describe('a full storage', () => {
  const said = {
    code: 'out_of_memory',
    wayOut: 'Delete runs or language models that are kept here, or free space on the disk.',
  };

  it('is said, and the files before the one without room are written', async () => {
    const store = new MemoryFileStore(1500);
    const files = new CheckedFiles(store, 'a run');
    await files.write({ a: bytesOf('old'), b: bytesOf('old') });
    const writing = files.write({
      a: bytesOf('new'),
      b: new Uint8Array(2 ** 20),
      c: bytesOf('new'),
    });
    await expect(writing).rejects.toMatchObject(said);
    await expect(writing).rejects.toThrow(
      /^a run\/b needs 1\.00 MiB of this browser's storage, and 0\.00 MiB are available\.$/,
    );
    for (const again of [files, new CheckedFiles(store, 'a run')]) {
      expect(textOf(await again.read('a'))).toBe('new');
      expect(textOf(await again.read('b'))).toBe('old');
      expect(await again.read('c')).toBeNull();
    }
  });

  it('is noticed where the browser writes a part without a word', async () => {
    const files = new CheckedFiles(await openPrivateFiles('runs'), 'a run');
    await files.write({ a: bytesOf('old') });
    disk.room = 300;
    await expect(files.write({ a: new Uint8Array(100) })).rejects.toMatchObject(said);
    disk.room = Infinity;
    expect(textOf(await files.read('a'))).toBe('old');
    await files.write({ a: bytesOf('new') });
    expect(textOf(await files.read('a'))).toBe('new');
  });
});

it('brings every file to the disk before the next one is begun', async () => {
  const files = new CheckedFiles(await openPrivateFiles('runs'), 'a run');
  await files.write({ 'SASA/metrics.jsonl': bytesOf('m'), 'checkpoint.safetensors': bytesOf('c') });
  expect(disk.flushed).toEqual(['SASA%2Fmetrics.jsonl.0', 'checkpoint.safetensors.0']);
});
