/**
 * Runs that wait for their turn: the page trains one at a time. The next begins when none is going on and the evaluation of
 * the one before is over; one that fails does not hold up the others, one that the person stops does. What has not begun
 * is there again after a reload, and waits for a press. Knows no page.
 */
import * as z from 'zod/mini';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { LabError } from '../base/lab_error';
import { fileNeeded } from '../lab/run/data_kinds';
import { parseRunConfig, type RunConfig } from '../lab/run/run_config';
import type { EngineClient } from './engine_client';
import { useEngine } from './engine_store';
import { useExperiment } from './experiment_store';
import { unaskedEvaluation } from './final_evaluations';
import { goingOn, isActive, type Run } from './run_record';
import { freeRunName, startRun, useRuns } from './runs_store';

export interface QueuedRun {
  readonly id: string;
  readonly name: string;
  readonly config: RunConfig;
  /** The file that its data name; null where they name none, or nobody has opened it in this visit. */
  readonly file: File | null;
}

export interface RunQueue {
  /** The next one first. */
  readonly waiting: readonly QueuedRun[];
  /** Why the next one does not begin by itself; null while it does. */
  readonly held: string | null;
  /** The run of the queue that was begun last, while it goes on. */
  readonly going: string | null;
}

/** Most runs that wait at once. */
const MOST_WAITING = 100;
const RELOADED = 'The page was loaded again.';

const storedSchema = z.object({
  waiting: z.array(z.object({ id: z.string(), name: z.string(), config: z.unknown() })),
});

/** Reads what was stored; a run that this lab cannot read is left out. */
export function readQueue(stored: unknown): readonly QueuedRun[] {
  const read = storedSchema.safeParse(stored);
  if (!read.success) return [];
  return read.data.waiting.slice(0, MOST_WAITING).flatMap(({ id, name, config }): QueuedRun[] => {
    try {
      return [{ id, name, config: parseRunConfig(config), file: null }];
    } catch {
      return [];
    }
  });
}

export const useQueue = create<RunQueue>()(
  persist((): RunQueue => ({ waiting: [], held: null, going: null }), {
    name: 'sasa-lab.queue',
    partialize: ({ waiting }) => ({
      waiting: waiting.map(({ id, name, config }) => ({ id, name, config })),
    }),
    merge: (stored, current) => {
      const waiting = readQueue(stored);
      return { ...current, waiting, held: waiting.length === 0 ? null : RELOADED };
    },
  }),
);

/** Seeds of the weights of runs like this one, after its own. */
export function nextSeeds({ config }: Pick<Run, 'config'>, count: number): readonly number[] {
  const { seed } = config.training;
  // Seeds are 32 bits.
  return Array.from({ length: count }, (_, index) => (seed + 1 + index) % 2 ** 32);
}

/** Puts a run with the settings that `run` began with in the queue for every seed; the names say the seed. */
export function queueSeeds(run: Run, seeds: readonly number[]): void {
  const added = seeds.map((seed): QueuedRun => ({
    id: crypto.randomUUID(),
    name: freeRunName(`${run.name.replace(/, seed \d+$/, '')}, seed ${seed}`),
    config: { ...run.config, training: { ...run.config.training, seed } },
    file: run.file,
  }));
  useQueue.setState(({ waiting }) => ({ waiting: [...waiting, ...added].slice(0, MOST_WAITING) }));
}

/** Takes one that has not begun out of the queue. */
export function unqueue(id: string): void {
  useQueue.setState(({ waiting, held }) => {
    const left = waiting.filter((other) => other.id !== id);
    return { waiting: left, held: left.length === 0 ? null : held };
  });
}

/** Takes all that have not begun out of the queue; the one that is going on goes on. Returns how to put them back. */
export function emptyQueue(): () => void {
  const { waiting, held } = useQueue.getState();
  useQueue.setState({ waiting: [], held: null });
  return () => useQueue.setState((now) => ({ waiting: [...waiting, ...now.waiting], held }));
}

/** Holds the queue, or lets it go on. */
export function holdQueue(held: boolean): void {
  useQueue.setState({ held: held ? 'It waits for you.' : null });
}

let following = false;

/** Begins runs of the queue in their turn, from now on. */
export function followQueue(engine: EngineClient): void {
  if (following) return;
  following = true;
  const look = () => {
    noteEnd();
    void beginNext(engine);
  };
  useRuns.subscribe(look);
  useQueue.subscribe(look);
  useEngine.subscribe(look);
  look();
}

/** Notes that the run of the queue is over; one that the person stopped holds up what comes next. */
function noteEnd(): void {
  const { going, waiting } = useQueue.getState();
  if (going === null) return;
  const run = useRuns.getState().runs[going];
  if (run !== undefined && isActive(run.status)) return;
  const stopped = run === undefined || run.status === 'stopped';
  const held =
    stopped && waiting.length > 0 ? `${run?.name ?? 'The run before'} was stopped.` : null;
  useQueue.setState({ going: null, ...(held === null ? {} : { held }) });
}

let beginning = false;

async function beginNext(engine: EngineClient): Promise<void> {
  if (beginning || nextToBegin() === undefined) return;
  beginning = true;
  try {
    // Those who listen to the end of a run have their turn first: one of them evaluates it.
    await Promise.resolve();
    await unaskedEvaluation();
    const next = nextToBegin();
    if (next !== undefined) begin(engine, next);
  } catch (error) {
    useQueue.setState({ held: error instanceof Error ? error.message : String(error) });
  } finally {
    beginning = false;
  }
  if (nextToBegin() !== undefined) void beginNext(engine);
}

/** The run whose turn it is; undefined while none may begin. */
function nextToBegin(): QueuedRun | undefined {
  const { waiting, held } = useQueue.getState();
  const ready = useEngine.getState().connection.kind === 'ready';
  const going = goingOn(useRuns.getState().runs);
  return held === null && ready && going === undefined ? waiting[0] : undefined;
}

function begin(engine: EngineClient, next: QueuedRun): void {
  const needed = fileNeeded(next.config.data);
  const file =
    needed === null ? null : (next.file ?? useExperiment.getState().files.get(needed) ?? null);
  if (needed !== null && file === null) {
    throw new LabError(
      'not_found',
      `${next.name} needs ${needed}, which is not open.`,
      'Open the file on the Data page, then let the queue go on.',
    );
  }
  const own = file === null ? {} : { file };
  const id = startRun(engine, next.config, { name: next.name, ...own });
  useQueue.setState(({ waiting }) => ({
    waiting: waiting.filter((other) => other.id !== next.id),
    going: id,
  }));
}
