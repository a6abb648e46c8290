/**
 * The runs of this visit, by id. Events of the engine are gathered and applied at most ten times a
 * second, so that a stream of metrics costs one update; what a component reads through a narrow
 * selector re-renders only when that value changed. Finished runs stay until they are deleted.
 */
import { create } from 'zustand';
import type { Dictionary } from '../analysis/types';
import { LabError, type LabErrorData } from '../base/lab_error';
import { withLiveSettings } from '../lab/run/live_settings';
import type { LiveSettings } from '../lab/run/live_settings';
import type { RunInput } from '../lab/run/run_config';
import type { TrainedBefore } from '../lab/run/run_history';
import type { ClientEvent, EngineClient } from './engine_client';
import { applyEvent, createRun, isActive, type Run } from './run_record';

/** Milliseconds between updates of the store while events stream in. */
const UPDATE_INTERVAL = 100;

export interface RunsState {
  readonly runs: Readonly<Record<string, Run>>;
  /** Ids, oldest first. */
  readonly order: readonly string[];
}

export const useRuns = create<RunsState>()(() => ({ runs: {}, order: [] }));

/** The run of an id, undefined when there is none. */
export function runOf(id: string | null): Run | undefined {
  return id === null ? undefined : useRuns.getState().runs[id];
}

let runCount = 0;

/**
 * Creates a run and tells the engine to start it. `file` is the one that the data name, `weights` what each model starts from, which has `before` behind it. Returns the run's id; throws LabError `bad_config`.
 */
export function startRun(
  engine: EngineClient,
  input: RunInput,
  options: {
    readonly file?: File;
    readonly weights?: readonly Dictionary[];
    readonly before?: readonly TrainedBefore[];
    readonly paused?: boolean;
    /** What it is called; the next number unless told. */
    readonly name?: string | undefined;
  } = {},
): string {
  const id = crypto.randomUUID();
  const { name = `Run ${runCount + 1}`, ...rest } = options;
  const run = createRun(id, name, input, Date.now(), {
    file: options.file ?? null,
    opened: options.weights === undefined ? null : (options.before ?? []),
  });
  noteNumber(name);
  addRun(run);
  engine.send({ kind: 'start', runId: id, name, config: input, ...rest });
  return id;
}

/** Numbers of runs rise, whoever gave them. */
function noteNumber(name: string): void {
  runCount = Math.max(runCount, numberOf(name));
}

/** The number in a name that the lab gave; 0 for another. */
function numberOf(name: string): number {
  return Number(/^Run (\d+)$/.exec(name)?.[1] ?? 0);
}

