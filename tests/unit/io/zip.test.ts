/**
 * Our .zip files against another program's (zip.js): each reads what the other wrote, small and as zip64; and what is
 * torn, damaged or no .zip is refused by name.
 */
import { unzipSync } from 'fflate';
import {
  BlobReader,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter as OtherWriter,
} from '@zip.js/zip.js';
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { concatBytes } from '../../../src/io/bytes';
import { readZip } from '../../../src/io/zip_reader';
import { ZipWriter } from '../../../src/io/zip_writer';

const day = new Date(2026, 10, 30, 13, 5, 8);
const text = new TextEncoder().encode('{"step":1}\n'.repeat(300));
const weights = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255);
const files = {
  'Lauf Ä/run.json': text,
  'Lauf Ä/SASA 2/sae_weights.safetensors': weights,
  'Lauf Ä/empty.jsonl': new Uint8Array(),
};

async function written(limit?: number, content: Readonly<Record<string, Uint8Array>> = files) {
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter((bytes) => Promise.resolve(void pieces.push(bytes.slice())), limit);
  for (const [path, bytes] of Object.entries(content)) await zip.add(path, bytes, day);
  await zip.finish();
  const all = concatBytes(pieces);
  expect(zip.bytes).toBe(all.length);
  return all;
}
const blob = (bytes: Uint8Array): Blob => new Blob([Uint8Array.from(bytes)]);
const unpacked = async (bytes: Uint8Array) => {
  const entries = await readZip(blob(bytes), 'my.zip');
  const read = entries.map(async (entry) => [entry.path, await entry.read()] as const);
  return Object.fromEntries(await Promise.all(read));
};

describe('a .zip of ours', () => {
  it.each([
    ['small', undefined],
    // Every number that may be is in its zip64 form.
    ['as zip64', 1],
    ['of which some entries lie far behind', 4000],
  ])('%s is read by another program and by us', async (_, limit) => {
    const bytes = await written(limit);
    const other = new ZipReader(new BlobReader(blob(bytes)), {
      useWebWorkers: false,
      checkSignature: true,
    });
    const entries = await other.getEntries();
    const read = await Promise.all(
      entries.map(async (entry) => {
        if (entry.directory) throw new Error(entry.filename);
        expect(entry.lastModDate).toEqual(day);
        return [
          entry.filename,
          new Uint8Array(await entry.getData(new Uint8ArrayWriter())),
        ] as const;
      }),
    );
    expect(Object.fromEntries(read)).toEqual(files);
    const isWide = limit !== undefined;
    expect(entries.map((entry) => entry.zip64)).toEqual([limit === 1, isWide, isWide]);
    expect(await unpacked(bytes)).toEqual(files);
    expect((await readZip(blob(bytes), 'my.zip'))[0]).toMatchObject({
      modified: day.getTime(),
      bytes: text.length,
    });
    if (limit === undefined) expect(unzipSync(bytes)).toEqual(files);
    // Numbers do not compress; text does.
    expect(bytes.length).toBeGreaterThan(weights.length);
    expect(bytes.length).toBeLessThan(weights.length + text.length / 2);
  });

  it('may have more entries than 16 bits count', async () => {
    const names = Array.from(
      { length: 65_600 },
      (_, i) => [`${i}.safetensors`, new Uint8Array()] as const,
    );
    const bytes = await written(undefined, Object.fromEntries(names));
    expect(await readZip(blob(bytes), 'my.zip')).toHaveLength(65_600);
    const other = new ZipReader(new BlobReader(blob(bytes)), { useWebWorkers: false });
    let count = 0;
    for await (const entry of other.getEntriesGenerator()) count += entry.directory ? 0 : 1;
    expect(count).toBe(65_600);
  });
});

describe("another program's .zip", () => {
  it.each([
    ['plain', {}],
    ['zip64', { zip64: true }],
    ['written as a stream', { dataDescriptor: true }],
    ['stored', { level: 0 }],
  ])('%s is read', async (_, options) => {
    const out = new OtherWriter(new Uint8ArrayWriter(), { useWebWorkers: false, ...options });
    await out.add('Lauf Ä/', undefined, { directory: true });
    for (const [path, bytes] of Object.entries(files))
      await out.add(path, new Uint8ArrayReader(bytes));
    expect(await unpacked(await out.close(new TextEncoder().encode('a comment')))).toEqual(files);
  });

  it('encrypted is refused by name', async () => {
    const out = new OtherWriter(new Uint8ArrayWriter(), {
      useWebWorkers: false,
      password: 'a',
      zipCrypto: true,
    });
    await out.add('run.json', new Uint8ArrayReader(text));
    await expect(unpacked(await out.close())).rejects.toMatchObject({
      code: 'bad_file',
      message: 'my.zip/run.json is encrypted.',
    });
  });
});

describe('what cannot be read is said', () => {
  it('no .zip, nothing at all', async () => {
    for (const bytes of [text, new Uint8Array()]) {
      await expect(readZip(blob(bytes), 'my.zip')).rejects.toMatchObject({
        message: 'my.zip is not a .zip file.',
      });
    }
  });

  it('cut off anywhere', async () => {
    const bytes = await written();
    for (let end = 4; end < bytes.length; end += 97) {
      await expect(unpacked(bytes.subarray(0, end)), `${end}`).rejects.toMatchObject({
        code: 'bad_file',
      });
    }
  });

  it('one bit of any entry', async () => {
    const bytes = await written();
    const place = bytes.length - 22 - 3 * 46 - 1000;
    for (const [i, name] of [
      [50, 'run.json'],
      [place, 'sae_weights.safetensors'],
    ] as const) {
      const flipped = bytes.slice();
      flipped[i] = at(bytes, i) ^ 1;
      await expect(unpacked(flipped)).rejects.toMatchObject({
        code: 'bad_file',
        message: expect.stringMatching(
          new RegExp(`checksum of .*${name} does not agree`),
        ) as string,
      });
    }
  });
});
