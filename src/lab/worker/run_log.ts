/**
 * What a run has logged: metrics, changes of settings, moves, seconds of training, those before it was reopened included. It tells
 * the page of each, of progress not too often. Knows no trainer.
 */
import type { Event, MetricRecord, RunPast } from '../protocol/protocol';
import type { SettingChange } from '../run/live_settings';
import type { RunConfig } from '../run/run_config';
import type { RunChange } from '../run/run_history';
import type { RunMove } from '../run/run_moves';
import type { RunProgress } from '../train/session_types';

/** Least time between two progress reports. */
const PROGRESS_MS = 100;

export class RunLog {
  readonly records: MetricRecord[];
  /** What was changed while it went, oldest first. */
  readonly changes: RunChange[];
  private trained: number;
  private readonly secondsBefore: number;
  private lastProgress = -Infinity;

  /** `past`: what was logged before; null for a new run. */
  constructor(
    private readonly runId: string,
    past: RunPast | null,
    private readonly post: (event: Event) => void,
  ) {
    this.records = [...(past?.records ?? [])];
    this.changes = [...(past?.changes ?? [])];
    this.secondsBefore = past?.seconds ?? 0;
    this.trained = this.secondsBefore;
  }

  /** Seconds of training so far. */
  get seconds(): number {
    return this.trained;
  }

  measured(records: readonly MetricRecord[]): void {
    const timed = records.map((record) => this.timed(record));
    for (const record of timed) this.records.push(record);
    this.post({ kind: 'metrics', runId: this.runId, records: timed });
  }

  /** Notes how far the run is; `now` in milliseconds. What `isLast` is told of in any case. */
  progress(measured: RunProgress, now: number, isLast: boolean): void {
    const progress = this.timed(measured);
    this.trained = progress.seconds;
    if (now - this.lastProgress <= PROGRESS_MS && !isLast) return;
    this.lastProgress = now;
    this.post({ kind: 'progress', runId: this.runId, ...progress });
  }

  /** Notes changes of settings; `config` holds from then on. */
  changed(changes: readonly SettingChange[], config: RunConfig): void {
    for (const change of changes) this.changes.push(change);
    this.post({ kind: 'settings_changed', runId: this.runId, changes, config });
  }

  /** Notes moves that were made. */
  moved(made: readonly RunMove[]): void {
    for (const move of made) this.changes.push(move);
    this.post({ kind: 'moved', runId: this.runId, made });
  }

  /** What was measured in this session, with the seconds of those before it. */
  private timed<Measured extends { readonly seconds: number }>(measured: Measured): Measured {
    return { ...measured, seconds: this.secondsBefore + measured.seconds };
  }
}
