/**
 * The files of one folder as whoever keeps a run sees them: each is there whole or not at all, and there is no third
 * state, whatever happens while it is written. Three keep to this: the disk of the command line (cli/disk_files.ts),
 * a store of the browser (checked_files.ts), and memory, here, for what was dropped, unpacked or is tested. It knows
 * nothing of what the files hold.
 */

/** Files by path relative to their folder, with `/` between names. */
export type FileSet = Readonly<Record<string, Uint8Array>>;
/** The same to be written; null for a file that shall not be there. */
export type FileChanges = Readonly<Record<string, Uint8Array | null>>;

/** Files of one folder, with one writer at a time. */
export interface WholeFiles {
  /** A file as it was last written whole; null when there is none. Throws LabError `bad_file` for what cannot be read. */
  read(path: string): Promise<Uint8Array | null>;
  /**
   * Writes files one after another, in their order: who finds the last as written finds all of them so, also after the
   * process was killed. Others stay. Throws LabError when it cannot, and then every file is as it was or as it was to
   * be, no later one written before an earlier one.
   */
  write(files: FileChanges): Promise<void>;
  /** How a person knows a file of it, for a message. */
  place(path: string): string;
}

/** Files in memory. */
export class MemoryFiles implements WholeFiles {
  private readonly files: Map<string, Uint8Array>;

  constructor(
    private readonly label: string,
    files: FileSet = {},
  ) {
    this.files = new Map(Object.entries(files));
  }

  read(path: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.files.get(path) ?? null);
  }

  write(files: FileChanges): Promise<void> {
    for (const [path, bytes] of Object.entries(files)) {
      if (bytes === null) this.files.delete(path);
      else this.files.set(path, bytes.slice());
    }
    return Promise.resolve();
  }

  place(path: string): string {
    return `${this.label}/${path}`;
  }
}
