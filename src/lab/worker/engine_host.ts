/**
 * The engine behind the worker's door: the device, the open data, the runs, and an answer to every
 * command of the protocol. It posts events and touches neither page nor worker globals, so tests can
 * drive it directly.
 */
import { describeError, LabError, type LabErrorData } from '../../base/lab_error';
import { SharedWorks, type Work } from '../../base/work';
import { lossBehind, type OpenedDevice } from '../../gpu/device';
import type { KeptRuns } from '../keep/kept_runs';
import type { LanguageModelStore } from '../language/language_model_store';
import type { Command, Event } from '../protocol/protocol';
import { liveChanges } from '../run/live_settings';
import { RunData } from '../train/run_data';
import { AnnotationHost } from './annotation_host';
import { AskedQuestions } from './asked_questions';
import { CheckpointLooks } from './checkpoint_looks';
import { EngineDevice, reportOf } from './engine_device';
import { handlersOf } from './handlers';
import { KeptRunHost } from './kept_run_host';
import { LanguageModelHost } from './language_model_host';
import type { LiveRun } from './live_run';
import { pageAccess, pageLanguageModels } from './page_access';
import { PageModels } from './page_models';
import { Recovery } from './recovery';
import { RunAnalyses } from './run_analyses';
import { RunFilesHost } from './run_files_host';
import { RunPreparation, type Preparing } from './run_preparation';
import { TextHost } from './text_host';

export class EngineHost {
  private base = '';
  private store: LanguageModelStore | null = null;
  private readonly gpu: EngineDevice;
  private readonly data = new RunData((file) =>
    pageAccess(this.base, file, () => this.languageModels()),
  );
  private readonly models = new PageModels();
  private readonly runs = new Map<string, LiveRun>();
  private readonly kept: KeptRunHost;
  private readonly files: RunFilesHost;
  private readonly preparation: RunPreparation;
  private readonly checkpoints: CheckpointLooks;
  private readonly analyses: RunAnalyses;
  /** Kept runs that are being read for a question. */
  private readonly looks = new SharedWorks<LiveRun>();
  private readonly questions: AskedQuestions;
  private readonly modelHost = new LanguageModelHost({
    languageModels: () => this.languageModels(),
    files: this.models,
    base: () => this.base,
    isInUse: (id, forRun) =>
      [...this.runs.values(), ...this.preparation.configsBeside(forRun)].some(
        ({ config: { data } }) => data.kind === 'lm' && data.model === id,
      ),
    forgetData: () => this.data.forgetMadeData(),
  });
  private readonly text = new TextHost({
    languageModels: () => this.languageModels(),
    run: (runId) => this.run(runId),
    axes: (about, work) => this.analyses.axes(about, work),
  });
  private readonly recovery = new Recovery({
    runs: this.runs,
    stepOf: (runId) => this.kept.stepOf(runId),
    drop: (runId) => {
      this.runs.delete(runId);
      this.forgetAnswers(runId);
    },
  });
  /** Losses of which the runs are not settled yet, and what resolves when they are. Never rejects. */
  private losses = 0;
  private recovered: Promise<void> = Promise.resolve();

