/**
 * A folder as one .zip file, for a browser that saves and opens it. Weights do not compress, so they are
 * stored as they are and the rest is deflated. Knows no model.
 */
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { LabError } from '../base/lab_error';
import type { FileSet } from './whole_files';

/** Entries get this time, so that the same model gives the same bytes. DOS times begin in 1980. */
const TIME = new Date(1980, 0, 1);

/** Bytes of a .zip with the files inside a folder of the given name. */
export function zipFolder(folder: string, files: FileSet): Uint8Array {
  const entries: Zippable = {};
  for (const [name, bytes] of Object.entries(files)) {
    const level = name.endsWith('.safetensors') ? 0 : 6;
    entries[`${folder}/${name}`] = [bytes, { level, mtime: TIME }];
  }
  return zipSync(entries);
}

/**
 * The wanted files of the one folder in a .zip that holds them, by name without the folder. Throws LabError
 * `bad_file` for bytes that are no .zip and for one in which a wanted name stands twice.
 */
export function unzipFolder(bytes: Uint8Array, wanted: readonly string[], label: string): FileSet {
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  let entries: FileSet;
  try {
    entries = unzipSync(bytes, { filter: ({ name }) => wanted.includes(nameOf(name)) });
  } catch (cause) {
    throw new LabError(
      'bad_file',
      `${label} is not a .zip that can be read (${cause instanceof Error ? cause.message : String(cause)}).`,
      'Save the folder again, or choose its files themselves.',
      { cause },
    );
  }
  const files: Record<string, Uint8Array> = {};
  for (const [path, content] of Object.entries(entries)) {
    const name = nameOf(path);
    if (files[name] !== undefined) {
      throw new LabError(
        'bad_file',
        `${label} holds several files named ${name}.`,
        'Give every model a .zip of its own.',
      );
    }
    files[name] = content;
  }
  return files;
}
