/**
 * The engine's side of the runs that this browser keeps: it begins to keep a new one, says what is needed to go on with an
 * old one, and answers the questions about them. Where nothing can be kept it says so once and is in nobody's way.
 */
import { describeError, LabError } from '../../base/lab_error';
import type { Checkpoint } from '../keep/checkpoint';
import type { KeptData } from '../keep/kept_data';
import type { KeptHistory } from '../keep/kept_folder';
import type { KeptRuns } from '../keep/kept_runs';
import { readRunFile } from '../keep/run_file';
import { keptRun, type KeptRun } from '../keep/run_index';
import type { Event, KeptList, ListedRun, RunPast, SaidOfRun } from '../protocol/protocol';
import type { DataIdentity } from '../run/data_identity';
import { withFileName } from '../run/data_kinds';
import { totalSteps, type RunConfig } from '../run/run_config';
import type { TrainedBefore } from '../run/run_history';
import { RunClaim } from './run_claim';
import { RunKeeper, type RunKeeperParts } from './run_keeper';
import { TabNews } from './tab_news';

/** A run that begins to be kept. */
export interface NewRun {
  readonly id: string;
  readonly name: string;
  readonly config: RunConfig;
  /** What its weights have behind them; null for fresh ones. */
  readonly before: readonly TrainedBefore[] | null;
  /** Of the person's own files; null where the data open by themselves. */
  readonly identity: DataIdentity | null;
}

/** A kept run, as far as it is read. */
export interface FoundRun {
  /** As it began. */
  readonly config: RunConfig;
  /** As its settings are at its checkpoint. */
  readonly settings: RunConfig;
  /** Null where it has none that is whole: it begins anew. */
  readonly checkpoint: Checkpoint | null;
  readonly history: KeptHistory;
  readonly data: DataIdentity | null;
  /** The step that its record promised; its checkpoint is an earlier one where that is torn. */
  readonly promised: number;
}

/** A kept run and who keeps it from then on. */
export interface TakenRun {
  readonly found: FoundRun;
  readonly keeper: RunKeeper;
}

/** A checkpoint that is looked at. */
export interface FoundCheckpoint {
  /** Settings as they were then. */
  readonly settings: RunConfig;
  readonly checkpoint: Checkpoint;
  readonly data: DataIdentity | null;
}

export class KeptRunHost {
  private opened: Promise<KeptRuns> | null = null;
  private told = false;
  private readonly news = new TabNews(() => this.post({ kind: 'kept_changed' }));

  /** `open` gives the place where runs are kept; null for none. */
  constructor(
    private readonly open: (() => Promise<KeptRuns>) | null,
    private readonly post: (event: Event) => void,
  ) {}

  /** Begins to keep a run; null where that is not possible, which is told once. */
  async begin({ id, name, config, before, identity }: NewRun): Promise<RunKeeper | null> {
    if (this.open === null) return null;
    try {
      const runs = await this.runs();
      const release = await runs.claim(id);
      if (release === null) throw elsewhere(name);
      const now = runs.now();
      const kept = identity === null ? config : { ...config, data_identity: identity };
      await runs.add(
        keptRun({
          id,
          name,
          config: kept,
          settings: kept,
          status: 'running',
          error: null,
          step: 0,
          totalSteps: totalSteps(config.training),
          createdAt: now,
          savedAt: now,
          seconds: 0,
          bytes: 0,
          checkpoints: [],
          evaluated: null,
          before:
            before?.map(({ steps, samples, changes }) => ({
              steps,
              samples,
              changes: changes.length,
            })) ?? null,
          data: identity,
          deletedAt: null,
        }),
      );
      this.post({ kind: 'kept', runId: id, step: 0, checkpoints: [], data: identity });
      const claim = new RunClaim(runs, id, release);
      return this.keeper(runs, id, { claim, before: before ?? [], identity, history: null });
    } catch (error) {
      if (!this.told) this.post({ kind: 'not_kept', runId: id, error: describeError(error) });
      this.told = true;
      return null;
    }
  }

  /** Takes back the beginning of a run that was given up before its first step. */
  async discard(id: string, keeper: RunKeeper): Promise<void> {
    await keeper.close();
    await (await this.runs()).delete(id);
  }

  /** The runs of this browser; null where it keeps nothing. */
  place(): Promise<KeptRuns | null> {
    return this.runs().catch(() => null);
  }

  /** Whether this browser keeps a run of that id. */
  async has(id: string): Promise<boolean> {
    return (await this.stepOf(id)) !== null;
  }

  /** The step of a run's latest checkpoint; null where this browser keeps no run of that id. */
  async stepOf(id: string): Promise<number | null> {
    const runs = await this.place();
    const found = await runs?.find(id).catch(() => null);
    return found?.step ?? null;
  }