  /** `openRuns` gives the runs that the browser keeps; without it nothing is kept. */
  constructor(
    gpu: GPU | undefined,
    private readonly post: (event: Event, transfer?: Transferable[]) => void,
    openRuns: (() => Promise<KeptRuns>) | null = null,
  ) {
    this.gpu = new EngineDevice({
      gpu,
      onLoss: (error) => this.afterLoss(error),
      onMistake: (error) => {
        for (const run of this.runs.values()) void run.end(error);
      },
    });
    const device = async () => (await this.gpu.open()).device;
    const lossHeard = () => this.lossHeard();
    const { data, modelHost: models, text } = this;
    const tell = (event: Event) => {
      if (event.kind === 'kept') this.forgetCheckpoint(event);
      this.post(event);
    };
    const kept = new KeptRunHost(openRuns, tell);
    this.kept = kept;
    this.files = new RunFilesHost({
      data,
      models: this.models,
      placeModel: (id, files, runId) => models.place(id, files, runId),
      kept: () => kept.data(),
    });
    const { files } = this;
    this.preparation = new RunPreparation({
      device: () => this.gpu.open(),
      data,
      post: tell,
      kept,
      files,
      lossHeard,
    });
    const sourceOf = (runId: string) => this.runs.get(runId)?.source ?? null;
    const checkpoints = new CheckpointLooks({ device, kept, data, files, sourceOf });
    this.checkpoints = checkpoints;
    const analyses = new RunAnalyses((runId) => this.run(runId), checkpoints);
    this.analyses = analyses;
    const handlers = handlersOf({
      device,
      data,
      run: (runId) => this.run(runId),
      analyses,
      models,
      text,
      kept,
      files,
      annotations: new AnnotationHost({
        place: () => kept.place(),
        run: (runId) => this.runs.get(runId),
      }),
      checkpoints,
      letGo: (runId) => this.forget(runId),
    });
    this.questions = new AskedQuestions({
      handlers,
      post,
      lossHeard,
      prepare: ({ name, ask }, work) => {
        if (ask === null || !('runId' in ask)) return null;
        if (!('model' in ask) && name !== 'probe_run') return null;
        const isThere = this.losses === 0 && this.runs.has(ask.runId);
        return isThere ? null : this.look(ask.runId, work);
      },
    });
  }

  /** Carries out a command; failures become events, never exceptions. */
  async handle(command: Command): Promise<void> {
    try {
      if (command.kind === 'ask') await this.questions.answer(command);
      else if (command.kind === 'cancel') this.questions.cancel(command.requestId);
      else if (command.kind === 'connect') await this.connect(command.base);
      else if (command.kind === 'start') await this.start(command);
      else if (command.kind === 'reopen') {
        this.recovery.forget(command.runId);
        await this.reopen(command);
      } else await this.steer(command);
    } catch (error) {
      this.tellFailure(command, error);
    }
  }

  private tellFailure(command: Command, error: unknown): void {
    const described = describeError(error);
    const { kind } = command;
    if (kind === 'connect') this.post({ kind: 'unavailable', error: described });
    // It never came to be; a run that is there ends by its own error only, see LiveRun.
    else if (kind === 'start' || kind === 'reopen') {
      this.post({ kind: 'failed', runId: command.runId, error: described });
    } else if ('runId' in command) {
      const { runId } = command;
      this.post({ kind: 'command_failed', runId, command: kind, error: described });
    }
  }

  private async connect(base: string): Promise<void> {
    this.base = base;
    this.tellDevice(await this.gpu.open());
  }

  private tellDevice(opened: OpenedDevice): void {
    this.post({ kind: 'connected', adapter: reportOf(opened) });
  }

  /** Resolves when a loss of the device that is behind a failure has been heard of. */
  private async lossHeard(): Promise<void> {
    const opened = await this.gpu.current;
    if (opened !== null) await lossBehind(opened);
  }

  /** Buffers died with the device: the runs go on from what is kept of them. */
  private afterLoss(error: LabError): void {
    this.store = null;
    this.text.reset();
    this.checkpoints.reset();
    this.data.forgetMadeData();
    this.questions.endAll(error);
    const interrupted = this.preparation.interrupt();
    this.losses += 1;
    this.recovered = this.recovered
      .then(async () => this.recover(describeError(error), await interrupted))
      .finally(() => {
        this.losses -= 1;
      });
  }

