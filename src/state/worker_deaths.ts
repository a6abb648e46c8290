/**
 * What the page does when the worker of its engine is gone: it starts another one and has the kept runs that were going on go
 * on there, and says so once. A worker that never came up is not started again, nor one that dies again and again. Knows no
 * React.
 */
import type { LabErrorData } from '../base/lab_error';
import type { RunFate } from '../lab/protocol/protocol';
import type { RunConfig } from '../lab/run/run_config';
import type { EngineClient } from './engine_client';
import { listKeptRuns, reopenRun } from './kept_runs';
import { lossNotice } from './loss_notice';
import { notify } from './notices_store';
import { isActive, type Run } from './run_record';
import { runOf, updateRun, useRuns } from './runs_store';

/** Deaths in a row after which no other worker is started: each soon after it came up, without a checkpoint between. */
const MOST_DEATHS = 3;
const SOON_MS = 60_000;

/** A run that was going on when its worker died. */
interface Interrupted {
  readonly at: number;
  readonly paused: boolean;
  /** As they were asked for last. */
  readonly settings: RunConfig;
}

export interface DeathsParts {
  /** Starts another worker. */
  readonly restart: () => void;
  /** Told why none is started any more. */
  readonly onEnd: (error: LabErrorData) => void;
}

/** Follows the deaths of the engine's workers. Must hear of them before the store of runs does; returns how to stop. */
export function followDeaths(engine: EngineClient, { restart, onEnd }: DeathsParts): () => void {
  const interrupted = new Map<string, Interrupted>();
  /** Steps from which runs went on last. */
  const goneOnFrom = new Map<string, number>();
  /** Runs whose weights died with workers, not told yet. */
  let lost: RunFate[] = [];
  let deaths = 0;
  let isRestarting = false;
  /** When the worker came up; null before. */
  let upSince: number | null = null;

  const take = (error: LabErrorData) => {
    for (const run of Object.values(useRuns.getState().runs)) {
      if (run.origin !== 'session' || !run.inEngine) continue;
      const { id: runId, step: at, status, kept } = run;
      if (kept === null) lost.push({ runId, at, from: null, outcome: 'ended', error });
      else if (isActive(status)) interrupted.set(runId, interruptedOf(run, interrupted));
      else interrupted.delete(runId);
    }
  };

  const goOn = async () => {
    const since = upSince;
    await listKeptRuns(engine);
    // It died meanwhile: the next one goes on.
    if (upSince !== since) return;
    const fates: RunFate[] = lost;
    lost = [];
    for (const [runId, { at, paused, settings }] of interrupted) {
      const run = runOf(runId);
      if (run?.kept == null || run.status !== 'preparing') continue;
      const from = run.kept.step;
      goneOnFrom.set(runId, from);
      fates.push({
        runId,
        at,
        from,
        outcome: paused ? 'stays_paused' : 'goes_on',
        error: null,
      });
      void reopenRun(engine, run, { paused, settings });
    }
    tell(' and was started again', fates);
  };

  const end = (error: LabErrorData) => {
    deaths = 0;
    isRestarting = false;
    onEnd(error);
    // The runs hear of the death in the same turn, and come after that.
    queueMicrotask(() => {
      const fates: RunFate[] = lost;
      lost = [];
      for (const [runId, { at }] of interrupted) {
        updateRun(runId, (run) => ({ ...run, status: 'failed', preparing: null, error }));
        const from = runOf(runId)?.kept?.step ?? 0;
        fates.push({ runId, at, from, outcome: 'waits', error });
      }
      interrupted.clear();
      if (fates.length > 0) tell('', fates);
    });
  };

  return engine.subscribe((event) => {
    if (event.kind === 'connected') {
      upSince ??= performance.now();
      if (isRestarting) void goOn();
      isRestarting = false;
    } else if (event.kind === 'kept') {
      if (event.step > (goneOnFrom.get(event.runId) ?? 0)) deaths = 0;
    } else if (event.kind === 'crashed') {
      const lasted = upSince === null ? null : performance.now() - upSince;
      upSince = null;
      take(event.error);
      deaths = lasted !== null && lasted > SOON_MS ? 1 : deaths + 1;
      if (lasted === null) end(event.error);
      else if (deaths >= MOST_DEATHS) end(again(event.error, deaths));
      else {
        isRestarting = true;
        restart();
      }
    }
  });
}

function interruptedOf(
  { id, step: at, status, asked: settings }: Run,
  before: ReadonlyMap<string, Interrupted>,
): Interrupted {
  const known = before.get(id);
  // One that was about to go on stands as it stood before.
  if (status === 'preparing' && known !== undefined) return known;
  return { at, paused: status === 'paused', settings };
}

function again({ code, message }: LabErrorData, deaths: number): LabErrorData {
  return {
    code,
    message: `${message} That was ${deaths} times in a row.`,
    wayOut: 'Close other pages that use the GPU, then press Resume or reload the page.',
  };
}

function tell(then: string, fates: readonly RunFate[]): void {
  notify(lossNotice(['The engine stopped', then], fates, (runId) => runOf(runId)?.name ?? 'A run'));
}