  /** A kept run to go on with, of which this tab is the only writer from then on. Throws LabError where another is. */
  async take(id: string): Promise<TakenRun> {
    const runs = await this.runs();
    const run = await requireRun(runs, id);
    const release = await runs.claim(id);
    if (release === null) throw elsewhere(run.name);
    try {
      const found = await this.read(runs, run, await runs.folder(id).takeUp());
      return { found, keeper: this.keeperOf(runs, id, found, release) };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** A kept run to be looked at, which any tab may go on with meanwhile. Throws LabError `not_found`. */
  async look(id: string): Promise<TakenRun> {
    const runs = await this.runs();
    const run = await requireRun(runs, id);
    const found = await this.read(runs, run, await runs.folder(id).latest(run));
    return { found, keeper: this.keeperOf(runs, id, found, null) };
  }

  private async read(
    runs: KeptRuns,
    run: KeptRun,
    checkpoint: Checkpoint | null,
  ): Promise<FoundRun> {
    const { id, data, before, step: promised } = run;
    if (checkpoint === null && before !== null) throw beginningLost(run.name);
    const folder = runs.folder(id);
    const config = settingsOf(run.config, run.name);
    // What the record says of later settings went with what was torn.
    const settings = checkpoint === null ? config : settingsOf(checkpoint.config, run.name);
    const history = await folder.history({ ...run, settings }, checkpoint?.step ?? 0);
    return { config, settings, checkpoint, history, data, promised };
  }

  /** The files that a kept run needs, with its settings. Throws LabError `not_found`. */
  async needs(id: string): Promise<Pick<FoundRun, 'settings' | 'data'>> {
    const run = await requireRun(await this.runs(), id);
    return { settings: settingsOf(run.settings, run.name), data: run.data };
  }

  /** What is kept of the person's own files; null where nothing is. */
  async data(): Promise<KeptData | null> {
    if (this.open === null) return null;
    return (await this.runs().catch(() => null))?.data ?? null;
  }

  /** The checkpoint of a step, or the nearest that can be read. Throws LabError `not_found`. */
  async checkpoint(id: string, step: number): Promise<FoundCheckpoint> {
    const runs = await this.runs();
    const run = await requireRun(runs, id);
    const checkpoint = await runs.folder(id).nearest(run, step);
    if (checkpoint === null) {
      throw new LabError(
        'not_found',
        `${run.name} has no checkpoint that can be read.`,
        'Go back to the end, where the run is as it is now.',
      );
    }
    return { settings: settingsOf(checkpoint.config, run.name), checkpoint, data: run.data };
  }

  async list(): Promise<KeptList> {
    if (this.open === null) return { runs: [], deleted: [], available: null };
    const runs = await this.runs();
    const [kept, available] = await Promise.all([runs.list(), runs.available()]);
    const elsewhere = await runs.elsewhere();
    const listed = kept.flatMap((run) => listedRun(run, elsewhere.has(run.id)) ?? []);
    for (const { id, elsewhere } of listed) if (elsewhere) this.news.watch(runs, id);
    return { runs: listed, deleted: await runs.deleted(), available };
  }

  async past(id: string): Promise<RunPast> {
    const runs = await this.runs();
    const { logs: _, ...past } = await runs.folder(id).history(await requireRun(runs, id));
    return past;
  }

  async rename(id: string, name: string): Promise<null> {
    await (await this.runs()).rename(id, name);
    return null;
  }

  async describe(id: string, about: SaidOfRun): Promise<null> {
    await (await this.runs()).describe(id, about);
    return null;
  }

  /** Deletes a run that nobody trains. Throws LabError where another tab does. */
  async delete(id: string): Promise<null> {
    const runs = await this.runs();
    const { name } = await requireRun(runs, id);
    const release = await runs.claim(id);
    if (release === null) throw elsewhere(name);
    await runs.delete(id);
    release();
    return null;
  }

  async restore(id: string): Promise<boolean> {
    return (await this.runs()).restore(id);
  }

  private keeperOf(
    runs: KeptRuns,
    id: string,
    { history, data: identity }: FoundRun,
    release: (() => void) | null,
  ): RunKeeper {
    const claim = new RunClaim(runs, id, release);
    return this.keeper(runs, id, { claim, before: history.before ?? [], identity, history });
  }

  private keeper(
    runs: KeptRuns,
    id: string,
    parts: Omit<RunKeeperParts, 'runId' | 'folder' | 'post'>,
  ): RunKeeper {
    return new RunKeeper({ runId: id, folder: runs.folder(id), post: this.post, ...parts });
  }

  /** The runs of this browser. Rejects with LabError `not_found` where it keeps none. */
  runs(): Promise<KeptRuns> {
    if (this.open === null) return Promise.reject(notKept(''));
    this.opened ??= this.open().then(
      (runs) => {
        runs.onNews(() => this.news.tell());
        return runs;
      },
      (error: unknown) => {
        this.opened = null;
        throw error;
      },
    );
    return this.opened;
  }
}

async function requireRun(runs: KeptRuns, id: string): Promise<KeptRun> {
  const run = await runs.find(id);
  if (run === null) throw notKept(id);
  return run;
}

/** A run as the page lists it; null for one whose settings this lab cannot read. */
function listedRun(run: KeptRun, elsewhere: boolean): ListedRun | null {
  const { id, name, status, error, step, createdAt, seconds, bytes, before, data } = run;
  const { results, logged, about } = run;
  try {
    return {
      id,
      name,
      config: settingsOf(run.config, name),
      settings: settingsOf(run.settings, name),
      status: status === 'running' || status === 'paused' ? 'stopped' : status,
      error,
      step,
      checkpoints: run.checkpoints.map((each) => each.step),
      createdAt,
      seconds,
      bytes,
      opened: before !== null,
      data,
      results,
      logged,
      about,
      elsewhere,
    };
  } catch {
    return null;
  }
}

/** Settings as a person makes them: what the data were stands beside them. */
function settingsOf(written: unknown, label: string): RunConfig {
  const { data, models, training } = readRunFile(written, label);
  return { data: withFileName(data), models, training };
}

function notKept(id: string): LabError {
  return new LabError(
    'not_found',
    `This browser keeps no run ${id}.`,
    'Press Train to run it again.',
  );
}

/** The weights that the run began with are nowhere else. */
function beginningLost(name: string): LabError {
  return new LabError(
    'bad_file',
    `${name} began with opened weights, and none of its checkpoints can be read.`,
    'Open those weights again and train on from them.',
  );
}

/** Another tab trains the run. */
function elsewhere(name: string): LabError {
  return new LabError(
    'bad_config',
    `${name} is being trained in another tab.`,
    'Go on there, or close that tab first.',
  );
}
