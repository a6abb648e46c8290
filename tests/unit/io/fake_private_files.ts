/**
 * The browser's private file system in memory, with as much of it as src/io/private_files.ts asks for. A write can be cut
 * short as a full disk does it without a word, or a closed tab.
 */

interface Writing {
  write(bytes: Uint8Array, place: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

const missing = (): DOMException => new DOMException('there is no such entry', 'NotFoundError');

/** A file; one handle at a time may write to it. */
class FakeFile {
  bytes = new Uint8Array();
  private held = false;

  constructor(private readonly disk: FakePrivateFiles) {}

  getFile(): Promise<Blob> {
    return Promise.resolve(new Blob([this.bytes]));
  }

  createSyncAccessHandle(): Promise<Writing> {
    if (this.held) {
      return Promise.reject(new DOMException('it is held', 'NoModificationAllowedError'));
    }
    this.held = true;
    return Promise.resolve({
      write: (bytes, { at }) => {
        const written = bytes.subarray(0, Math.max(0, Math.min(bytes.length, this.disk.room)));
        this.disk.room -= written.length;
        const grown = new Uint8Array(Math.max(this.bytes.length, at + written.length));
        grown.set(this.bytes);
        grown.set(written, at);
        this.bytes = grown;
        return written.length;
      },
      truncate: (size) => {
        const cut = new Uint8Array(size);
        cut.set(this.bytes.subarray(0, size));
        this.bytes = cut;
      },
      flush: () => {
        this.disk.flushed.push(this.disk.nameOf(this));
      },
      close: () => {
        this.held = false;
      },
    });
  }
}

class FakeFolder {
  readonly entries = new Map<string, FakeFolder | FakeFile>();

  constructor(private readonly disk: FakePrivateFiles) {}

  getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    const there = this.entries.get(name) ?? (create ? new FakeFolder(this.disk) : undefined);
    if (!(there instanceof FakeFolder)) return Promise.reject(missing());
    this.entries.set(name, there);
    return Promise.resolve(there);
  }

  getFileHandle(name: string, { create = false } = {}): Promise<FakeFile> {
    if (name.includes('/')) return Promise.reject(new TypeError(`${name} is no name`));
    const there = this.entries.get(name) ?? (create ? new FakeFile(this.disk) : undefined);
    if (!(there instanceof FakeFile)) return Promise.reject(missing());
    this.entries.set(name, there);
    return Promise.resolve(there);
  }

  removeEntry(name: string): Promise<void> {
    return this.entries.delete(name) ? Promise.resolve() : Promise.reject(missing());
  }

  async *keys(): AsyncGenerator<string> {
    for (const name of this.entries.keys()) yield await Promise.resolve(name);
  }
}

/** What stands for `navigator`. */
export class FakePrivateFiles {
  /** Bytes that may still be written; beyond them a write stops where it is. */
  room = Infinity;
  /** Names of the files that were brought to the disk, in order. */
  readonly flushed: string[] = [];
  private readonly root = new FakeFolder(this);

  readonly navigator = {
    storage: {
      getDirectory: () => Promise.resolve(this.root),
      estimate: () =>
        Promise.resolve({ quota: this.room === Infinity ? 1e9 : this.room, usage: 0 }),
    },
  };

  nameOf(file: FakeFile): string {
    const within = (folder: FakeFolder): string | null => {
      for (const [name, entry] of folder.entries) {
        if (entry === file) return name;
        const found = entry instanceof FakeFolder ? within(entry) : null;
        if (found !== null) return found;
      }
      return null;
    };
    return within(this.root) ?? '';
  }
}
