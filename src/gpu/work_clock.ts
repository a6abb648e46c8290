/**
 * Says how the time of a queue is shared between the kinds of work submitted to it, without timestamps
 * (which not every adapter has) and without waiting: a submit's time is what passes from the end of the
 * work before it, or from its own submission when the queue was idle, to its own end.
 */
export class WorkClock<Part extends string> {
  private readonly spent = new Map<Part, number>();
  private lastDone = Number.NEGATIVE_INFINITY;

  constructor(private readonly queue: Pick<GPUQueue, 'onSubmittedWorkDone'>) {}

  /** Call right after a submit; resolves when its work is done, with its time counted for `part`. */
  async mark(part: Part): Promise<void> {
    const submitted = performance.now();
    await this.queue.onSubmittedWorkDone();
    const now = performance.now();
    const began = Math.max(submitted, this.lastDone);
    this.spent.set(part, this.seconds(part) + Math.max(0, now - began) / 1000);
    this.lastDone = now;
  }

  /** Seconds counted for a kind of work so far. */
  seconds(part: Part): number {
    return this.spent.get(part) ?? 0;
  }
}
