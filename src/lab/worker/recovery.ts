/**
 * What becomes of the runs when the graphics device is lost. Those that are kept go on from their latest checkpoints on the next
 * device, the person need do nothing; what is to be said of it is said once. Knows no GPU.
 */
import { LabError, type LabErrorData } from '../../base/lab_error';
import type { RunFate } from '../protocol/protocol';
import type { LiveRun } from './live_run';
import type { Preparing } from './run_preparation';

/** Losses in a row, without a checkpoint between, after which a run is no longer gone on with. */
const MOST_LOSSES = 3;

export interface RecoveryParts {
  /** Runs in memory. */
  readonly runs: ReadonlyMap<string, LiveRun>;
  /** The step of a run's latest checkpoint; null where it is not kept. */
  readonly stepOf: (runId: string) => Promise<number | null>;
  /** Takes a run out of memory; what it held lay on the lost device. */
  readonly drop: (runId: string) => void;
}

export interface Recovered {
  readonly fates: readonly RunFate[];
  /** What has the runs go on, in this order. */
  readonly commands: readonly Preparing[];
  /** Runs that were over, with their weights at hand. */
  readonly over: readonly LiveRun[];
}

export class Recovery {
  /** Losses of runs since their latest checkpoints. */
  private readonly losses = new Map<string, { readonly from: number; readonly times: number }>();

  constructor(private readonly parts: RecoveryParts) {}

  /** A person goes on with a run: what was before does not count any more. */
  forget(runId: string): void {
    this.losses.delete(runId);
  }

  /**
   * Takes the runs off the lost device. `interrupted` were being prepared; `unable` says why there is no other device, null
   * when there is one.
   */
  async settle(
    interrupted: readonly Preparing[],
    unable: LabErrorData | null,
    loss: LabErrorData,
  ): Promise<Recovered> {
    const waiting = interrupted.map((command) => ({ command, at: 0 }));
    const fates: RunFate[] = [];
    const over: LiveRun[] = [];
    for (const [runId, run] of [...this.parts.runs]) {
      const stood = await run.leaveDevice();
      if (stood === 'over') {
        over.push(run);
        continue;
      }
      const { step: at, settings } = run;
      this.parts.drop(runId);
      // Checkpoints that were copied from the device are written.
      await run.letGo();
      const paused = stood === 'paused';
      if (!run.isKept) fates.push({ runId, at, from: null, outcome: 'ended', error: loss });
      else if (stood !== 'failed') {
        waiting.push({ command: { kind: 'reopen', runId, paused, settings }, at });
      }
    }
    const commands: Preparing[] = [];
    for (const { command, at } of waiting) {
      const fate = await this.fateOf(command, at, unable, loss);
      fates.push(fate);
      if (fate.error === null) commands.push(command);
    }
    return { fates, commands, over };
  }

  private async fateOf(
    { kind, runId, paused }: Preparing,
    at: number,
    unable: LabErrorData | null,
    loss: LabErrorData,
  ): Promise<RunFate> {
    const kept = await this.parts.stepOf(runId);
    const from = kept ?? 0;
    const stands = { runId, at: Math.max(at, from), from: kind === 'start' ? null : from };
    const isLost = kept === null && kind === 'reopen';
    const known = this.losses.get(runId);
    const times = known?.from === from ? known.times + 1 : 1;
    this.losses.set(runId, { from, times });
    const error = isLost ? loss : (unable ?? (times >= MOST_LOSSES ? again(times) : null));
    if (error !== null) return { ...stands, outcome: kept === null ? 'ended' : 'waits', error };
    return { ...stands, outcome: paused === true ? 'stays_paused' : 'goes_on', error: null };
  }
}

function again(times: number): LabErrorData {
  const { code, message, wayOut } = new LabError(
    'device_lost',
    `The graphics device was lost ${times} times before the run came to its next checkpoint.`,
    'Close other programs that use the GPU, or make the batch or the models smaller; then press Resume.',
  );
  return { code, message, wayOut };
}
