/**
 * Folders with those above them. Not by mkdir's own `recursive`: Node tells of a disk that is read-only or full
 * as ENOENT then, because it asks once more whether the folder is there and passes that answer on.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder and those above it, where they are not there yet. Throws what the system says. */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const above = dirname(path);
  if (above !== path && (await isFolder(above)) === null) await makeFolder(above);
  try {
    await mkdir(path);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if ((await isFolder(path)) !== true) throw error;
  }
}

/** Null when nothing is there, or nobody may know. */
async function isFolder(path: string): Promise<boolean | null> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => null,
  );
}
