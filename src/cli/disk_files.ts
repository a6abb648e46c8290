/**
 * A folder on the disk, as lab/keep writes and reads the files of a run: written aside, brought to the disk, and named
 * when all are whole. What the files hold it does not know.
 */
import { join } from 'node:path';
import type { FileChanges, WholeFiles } from '../io/whole_files';
import { exists, readBytes } from './files';
import { publishFiles } from './written_files';

export class DiskFiles implements WholeFiles {
  constructor(private readonly folder: string) {}

  async read(path: string): Promise<Uint8Array | null> {
    const place = this.place(path);
    return (await exists(place)) ? readBytes(place) : null;
  }

  write(files: FileChanges): Promise<void> {
    return publishFiles(this.folder, files);
  }

  place(path: string): string {
    return join(this.folder, path);
  }
}
