/**
 * A run on its way to its first step, or to the next one of a kept run: its data are opened, which may load a language model and have it read,
 * the kernels compiled. It says what it is doing and can be given up, in which case nothing is left of it.
 */
import { LabError } from '../../base/lab_error';
import { requireWanted, type Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import type { FoundRun, KeptRunHost, TakenRun } from './kept_run_host';
import { LiveRun } from './live_run';
import type { Keeping } from './run_keeper';
import type { Command, Event } from '../protocol/protocol';
import { parseRunConfig, totalSteps, type RunConfig } from '../run/run_config';
import type { GivenData, RunData } from '../train/run_data';
import type { RunFilesHost } from './run_files_host';
import { NEVER_TRAINED, type TrainedBefore } from '../run/run_history';
import { createSession, type TrainingSession } from '../train/session';
import type { StartingPoint } from '../train/session_types';

export interface RunPreparationOptions {
  device(): Promise<GPUDevice>;
  readonly data: RunData;
  readonly post: (event: Event) => void;
  readonly kept: KeptRunHost;
  readonly files: RunFilesHost;
}

type Start = Extract<Command, { kind: 'start' }>;

type Reopen = Extract<Command, { kind: 'reopen' }>;

/** What a live run is made of. */
interface LiveParts {
  readonly source: ActivationSource;
  readonly session: TrainingSession;
  readonly before: readonly TrainedBefore[];
  readonly keeping: Keeping;
}

interface UnderWay {
  readonly config: RunConfig;
  readonly controller: AbortController;
}

export class RunPreparation {
  private readonly underWay = new Map<string, UnderWay>();

  constructor(private readonly options: RunPreparationOptions) {}

  /** The run, ready for its first step; null when it was given up. Rejects with LabError. */
  prepare(command: Start): Promise<LiveRun | null> {
    const { runId } = command;
    this.options.post({ kind: 'status', runId, status: 'preparing', step: 0 });
    const config = parseRunConfig(command.config);
    return this.under(runId, config, (work) => this.build(command, config, work));
  }

  /** A kept run, ready for its next step; null when it was given up. Rejects with LabError. */
  async reopen({ runId, samples }: Reopen): Promise<LiveRun | null> {
    const taken = await furtherBy(samples, await this.options.kept.take(runId));
    const { settings, history } = taken.found;
    this.options.post({ kind: 'status', runId, status: 'preparing', step: history.step });
    return this.under(runId, settings, (work) => this.restore(runId, taken, work));
  }

  /** A kept run that rests, to be read: nothing is told of how it stands. Rejects with LabError. */
  async look(runId: string, work: Work): Promise<LiveRun> {
    const run = await this.restore(runId, await this.options.kept.look(runId), work);
    if (work.signal?.aborted === true) await run.destroy();
    requireWanted(work);
    await run.rest();
    return run;
  }

  /** Gives a run up; false when none of that id is being prepared. */
  giveUp(runId: string): boolean {
    const preparing = this.underWay.get(runId);
    preparing?.controller.abort();
    return preparing !== undefined;
  }

  /** Whether a run is being prepared. */
  isUnderWay(runId: string): boolean {
    return this.underWay.has(runId);
  }

  /** Settings of the runs that are being prepared, but for one. */
  configsBeside(runId: string | undefined): readonly { readonly config: RunConfig }[] {
    return [...this.underWay].flatMap(([id, run]) => (id === runId ? [] : [run]));
  }

  private async under(
    runId: string,
    config: RunConfig,
    build: (work: Work) => Promise<LiveRun>,
  ): Promise<LiveRun | null> {
    const controller = new AbortController();
    const { signal } = controller;
    this.underWay.set(runId, { config, controller });
    const onProgress = (fraction: number, stage: string) => {
      this.options.post({ kind: 'preparing', runId, stage, fraction });
    };
    try {
      const run = await build({ signal, onProgress });
      if (!signal.aborted) return run;
      await run.destroy();
      return null;
    } catch (error) {
      // Nobody asks any more how it ended.
      if (signal.aborted) return null;
      throw error;
    } finally {
      this.underWay.delete(runId);
    }
  }

  private async build(
    { runId, name = runId, file, weights, before }: Start,
    config: RunConfig,
    work: Work,
  ): Promise<LiveRun> {
    const { files, kept } = this.options;
    const initial = weights?.map((start) => ({ kind: 'weights' as const, weights: start })) ?? [];
    const { source, session } = await this.open(config, file, initial, work);
    const earlier =
      weights === undefined ? null : (before ?? config.models.map(() => NEVER_TRAINED));
    const identity = await files.identityOf(config, source, file);
    const keeper = await kept.begin({ id: runId, name, config, before: earlier, identity });
    if (work.signal?.aborted === true && keeper !== null) await kept.discard(runId, keeper);
    const keeping = { keeper, past: null };
    return this.live(runId, config, { source, session, before: before ?? [], keeping }, work);
  }

  /** A kept run as its latest checkpoint has it. */
  private async restore(runId: string, { found, keeper }: TakenRun, work: Work): Promise<LiveRun> {
    const { post } = this.options;
    const { config, settings, history, promised } = found;
    const opened = this.openAgain(runId, found, work);
    // Who cannot go on with it lets others.
    const { source, session } = await opened.catch(async (error: unknown) => {
      await keeper.close();
      throw error;
    });
    const keeping = { keeper, past: history };
    const parts = { source, session, before: history.before ?? [], keeping };
    const run = this.live(runId, config, parts, work);
    const { logs: _, ...past } = history;
    if (work.signal?.aborted !== true) post({ kind: 'reopened', runId, settings, past, promised });
    return run;
  }

  private async openAgain(
    runId: string,
    { data: identity, settings, checkpoint }: FoundRun,
    work: Work,
  ): Promise<Pick<LiveParts, 'source' | 'session'>> {
    const { files } = this.options;
    const file = identity === null ? undefined : await files.find(runId, settings, identity);
    const initial = checkpoint?.states.map((state) => ({ kind: 'state' as const, state })) ?? [];
    return this.open(settings, file, initial, work);
  }

  private async open(
    config: RunConfig,
    file: GivenData | undefined,
    initial: readonly StartingPoint[],
    work: Work,
  ): Promise<Pick<LiveParts, 'source' | 'session'>> {
    const device = await this.options.device();
    const source = await this.options.data.open(config, file, work);
    return { source, session: await createSession({ device, config, source, initial }, work) };
  }

  private live(
    runId: string,
    config: RunConfig,
    { source, session, before, keeping }: LiveParts,
    { signal }: Work,
  ): LiveRun {
    const { data, post } = this.options;
    const surroundings = {
      device: () => this.options.device(),
      source: data.again(config),
    };
    const run = new LiveRun(runId, config, source, session, surroundings, post, before, keeping);
    const { totalSteps, estimate, statistics, lambdas } = session;
    if (signal?.aborted !== true) {
      post({ kind: 'started', runId, config, totalSteps, estimate, statistics, lambdas });
    }
    return run;
  }
}

/** A kept run that shall see so many samples in all. Throws LabError `bad_config` for fewer than it has seen. */
async function furtherBy(samples: number | undefined, taken: TakenRun): Promise<TakenRun> {
  if (samples === undefined) return taken;
  const { found, keeper } = taken;
  const { settings, history } = found;
  const training = { ...settings.training, training_samples: samples };
  if (totalSteps(training) <= history.step) {
    // Who cannot go on with it lets others.
    await keeper.close();
    throw new LabError(
      'bad_config',
      `This run has taken ${history.step} steps: ${samples} samples in all are no more than it has seen.`,
      'Ask for more samples.',
    );
  }
  return { keeper, found: { ...found, settings: parseRunConfig({ ...settings, training }) } };
}
