/** Folders of runs as a person chooses them, from the disk or from memory, for tests that carry runs about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes } from '../../src/io/bytes';
import { readZip } from '../../src/io/zip_reader';
import { ZipWriter } from '../../src/io/zip_writer';
import type { PlacedFile } from '../../src/lab/protocol/protocol';

export type Files = Readonly<Record<string, Uint8Array>>;

/** The files of a folder of the disk, by their paths below it. */
export function filesOnDisk(folder: string): Files {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names.flatMap((entry) => {
      if (!entry.isFile()) return [];
      const path = join(entry.parentPath, entry.name);
      return [[path.slice(folder.length + 1), Uint8Array.from(readFileSync(path))]];
    }),
  );
}

/** Files as they are chosen with their folder, which was changed at that time. */
export function asChosen(folder: string, files: Files, lastModified = 5000): PlacedFile[] {
  return Object.entries(files).map(([path, bytes]) => ({
    path: folder === '' ? path : `${folder}/${path}`,
    file: new File([Uint8Array.from(bytes)], path.slice(path.lastIndexOf('/') + 1), {
      lastModified,
    }),
  }));
}

/** A .zip of folders, or of loose files under ''. */
export async function zipOf(name: string, folders: Readonly<Record<string, Files>>) {
  const pieces: Uint8Array[] = [];
  const zip = new ZipWriter((bytes) => Promise.resolve(void pieces.push(bytes.slice())));
  for (const [folder, files] of Object.entries(folders)) {
    for (const [path, bytes] of Object.entries(files)) {
      await zip.add(folder === '' ? path : `${folder}/${path}`, bytes, new Date(2026, 10, 30));
    }
  }
  await zip.finish();
  return { path: name, file: new File([concatBytes(pieces)], name) };
}

/** What a .zip holds, by folder. */
export async function foldersIn(zip: Blob): Promise<Record<string, Files>> {
  const folders: Record<string, Record<string, Uint8Array>> = {};
  for (const entry of await readZip(zip, 'a.zip')) {
    const end = entry.path.indexOf('/');
    const folder = (folders[entry.path.slice(0, end)] ??= {});
    folder[entry.path.slice(end + 1)] = await entry.read();
  }
  return folders;
}
