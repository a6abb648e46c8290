/**
 * The person's own files that kept runs need, as far as this browser has them: what is remembered of a file (its
 * handle, or that no copy is wanted), and copies, one a file however many runs need it, by its SHA-256. Knows no run: who
 * deletes runs says which files are still needed.
 */
import { LabError } from '../../base/lab_error';
import { groupDigits } from '../../base/number_text';
import { CheckedFiles } from '../../io/checked_files';
import type { FileStore } from '../../io/file_store';
import {
  fitsAsCopy,
  type DataFilesList,
  type RememberedFile,
} from '../protocol/data_files_protocol';
import type { DataFile } from '../run/data_identity';

/** Where what is remembered of files lies. */
export interface RememberedFiles {
  all(): Promise<readonly RememberedFile[]>;
  put(file: RememberedFile): Promise<void>;
  remove(sha256: string): Promise<void>;
}

export interface DataPlaces {
  /** A folder a copy. */
  readonly copies: FileStore;
  readonly remembered: RememberedFiles;
}

/** Name of a copy in its folder: what it was called does not matter there. */
const COPY = 'data';

export class KeptData {
  constructor(private readonly places: DataPlaces) {}

  async list(): Promise<DataFilesList> {
    const { copies: store, remembered } = this.places;
    const copies = [];
    for (const sha256 of await store.folders()) {
      const bytes = await store.used(sha256);
      if (bytes > 0) copies.push({ sha256, bytes });
    }
    const [all, available] = await Promise.all([remembered.all(), store.available()]);
    return { copies, remembered: all, available };
  }

  remember(file: RememberedFile): Promise<void> {
    return this.places.remembered.put(file);
  }

  /** Keeps a copy of a file, whose bytes are known to be its own. Throws LabError `out_of_memory` where it does not fit. */
  async copy({ name, bytes, sha256 }: DataFile, content: Uint8Array): Promise<void> {
    if ((await this.read(sha256)) !== null) return;
    const available = await this.places.copies.available();
    if (!fitsAsCopy(bytes, available)) {
      const [taken, free] = [bytes, available ?? 0].map((count) => groupDigits(String(count), ' '));
      throw new LabError(
        'out_of_memory',
        `A copy of ${name} takes ${taken ?? ''} bytes, more than half of the ${free ?? ''} that are free.`,
        'Delete runs, copies or language models that are kept here, and try again.',
      );
    }
    try {
      await this.files(sha256).write({ [COPY]: content });
    } catch (error) {
      await this.remove(sha256);
      throw error;
    }
  }

  /** The copy of a file; null where there is none that is whole. */
  read(sha256: string): Promise<Uint8Array | null> {
    return this.files(sha256).read(COPY);
  }

  /** Takes the copy of a file away. */
  remove(sha256: string): Promise<void> {
    return this.places.copies.remove(sha256);
  }

  /** Takes away what is kept and remembered of all files but these. */
  async keepOnly(needed: ReadonlySet<string>): Promise<void> {
    const { copies, remembered } = this.places;
    for (const sha256 of await copies.folders()) {
      if (!needed.has(sha256)) await copies.remove(sha256);
    }
    for (const { sha256 } of await remembered.all()) {
      if (!needed.has(sha256)) await remembered.remove(sha256);
    }
  }

  private files(sha256: string): CheckedFiles {
    return new CheckedFiles(this.places.copies, sha256);
  }
}