  private async recover(error: LabErrorData, interrupted: readonly Preparing[]): Promise<void> {
    const next = await this.gpu.openAgain();
    const unable = 'device' in next ? null : next;
    const { fates, commands, over } = await this.recovery.settle(interrupted, unable, error);
    this.post({ kind: 'device_lost', error, fates });
    if ('device' in next) this.tellDevice(next);
    for (const command of commands) {
      try {
        await (command.kind === 'start' ? this.start(command) : this.reopen(command));
      } catch (failure) {
        this.tellFailure(command, failure);
      }
    }
    for (const run of over) {
      // What is kept is read again with its data when somebody asks.
      await run.reopenData().catch(() => (run.isKept ? this.forget(run.runId) : undefined));
    }
  }

  /** The language models of the device. */
  private async languageModels(): Promise<LanguageModelStore> {
    const { device } = await this.gpu.open();
    this.store ??= pageLanguageModels(device, this.base, this.models, this.post);
    return this.store;
  }

  private async start(command: Extract<Command, { kind: 'start' }>): Promise<void> {
    const run = await this.preparation.prepare(command);
    if (run === null) return;
    this.runs.set(command.runId, run);
    if (command.weights !== undefined) await run.keepStart();
    if (command.paused !== true) {
      await run.resume();
      return;
    }
    await run.pause();
    if (command.weights !== undefined) await run.look().catch((error: unknown) => run.end(error));
  }

  private async reopen(command: Extract<Command, { kind: 'reopen' }>): Promise<void> {
    const { runId, settings, paused } = command;
    const looking = await this.looks.take(runId);
    await looking?.destroy();
    await this.forget(runId);
    const run = await this.preparation.reopen(command);
    if (run === null) return;
    this.runs.set(runId, run);
    // What was changed after the checkpoint.
    const changes = settings === undefined ? [] : liveChanges(run.settings, settings);
    for (const change of changes) await run.change(change);
    await (paused === true ? run.pause() : run.resume());
  }

  /** Reads a kept run for a question about its models; one that is in memory, or will be after a loss, is there. */
  private async look(runId: string, work: Work): Promise<void> {
    await this.recovered;
    if (this.runs.has(runId) || this.preparation.isUnderWay(runId)) return;
    if (!(await this.kept.has(runId))) return;
    const run = await this.looks.join(runId, (own) => this.preparation.look(runId, own), work);
    this.looks.forget((other) => other === runId);
    this.runs.set(runId, run);
  }

  /** Frees what a run holds in memory. */
  private async forget(runId: string): Promise<void> {
    const run = this.runs.get(runId);
    this.runs.delete(runId);
    this.forgetAnswers(runId);
    this.checkpoints.forget(runId);
    await run?.destroy();
  }

  private async steer(
    command: Exclude<Command, { kind: 'ask' | 'cancel' | 'connect' | 'start' | 'reopen' }>,
  ): Promise<void> {
    const { kind, runId } = command;
    // One that never came to be, or went with its device, is forgotten already.
    if (kind === 'forget' && (this.preparation.giveUp(runId) || !this.runs.has(runId))) return;
    const run = this.run(runId);
    switch (command.kind) {
      case 'pause':
        await run.pause();
        break;
      case 'resume':
        await run.resume();
        break;
      case 'step':
        await run.stepOnce();
        break;
      case 'stop':
        await run.stop();
        break;
      case 'forget':
        await this.forget(runId);
        break;
      case 'set_hyperparameters':
        if (await run.change(command.settings)) this.forgetAnswers(runId);
        break;
    }
  }

  /** What was read of a checkpoint is of no more use when it is written anew. */
  private forgetCheckpoint({
    runId,
    step,
  }: {
    readonly runId: string;
    readonly step: number;
  }): void {
    this.checkpoints.forget(runId, step);
    this.analyses.forget(runId, step);
  }

  private forgetAnswers(runId: string): void {
    this.analyses.forget(runId);
    this.text.forget(runId);
  }

  private run(runId: string): LiveRun {
    const run = this.runs.get(runId);
    if (run !== undefined) return run;
    throw new LabError(
      'not_found',
      'This run is no longer in memory.',
      'Press Train to run it again; its settings and curves are still here.',
    );
  }
}
