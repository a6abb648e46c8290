/**
 * A place for large files that outlive a visit: written from front to back, continued after an interruption,
 * read whole. private_files.ts keeps them in the browser; here they are kept in memory, for browsers that
 * grant no storage and for tests. It knows nothing of what the files hold.
 */
import { concatBytes } from './bytes';

/** A file being written. Pieces are kept even when nobody closes it. */
export interface FileAppender {
  /** Throws a `QuotaExceededError` when the place is full. */
  append(bytes: Uint8Array): void;
  close(): void;
}

/** A file in a folder. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
}

/** Files in folders, by the names of both. */
export interface FileStore {
  /** Bytes of a file; null when there is none. */
  size(folder: string, name: string): Promise<number | null>;
  /** A whole file. Throws when there is none. */
  read(folder: string, name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Opens a file to go on after its first `keep` bytes; a new one with 0. Only one may be open at a time. */
  continueAfter(folder: string, name: string, keep: number): Promise<FileAppender>;
  /** Removes one file, if it is there. */
  removeFile(folder: string, name: string): Promise<void>;
  /** Removes a folder with its files, if it is there. */
  remove(folder: string): Promise<void>;
  /** Names of the folders. */
  folders(): Promise<string[]>;
  /** The files in a folder with their bytes, in any order; none where there is no such folder. */
  list(folder: string): Promise<readonly ListedFile[]>;
  /** Bytes of all files in a folder. */
  used(folder: string): Promise<number>;
  /** Bytes that may still be written; null when nobody knows. */
  available(): Promise<number | null>;
}

/** Files in memory, at most `capacity` bytes of them. */
export class MemoryFileStore implements FileStore {
  private readonly kept = new Map<string, Map<string, Uint8Array[]>>();

  constructor(private readonly capacity: number | null = null) {}

  size(folder: string, name: string): Promise<number | null> {
    const pieces = this.kept.get(folder)?.get(name);
    return Promise.resolve(pieces === undefined ? null : totalOf(pieces));
  }

  read(folder: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
    const pieces = this.kept.get(folder)?.get(name);
    return pieces === undefined
      ? Promise.reject(new RangeError(`there is no ${folder}/${name}`))
      : Promise.resolve(concatBytes(pieces));
  }

  continueAfter(folder: string, name: string, keep: number): Promise<FileAppender> {
    const files = this.kept.get(folder) ?? new Map<string, Uint8Array[]>();
    this.kept.set(folder, files);
    const pieces = [concatBytes(files.get(name) ?? []).slice(0, keep)];
    files.set(name, pieces);
    return Promise.resolve({
      append: (bytes: Uint8Array) => {
        if (this.capacity !== null && this.usedByAll() + bytes.length > this.capacity) {
          throw new DOMException('no more room', 'QuotaExceededError');
        }
        pieces.push(bytes.slice());
      },
      close: () => undefined,
    });
  }

  removeFile(folder: string, name: string): Promise<void> {
    this.kept.get(folder)?.delete(name);
    return Promise.resolve();
  }

  remove(folder: string): Promise<void> {
    this.kept.delete(folder);
    return Promise.resolve();
  }

  folders(): Promise<string[]> {
    return Promise.resolve([...this.kept.keys()]);
  }

  list(folder: string): Promise<readonly ListedFile[]> {
    const files = [...(this.kept.get(folder) ?? [])];
    return Promise.resolve(files.map(([name, pieces]) => ({ name, bytes: totalOf(pieces) })));
  }

  used(folder: string): Promise<number> {
    return Promise.resolve(this.usedBy(this.kept.get(folder)));
  }

  available(): Promise<number | null> {
    return Promise.resolve(this.capacity === null ? null : this.capacity - this.usedByAll());
  }

  private usedByAll(): number {
    return [...this.kept.values()].reduce((sum, files) => sum + this.usedBy(files), 0);
  }

  private usedBy(files: ReadonlyMap<string, readonly Uint8Array[]> = new Map()): number {
    return [...files.values()].reduce((sum, pieces) => sum + totalOf(pieces), 0);
  }
}

function totalOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
