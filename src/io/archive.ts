/**
 * A folder as one .zip file, for a browser that saves it. Weights do not compress, so they are stored as
 * they are and the rest is deflated. Knows no model.
 */
import { zipSync, type Zippable } from 'fflate';
import type { FolderFiles } from './sae_folder';

/** Entries get this time, so that the same model gives the same bytes. DOS times begin in 1980. */
const TIME = new Date(1980, 0, 1);

/** Bytes of a .zip with the files inside a folder of the given name. */
export function zipFolder(folder: string, files: FolderFiles): Uint8Array {
  const entries: Zippable = {};
  for (const [name, bytes] of Object.entries(files)) {
    const level = name.endsWith('.safetensors') ? 0 : 6;
    entries[`${folder}/${name}`] = [bytes, { level, mtime: TIME }];
  }
  return zipSync(entries);
}