/** A name that no run has: the given one, or that with a number behind it. */
export function freeRunName(name: string): string {
  const taken = new Set(Object.values(useRuns.getState().runs).map((run) => run.name));
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} ${number}`;
  return free;
}

/**
 * Puts runs of earlier visits before those of this one, and goes on with their numbers. A run that was begun before they
 * were known, and took the number of an older one, gets the next.
 */
export function addEarlierRuns(earlier: readonly Run[]): void {
  for (const { name } of earlier) noteNumber(name);
  const numbered = new Map(earlier.map(({ name, createdAt }) => [name, createdAt]));
  const renumbered = (run: Run): Run => {
    const older = numbered.get(run.name);
    if (older === undefined || older > run.createdAt || numberOf(run.name) === 0) return run;
    runCount += 1;
    return { ...run, name: `Run ${runCount}` };
  };
  useRuns.setState(({ runs, order }) => ({
    runs: {
      ...Object.fromEntries(earlier.map((run) => [run.id, run])),
      ...Object.fromEntries(Object.entries(runs).map(([id, run]) => [id, renumbered(run)])),
    },
    order: [...earlier.map(({ id }) => id), ...order],
  }));
}

/** Puts a run into the store (the recorded one, or one that was deleted and is wanted back). */
export function addRun(run: Run, position?: number): void {
  useRuns.setState(({ runs, order }) => ({
    runs: { ...runs, [run.id]: run },
    order: order.toSpliced(position ?? order.length, 0, run.id),
  }));
}

/** Takes a run out of the store; the engine keeps it until `forgetRun`. Returns where it stood. */
export function removeRun(id: string): { readonly run: Run; readonly position: number } {
  const { runs, order } = useRuns.getState();
  const run = runs[id];
  if (run === undefined) throw new LabError('not_found', `There is no run ${id}.`, 'Reload.');
  const { [id]: _removed, ...kept } = runs;
  useRuns.setState({ runs: kept, order: order.filter((other) => other !== id) });
  return { run, position: order.indexOf(id) };
}

/** Frees the engine's memory of a run, for good. */
export function forgetRun(engine: EngineClient, run: Run): void {
  if (run.origin === 'session' && run.inEngine) engine.send({ kind: 'forget', runId: run.id });
}

/** Notes that the weights of a model were saved, as they were after `step` steps of the run. */
export function noteSaved(id: string, model: number, step: number): void {
  updateRun(id, (run) => ({
    ...run,
    models: run.models.map((each) => (each.index === model ? { ...each, savedStep: step } : each)),
  }));
}

/** Gives a run another name. */
export function renameRun(id: string, name: string): void {
  updateRun(id, (run) => ({ ...run, name }));
}

/** Changes lr, λ or s of a run that is going. Throws LabError `bad_config` for what cannot be. */
export function changeLive(engine: EngineClient, runId: string, settings: LiveSettings): void {
  updateRun(runId, (run) => ({ ...run, asked: withLiveSettings(run.asked, settings) }));
  engine.send({ kind: 'set_hyperparameters', runId, settings });
}

/** Changes what is known of a run. */
export function updateRun(id: string, change: (run: Run) => Run): void {
  useRuns.setState(({ runs }) => {
    const run = runs[id];
    return run === undefined ? {} : { runs: { ...runs, [id]: change(run) } };
  });
}

/**
 * Listens to the engine and keeps the runs up to date; returns how to stop. Status changes and
 * failures are applied at once, streamed numbers together a moment later.
 */
export function followEngine(engine: EngineClient): () => void {
  let waiting: ClientEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;

  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const events = waiting;
    waiting = [];
    if (events.length > 0) {
      useRuns.setState(({ runs }) => ({ runs: events.reduce(applyToAll, runs) }));
    }
  };
  const stop = engine.subscribe((event) => {
    if (event.kind !== 'crashed' && event.kind !== 'device_lost' && !('runId' in event)) return;
    waiting.push(event);
    const streams =
      event.kind === 'progress' ||
      event.kind === 'preparing' ||
      event.kind === 'metrics' ||
      event.kind === 'shapes' ||
      event.kind === 'labels';
    if (!streams) flush();
    else timer ??= setTimeout(flush, UPDATE_INTERVAL);
  });
  return () => {
    stop();
    flush();
  };
}

function applyToAll(runs: Readonly<Record<string, Run>>, event: ClientEvent): typeof runs {
  if (event.kind === 'crashed') {
    return Object.fromEntries(
      Object.entries(runs).map(([id, run]) => [
        id,
        run.origin === 'recorded' ? run : withoutWorker(run, event.error),
      ]),
    );
  }
  if (event.kind === 'device_lost') {
    return event.fates.reduce((known, { runId, error }) => {
      const run = known[runId];
      // One that goes on says so itself.
      if (run === undefined || error === null) return known;
      return { ...known, [runId]: failed(run, error) };
    }, runs);
  }
  if (!('runId' in event)) return runs;
  const run = runs[event.runId];
  return run === undefined ? runs : { ...runs, [event.runId]: applyEvent(run, event) };
}

/** All that was in memory died with the worker; what is kept can be read again, and is gone on with. */
function withoutWorker(run: Run, error: LabErrorData): Run {
  if (run.kept === null || !isActive(run.status)) return failed(run, error);
  const preparing = { stage: 'Waiting for the engine', fraction: 0 };
  return { ...run, status: 'preparing', preparing, samplesPerSecond: null };
}

/** A run whose weights are no longer in the engine's memory; one that was over stays over. */
function failed(run: Run, error: LabErrorData): Run {
  const inEngine = run.kept !== null;
  return isActive(run.status)
    ? { ...run, status: 'failed', preparing: null, error, inEngine }
    : { ...run, inEngine };
}
