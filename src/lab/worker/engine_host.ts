/**
 * The engine behind the worker's door: the device, the open data, the runs, and an answer to every
 * command of the protocol. It posts events and touches neither page nor worker globals, so tests can
 * drive it directly.
 */
import { describeError, LabError } from '../../base/lab_error';
import { onMistake, openDevice, type OpenedDevice } from '../../gpu/device';
import { AnnotationHost } from './annotation_host';
import { CheckpointLooks } from './checkpoint_looks';
import { handlersOf, MOVED, type Handlers } from './handlers';
import { KeptRunHost } from './kept_run_host';
import type { KeptRuns } from '../keep/kept_runs';
import { SharedWorks, type Work } from '../../base/work';
import { LanguageModelHost } from './language_model_host';
import type { LanguageModelStore } from '../language/language_model_store';
import type { LiveRun } from './live_run';
import { pageAccess, pageLanguageModels } from './page_access';
import { PageModels } from './page_models';
import type { AdapterReport, Command, Event } from '../protocol/protocol';
import type { AnswerEvent, AskCommand, RequestName } from '../protocol/requests';
import { RunAnalyses } from './run_analyses';
import { RunData } from '../train/run_data';
import { RunFilesHost } from './run_files_host';
import { RunPreparation } from './run_preparation';
import { TextHost } from './text_host';
import { whatIsLost } from './what_is_lost';

/** WebGPU's default limit, by which a weak adapter is recognised. */
const DEFAULT_BINDING = 134_217_728;

export class EngineHost {
  private opened: Promise<OpenedDevice> | null = null;
  private base = '';
  private store: LanguageModelStore | null = null;
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
  /** What gives up the questions that are worked on, by request. */
  private readonly asked = new Map<number, AbortController>();
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
  private readonly handlers: Handlers;

  /** `openRuns` gives the runs that the browser keeps; without it nothing is kept. */
  constructor(
    private readonly gpu: GPU | undefined,
    private readonly post: (event: Event, transfer?: Transferable[]) => void,
    openRuns: (() => Promise<KeptRuns>) | null = null,
  ) {
    const device = async () => (await this.device()).device;
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
    this.preparation = new RunPreparation({ device, data, post: tell, kept, files });
    const sourceOf = (runId: string) => this.runs.get(runId)?.source ?? null;
    const checkpoints = new CheckpointLooks({ device, kept, data, files, sourceOf });
    this.checkpoints = checkpoints;
    const analyses = new RunAnalyses((runId) => this.run(runId), checkpoints);
    this.analyses = analyses;
    this.handlers = handlersOf({
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
  }

  /** Carries out a command; failures become events, never exceptions. */
  async handle(command: Command): Promise<void> {
    try {
      if (command.kind === 'ask') await this.answer(command);
      else if (command.kind === 'cancel') this.asked.get(command.requestId)?.abort();
      else if (command.kind === 'connect') await this.connect(command.base);
      else if (command.kind === 'start') await this.start(command);
      else if (command.kind === 'reopen') await this.reopen(command);
      else await this.steer(command);
    } catch (error) {
      const described = describeError(error);
      if ('requestId' in command) {
        this.post({ kind: 'request_failed', requestId: command.requestId, error: described });
      } else if (command.kind === 'connect') {
        this.post({ kind: 'unavailable', error: described });
      } else if (command.kind === 'start' || command.kind === 'reopen') {
        // It never came to be; a run that is there ends by its own error only, see LiveRun.
        this.post({ kind: 'failed', runId: command.runId, error: described });
      } else {
        const { runId, kind } = command;
        this.post({ kind: 'command_failed', runId, command: kind, error: described });
      }
    }
  }

  private async connect(base: string): Promise<void> {
    this.base = base;
    const opened = await this.device();
    this.post({ kind: 'connected', adapter: reportOf(opened) });
  }

  private device(): Promise<OpenedDevice> {
    this.opened ??= this.openDevice();
    return this.opened;
  }

  private async openDevice(): Promise<OpenedDevice> {
    try {
      const opened = await openDevice(this.gpu);
      void opened.lost.then((error) => this.afterLoss(error));
      onMistake(opened.device, (error) => {
        for (const run of this.runs.values()) void run.end(error);
      });
      return opened;
    } catch (error) {
      this.opened = null;
      throw error;
    }
  }

  /**
   * Buffers died with the device. Runs that were going on are lost; those whose training was over have
   * their weights on the CPU and go on with the next device.
   */
  private async afterLoss(error: LabError): Promise<void> {
    this.opened = null;
    this.store = null;
    this.text.reset();
    this.checkpoints.reset();
    this.data.forgetMadeData();
    const lostRuns: string[] = [];
    let kept = 0;
    for (const [runId, run] of this.runs) {
      if (await run.surviveDevice().catch(() => false)) continue;
      lostRuns.push(runId);
      if (run.isKept) kept += 1;
      this.runs.delete(runId);
      // It can be gone on with from its latest checkpoint.
      await run.letGo();
      this.analyses.forget(runId);
    }
    const { code, message, wayOut } = error;
    const told = `${message} ${whatIsLost({ lost: lostRuns.length - kept, kept, over: this.runs.size })}`;
    this.post({ kind: 'device_lost', error: { code, message: told, wayOut }, lostRuns });
  }

  /** The language models of the device. */
  private async languageModels(): Promise<LanguageModelStore> {
    const { device } = await this.device();
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
    const looking = await this.looks.take(command.runId);
    await looking?.destroy();
    await this.forget(command.runId);
    const run = await this.preparation.reopen(command);
    if (run === null) return;
    this.runs.set(command.runId, run);
    await run.resume();
  }

  /** Reads a kept run for a question about its models; one that is in memory is there. */
  private async look(runId: string, work: Work): Promise<void> {
    if (this.preparation.isUnderWay(runId)) return;
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

  private async answer<Name extends RequestName>(command: AskCommand<Name>): Promise<void> {
    const { requestId, name, ask } = command;
    const controller = new AbortController();
    this.asked.set(requestId, controller);
    const work: Work = {
      signal: controller.signal,
      onProgress: (fraction, stage) =>
        this.post({ kind: 'analysis_progress', requestId, fraction, stage }),
    };
    try {
      // What is in memory answers in the same turn: a command that comes next finds the question under way.
      if (ask !== null && 'model' in ask && 'runId' in ask && !this.runs.has(ask.runId)) {
        await this.look(ask.runId, work);
      }
      const answer = await this.handlers[name](ask, work);
      // The handler of a name gives the answer of that name, which the union of all events does not tell.
      const event = { kind: 'answer', requestId, name, answer } as AnswerEvent;
      this.post(event, MOVED[name]?.(answer));
    } finally {
      this.asked.delete(requestId);
    }
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

function reportOf({ device, adapter }: OpenedDevice): AdapterReport {
  const { limits, features } = device;
  return {
    ...adapter,
    features: [...features].sort(),
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    defaultLimitsOnly: limits.maxStorageBufferBindingSize <= DEFAULT_BINDING,
  };
}
