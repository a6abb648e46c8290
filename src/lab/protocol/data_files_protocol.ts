/**
 * What page and engine say to each other of the person's own files that kept runs were trained on: which of them are at
 * hand, by a handle or as a copy, and what is wrong with one that was given. Part of the protocol; what is the answer to
 * what, says requests.ts.
 */
import type { DataFile } from '../run/data_identity';

/** A file's handle, as much of `FileSystemFileHandle` as the lab uses; the two questions are not in every browser. */
export interface FileHandle {
  readonly name: string;
  getFile(): Promise<File>;
  queryPermission?(wanted: { readonly mode: 'read' }): Promise<PermissionState>;
  requestPermission?(wanted: { readonly mode: 'read' }): Promise<PermissionState>;
}

/** What this browser remembers of a file beside the runs that need it. */
export interface RememberedFile {
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
  /** Null where the browser gave none. */
  readonly handle: FileHandle | null;
  /** The person wants no copy of it. */
  readonly declined: boolean;
}

/** A copy of a file in this browser's storage, and what it takes. */
interface KeptCopy {
  readonly sha256: string;
  readonly bytes: number;
}

export interface DataFilesList {
  readonly copies: readonly KeptCopy[];
  readonly remembered: readonly RememberedFile[];
  /** Bytes that may still be written; null when nobody knows. */
  readonly available: number | null;
}

/** A file that was given and is not the one that is needed. */
export interface WrongFile {
  /** SHA-256 of the one that is needed. */
  readonly needed: string;
  readonly name: string;
  readonly bytes: number;
  /** Null where its size says enough. */
  readonly sha256: string | null;
  /** Rows that it says to have; null for what is no matrix. */
  readonly rows: number | null;
}

/** What a run still needs after files were given for it. */
export interface GivenFiles {
  readonly lacking: readonly DataFile[];
  readonly wrong: readonly WrongFile[];
}

/** The largest copy that is kept: half of what is free, so that runs have room beside it. */
export function fitsAsCopy(bytes: number, available: number | null): boolean {
  return available === null || bytes <= available / 2;
}
