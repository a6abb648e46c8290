/**
 * The engine's side of the runs that this browser keeps: it begins to keep a new one, says what is needed to go on with an
 * old one, and answers the questions about them. Where nothing can be kept it says so once and is in nobody's way.
 */
import { at } from '../../base/array';
import { describeError, LabError } from '../../base/lab_error';
import { sha256Of } from '../../io/sha256';
import type { Checkpoint } from '../keep/checkpoint';
import type { KeptHistory } from '../keep/kept_folder';
import type { KeptRuns } from '../keep/kept_runs';
import { readRunFile } from '../keep/run_file';
import { keptRun, type KeptRun } from '../keep/run_index';
import type { SaidOfRun, Event, KeptList, ListedRun, RunPast } from '../protocol/protocol';
import { fileText, otherFile, type DataIdentity } from '../run/data_identity';
import { fileSetting, withFileName } from '../run/data_kinds';
import { totalSteps, type RunConfig } from '../run/run_config';
import type { TrainedBefore } from '../run/run_history';
import { RunKeeper } from './run_keeper';

/** A run that begins to be kept. */
export interface NewRun {
  readonly id: string;
  readonly name: string;
  readonly config: RunConfig;
  /** What its weights have behind them; null for fresh ones. */
  readonly before: readonly TrainedBefore[] | null;
  /** Of a dropped file; null where the data open by themselves. */
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
}

export class KeptRunHost {
  private opened: Promise<KeptRuns> | null = null;
  private told = false;

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
      this.post({ kind: 'kept', runId: id, step: 0 });
      return this.keeper(runs, id, { release, before: before ?? [], identity, history: null });
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

  /** Whether this browser keeps a run of that id. */
  async has(id: string): Promise<boolean> {
    if (this.open === null) return false;
    const runs = await this.runs().catch(() => null);
    return runs !== null && (await runs.find(id)) !== null;
  }

  /** Reads a kept run. Throws LabError `not_found`. */
  async find(id: string): Promise<FoundRun> {
    const runs = await this.runs();
    const run = await requireRun(runs, id);
    const folder = runs.folder(id);
    const checkpoint = await folder.latest(run);
    const config = settingsOf(run.config, run.name);
    // What the record says of later settings went with what was torn.
    const settings = checkpoint === null ? config : settingsOf(checkpoint.config, run.name);
    const history = await folder.history({ ...run, settings }, checkpoint?.step ?? 0);
    return { config, settings, checkpoint, history, data: run.data };
  }

  /** Who keeps a run that goes on; null when another tab does. */
  async again(id: string, { history, data }: FoundRun): Promise<RunKeeper | null> {
    const runs = await this.runs();
    const release = await runs.claim(id);
    if (release === null) return null;
    const before = history.before ?? [];
    return this.keeper(runs, id, { release, before, identity: data, history });
  }

  async list(): Promise<KeptList> {
    if (this.open === null) return { runs: [], available: null };
    const runs = await this.runs();
    const [listed, available] = await Promise.all([runs.list(), runs.available()]);
    return { runs: listed.flatMap((run) => listedRun(run) ?? []), available };
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

  /** The runs of this browser. Rejects with LabError `not_found` where it keeps none. */
  runs(): Promise<KeptRuns> {
    if (this.open === null) return Promise.reject(notKept(''));
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = null;
      throw error;
    });
    return this.opened;
  }

  private keeper(
    runs: KeptRuns,
    id: string,
    parts: Omit<ConstructorParameters<typeof RunKeeper>[0], 'runId' | 'folder' | 'post'>,
  ): RunKeeper {
    return new RunKeeper({ runId: id, folder: runs.folder(id), post: this.post, ...parts });
  }
}

/** What a dropped file is, for a run that was trained on it; null where the data open by themselves. */
export async function identityOf(
  config: RunConfig,
  bytes: ArrayBuffer | null,
  source: { readonly width: number; readonly size: { readonly all: number | null } },
): Promise<DataIdentity | null> {
  const own = fileSetting(config.data);
  if (own === null || bytes === null) return null;
  const sha256 = await sha256Of(new Uint8Array(bytes));
  return {
    rows: source.size.all,
    width: source.width,
    files: [{ ...own, bytes: bytes.byteLength, sha256 }],
  };
}

/** Checks the file that a kept run needs. Throws LabError `not_found` without one, `bad_data` for another. */
export async function requireSameFile(
  data: DataIdentity,
  bytes: ArrayBuffer | null,
): Promise<void> {
  const known = at(data.files, 0);
  if (bytes === null) {
    const rows = data.rows === null ? '' : `${data.rows} rows, `;
    throw new LabError(
      'not_found',
      `This run was trained on ${known.name} (${rows}${fileText(known)}), which is not open in this page.`,
      'Choose that file for it; this browser keeps the run, not its data.',
    );
  }
  const sha256 = await sha256Of(new Uint8Array(bytes));
  const found = { bytes: bytes.byteLength, sha256 };
  if (sha256 !== known.sha256) throw otherFile(known, found, known.name);
}

async function requireRun(runs: KeptRuns, id: string): Promise<KeptRun> {
  const run = await runs.find(id);
  if (run === null) throw notKept(id);
  return run;
}

/** A run as the page lists it; null for one whose settings this lab cannot read. */
function listedRun(run: KeptRun): ListedRun | null {
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
      createdAt,
      seconds,
      bytes,
      opened: before !== null,
      data,
      results,
      logged,
      about,
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

/** Another tab trains the run. */
export function elsewhere(name: string): LabError {
  return new LabError(
    'bad_config',
    `${name} is being trained in another tab.`,
    'Go on there, or close that tab first.',
  );
}
