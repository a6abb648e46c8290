/** Gathers what other tabs do to the runs that are kept, and tells of it a few times a second at most. */
import type { KeptRuns } from '../keep/kept_runs';

/** Least time between two tellings. */
const NEWS_MS = 300;

export class TabNews {
  /** Runs of which this tab waits to hear that they are free. */
  private readonly watched = new Set<string>();
  private waiting: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly post: () => void) {}

  /** Something has changed. */
  tell(): void {
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      this.post();
    }, NEWS_MS);
  }

  /** Tells when the tab that trains a run lets go of it, or is gone: of that nobody else tells. */
  watch(runs: Pick<KeptRuns, 'whenFree'>, id: string): void {
    if (this.watched.has(id)) return;
    this.watched.add(id);
    void runs
      .whenFree(id)
      .catch(() => undefined)
      .then(() => {
        this.watched.delete(id);
        this.tell();
      });
  }
}
