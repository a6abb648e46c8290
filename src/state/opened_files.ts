/**
 * The person's own files that came into this page in this visit, with the handles that the browser gave for them: who
 * needs a file of a name and size finds it here. Knows no run and keeps nothing.
 */
import type { FileHandle } from '../lab/protocol/protocol';

const opened: File[] = [];
const handles = new WeakMap<File, FileHandle>();

/** Notes a file, with its handle where there is one. */
export function noteFile(file: File, handle: FileHandle | null = null): void {
  opened.unshift(file);
  if (handle !== null) handles.set(file, handle);
}

/** The file of that name and size that was opened last; null when there was none. */
export function openedFile(wanted: { readonly name: string; readonly bytes: number }): File | null {
  return opened.find(({ name, size }) => name === wanted.name && size === wanted.bytes) ?? null;
}

/** The handle that came with a file. */
export function handleOf(file: File): FileHandle | null {
  return handles.get(file) ?? null;
}
