/**
 * The files that ship with the lab, read from the project's folder.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const publicFolder = join(import.meta.dirname, '../../../public');

/** A file below the folder `public`, as `ReadShipped` gives it. */
export async function readShippedFile(path: string): Promise<ArrayBuffer> {
  return new Uint8Array(await readFile(join(publicFolder, path))).buffer;
}
