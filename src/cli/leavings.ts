/**
 * Files that must not be left behind if the process ends before they are finished: what is being written
 * aside, a lock. They are removed when the process leaves by itself or by a signal that it can hear; what a
 * killed process leaves is recognised by its id the next time.
 */
import { rmdirSync, rmSync } from 'node:fs';

/** Paths by what has to be done about them. */
const leavings = new Map<string, 'file' | 'empty folder'>();
let listening = false;

/** Removes `path` when the process leaves, until `keep` of it. A folder is removed only if it is empty. */
export function discardAtExit(path: string, kind: 'file' | 'empty folder' = 'file'): void {
  leavings.set(path, kind);
  if (listening) return;
  listening = true;
  process.on('exit', discardAll);
}

/** What lies at `path` is finished, or gone. */
export function keep(path: string): void {
  leavings.delete(path);
}

function discardAll(): void {
  // A file lies in its folder, which was remembered before it.
  for (const [path, kind] of [...leavings].reverse()) {
    try {
      if (kind === 'file') rmSync(path, { recursive: true, force: true });
      else rmdirSync(path);
    } catch {
      // Somebody put something else there, or the disk is gone; nothing more can be done on the way out.
    }
  }
  leavings.clear();
}
