/**
 * A file store in the browser's private file system (OPFS): no other page and no other program sees it, and
 * it stays until the person clears the site's data. Only dedicated workers may write there in place, which is
 * what keeps half a download when the tab is closed; so this runs in the engine's worker alone.
 */
import { LabError } from '../base/lab_error';
import { MemoryFileStore, type FileAppender, type FileStore, type ListedFile } from './file_store';

/** Bytes read at once: a Blob gives no more than 2 GiB in one piece. */
const PIECE = 2 ** 28;

/** The folders below `folder` of the private file system; in memory where the browser grants none. */
export async function openPrivateFiles(folder: string): Promise<FileStore> {
  // What is loaded then lasts for this visit.
  return (await openLastingFiles(folder)) ?? new MemoryFileStore();
}

/** The same; null where the browser grants none, as in some private windows and in pages without https. */
export async function openLastingFiles(folder: string): Promise<FileStore | null> {
  try {
    const files = new PrivateFileStore(folder);
    await files.folders();
    return files;
  } catch {
    return null;
  }
}

/** Bytes of a blob of any size; `onBytes` is told after every piece. */
export async function readBlob(
  blob: Blob,
  onBytes?: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(blob.size);
  for (let offset = 0; offset < blob.size; offset += PIECE) {
    const piece = await blob.slice(offset, offset + PIECE).arrayBuffer();
    bytes.set(new Uint8Array(piece), offset);
    onBytes?.(offset + piece.byteLength);
  }
  return bytes;
}

class PrivateFileStore implements FileStore {
  constructor(private readonly name: string) {}

  async size(folder: string, name: string): Promise<number | null> {
    const file = await this.file(folder, name);
    return file === null ? null : file.size;
  }

  async read(folder: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
    const file = await this.file(folder, name);
    if (file === null) throw new RangeError(`there is no ${folder}/${name}`);
    return readBlob(file);
  }

  async continueAfter(folder: string, name: string, keep: number): Promise<FileAppender> {
    const root = await this.root();
    const place = await root.getDirectoryHandle(nameFor(folder), { create: true });
    const handle = await place.getFileHandle(nameFor(name), { create: true });
    const access = await handle.createSyncAccessHandle().catch((cause: unknown) => {
      throw isHeld(cause) ? inUse(`${folder}/${name}`, cause) : cause;
    });
    access.truncate(keep);
    let end = keep;
    return {
      append: (bytes) => {
        end += access.write(bytes, { at: end });
      },
      close: () => {
        try {
          // What is written after this file must not reach the disk before it.
          access.flush();
        } finally {
          access.close();
        }
      },
    };
  }

  async removeFile(folder: string, name: string): Promise<void> {
    try {
      const place = await (await this.root()).getDirectoryHandle(nameFor(folder));
      await place.removeEntry(nameFor(name));
    } catch (error) {
      if (isHeld(error)) throw inUse(`${folder}/${name}`, error);
      if (!isMissing(error)) throw error;
    }
  }

  async remove(folder: string): Promise<void> {
    try {
      await (await this.root()).removeEntry(nameFor(folder), { recursive: true });
    } catch (error) {
      if (isHeld(error)) throw inUse(folder, error);
      if (!isMissing(error)) throw error;
    }
  }

  async folders(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of (await this.root()).keys()) names.push(decodeURIComponent(name));
    return names;
  }

  async list(folder: string): Promise<readonly ListedFile[]> {
    const files: ListedFile[] = [];
    try {
      const place = await (await this.root()).getDirectoryHandle(nameFor(folder));
      for await (const entry of place.values()) {
        if (entry.kind !== 'file') continue;
        files.push({ name: decodeURIComponent(entry.name), bytes: (await entry.getFile()).size });
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return files;
  }

  async used(folder: string): Promise<number> {
    return (await this.list(folder)).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async available(): Promise<number | null> {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined || usage === undefined ? null : quota - usage;
  }

  /** Asked for every time: what a person clears is there again, empty, and a handle from before leads nowhere. */
  private async root(): Promise<FileSystemDirectoryHandle> {
    const all = await navigator.storage.getDirectory();
    return all.getDirectoryHandle(this.name, { create: true });
  }

  private async file(folder: string, name: string): Promise<File | null> {
    try {
      const place = await (await this.root()).getDirectoryHandle(nameFor(folder));
      return await (await place.getFileHandle(nameFor(name))).getFile();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }
}

function inUse(what: string, cause: unknown): LabError {
  return new LabError(
    'bad_file',
    `${what} is being written by another tab.`,
    'Wait until that tab has loaded the model, or close it, and try again.',
    { cause },
  );
}

/** Names of models contain slashes, names in the file system may not. */
const nameFor = (name: string): string => encodeURIComponent(name);

function isHeld(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NoModificationAllowedError';
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}
