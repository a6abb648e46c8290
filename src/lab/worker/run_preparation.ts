/**
 * A run on its way to its first step, or to the next one of a kept run: its data are opened, which may load a language model and have it read,
 * the kernels compiled. It says what it is doing and can be given up, in which case nothing is left of it.
 */
import { LabError } from '../../base/lab_error';
import { requireWanted, type Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { lossBehind, type OpenedDevice } from '../../gpu/device';
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
  device(): Promise<OpenedDevice>;
  readonly data: RunData;
  readonly post: (event: Event) => void;
  readonly kept: KeptRunHost;
  readonly files: RunFilesHost;
  /** Resolves when a loss of the device that is behind a failure has been heard of. */
  lossHeard(): Promise<unknown>;
}

type Start = Extract<Command, { kind: 'start' }>;
type Reopen = Extract<Command, { kind: 'reopen' }>;

/** What has a run prepared. */
export type Preparing = Start | Reopen;

/** What a live run is made of. */
interface LiveParts {
  readonly source: ActivationSource;
  readonly session: TrainingSession;
  /** What they lie on. */
  readonly opened: OpenedDevice;
  readonly before: readonly TrainedBefore[];
  readonly keeping: Keeping;
}

interface UnderWay {
  readonly command: Preparing;
  readonly config: RunConfig;
  readonly controller: AbortController;
  /** Resolves when nothing is left of it but its run. */
  readonly ended: Promise<void>;
}

export class RunPreparation {
  private readonly underWay = new Map<string, UnderWay>();

  constructor(private readonly options: RunPreparationOptions) {}

  /** The run, ready for its first step; null when it was given up. Rejects with LabError. */
  prepare(command: Start): Promise<LiveRun | null> {
    const { runId } = command;
    this.options.post({ kind: 'status', runId, status: 'preparing', step: 0 });
    const config = parseRunConfig(command.config);
    return this.under(command, config, (work) => this.build(command, config, work));
  }

  /** A kept run, ready for its next step; null when it was given up. Rejects with LabError. */
  async reopen(command: Reopen): Promise<LiveRun | null> {
    const { runId, samples } = command;
    const taken = await furtherBy(samples, await this.options.kept.take(runId));
    const { settings, history } = taken.found;
    this.options.post({ kind: 'status', runId, status: 'preparing', step: history.step });
    return this.under(command, settings, (work) => this.restore(runId, taken, work));
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

  /** Gives up all that are being prepared, for their device is lost; what would have them prepared again. */
  async interrupt(): Promise<readonly Preparing[]> {
    const interrupted = [...this.underWay.values()];
    for (const { controller } of interrupted) controller.abort();
    await Promise.all(interrupted.map(({ ended }) => ended));
    return interrupted.map(({ command }) => command);
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
    command: Preparing,
    config: RunConfig,
    build: (work: Work) => Promise<LiveRun>,
  ): Promise<LiveRun | null> {
    const { runId } = command;
    const controller = new AbortController();
    const { signal } = controller;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.underWay.set(runId, { command, config, controller, ended });
    const onProgress = (fraction: number, stage: string) => {
      if (!signal.aborted) this.options.post({ kind: 'preparing', runId, stage, fraction });
    };
    try {
      const run = await build({ signal, onProgress });
      if (!signal.aborted) return run;
      await run.destroy();
      return null;
    } catch (error) {
      // What breaks on a lost device may be heard of before the loss, which interrupts this.
      if (!signal.aborted) await this.options.lossHeard();
      // Nobody asks any more how it ended.
      if (signal.aborted) return null;
      throw error;
    } finally {
      this.underWay.delete(runId);
      end();
    }
  }

  private async build(
    { runId, name = runId, file, weights, before }: Start,
    config: RunConfig,
    work: Work,
  ): Promise<LiveRun> {
    const { files, kept } = this.options;
    const initial = weights?.map((start) => ({ kind: 'weights' as const, weights: start })) ?? [];
    const parts = await this.open(config, file, initial, work);
    const earlier =
      weights === undefined ? null : (before ?? config.models.map(() => NEVER_TRAINED));
    const identity = await files.identityOf(config, parts.source, file);
    const keeper = await kept.begin({ id: runId, name, config, before: earlier, identity });
    if (work.signal?.aborted === true && keeper !== null) await kept.discard(runId, keeper);
    const keeping = { keeper, past: null };
    return this.live(runId, config, { ...parts, before: before ?? [], keeping }, work);
  }

  /** A kept run as its latest checkpoint has it. */
  private async restore(runId: string, { found, keeper }: TakenRun, work: Work): Promise<LiveRun> {
    const { post } = this.options;
    const { config, settings, history, promised } = found;
    const opened = this.openAgain(runId, found, work);
    // Who cannot go on with it lets others.
    const own = await opened.catch(async (error: unknown) => {
      await keeper.close();
      throw error;
    });
    const keeping = { keeper, past: history };
    const parts = { ...own, before: history.before ?? [], keeping };
    const run = this.live(runId, config, parts, work);
    const { logs: _, ...past } = history;
    if (work.signal?.aborted !== true) post({ kind: 'reopened', runId, settings, past, promised });
    return run;
  }

  private async openAgain(
    runId: string,
    { data: identity, settings, checkpoint }: FoundRun,
    work: Work,
  ): Promise<Pick<LiveParts, 'source' | 'session' | 'opened'>> {
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
  ): Promise<Pick<LiveParts, 'source' | 'session' | 'opened'>> {
    const opened = await this.options.device();
    const { device } = opened;
    const source = await this.options.data.open(config, file, work);
    const session = await createSession({ device, config, source, initial }, work);
    return { source, session, opened };
  }

  private live(
    runId: string,
    config: RunConfig,
    { source, session, opened, before, keeping }: LiveParts,
    { signal }: Work,
  ): LiveRun {
    const { data, post } = this.options;
    const surroundings = {
      device: async () => (await this.options.device()).device,
      loss: () => lossBehind(opened),
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
