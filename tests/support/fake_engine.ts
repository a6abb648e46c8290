/**
 * A test double of the engine's worker: it answers the protocol with a scripted run that looks like
 * training (losses fall, TopK tiles the shapes, SASA settles to one group each). Everything it sends is
 * invented; it exists so that stores and pages can be tested without a GPU.
 */
import { at } from '../../src/base/array';
import { describeError, LabError, type LabErrorData } from '../../src/base/lab_error';
import type {
  AdapterReport,
  Command,
  Event as EngineEvent,
  ImportedRun,
  ListedRun,
  MetricRecord,
  RunPast,
  RunStatus,
} from '../../src/lab/protocol/protocol';
import type {
  AnswerEvent,
  AnswerOf,
  AskCommand,
  RequestName,
} from '../../src/lab/protocol/requests';
import type { KeptData } from '../../src/lab/keep/kept_data';
import type { DataIdentity } from '../../src/lab/run/data_identity';
import { defaultPreset } from '../../src/lab/run/presets';
import { changedSettings, withLiveSettings } from '../../src/lab/run/live_settings';
import { parseRunConfig, totalSteps } from '../../src/lab/run/run_config';
import { PageModels } from '../../src/lab/worker/page_models';
import { RunFilesHost } from '../../src/lab/worker/run_files_host';
import type { EngineWorker } from '../../src/state/engine_client';
import {
  estimateOf,
  evaluationOf,
  labelsOf,
  lambdaOf,
  previewOf,
  recordOf,
  shapesOf,
  statisticsOf,
  type ScriptedRun,
} from './scripted_answers';
import { annotationsScript } from './fake_annotations';
import { analysesScript, type AnalysesOptions } from './fake_analyses';
import { FakeLanguage, type LanguageOptions, type Script } from './fake_language';
import { describedData } from './scripted_data';
import { memoryData } from './memory_runs';
import { feedingOf } from './scripted_language';

export interface FakeOptions extends LanguageOptions, AnalysesOptions {
  /** Milliseconds between turns of the script; 0 makes every command answer at once, by `turn()`. */
  readonly interval: number;
  /** Steps taken in one turn. */
  readonly stepsPerTurn: number;
  readonly adapter: AdapterReport | null;
  /** Step at which every run fails; 0 while it is being prepared. */
  readonly failAt?: number;
  /** Runs that the browser keeps, and their past by id. */
  readonly kept?: readonly ListedRun[];
  readonly pasts?: Readonly<Record<string, RunPast>>;
  /** What becomes of the runs in files that are imported. */
  readonly imported?: readonly ImportedRun[];
  /** What the browser keeps of the person's files. */
  readonly data?: KeptData;
  /** Questions that are answered with an error. */
  readonly refused?: Readonly<Partial<Record<RequestName, LabErrorData>>>;
  /** Questions that are taken up and told of, a quarter done, but never answered. */
  readonly held?: readonly RequestName[];
}

const NO_WEBGPU = describeError(
  new LabError('no_webgpu', 'This browser has no WebGPU.', 'Use Chrome 113 or later.'),
);

export const FAKE_ADAPTER: AdapterReport = {
  name: 'Scripted adapter',
  vendor: 'none',
  architecture: 'none',
  software: true,
  features: ['shader-f16', 'subgroups', 'timestamp-query'],
  maxBufferSize: 4 * 2 ** 30,
  maxStorageBufferBindingSize: 2 * 2 ** 30,
  defaultLimitsOnly: false,
};

export class FakeEngine implements EngineWorker {
  onmessage: ((message: MessageEvent<EngineEvent>) => void) | null = null;
  onerror: ((error: ErrorEvent) => void) | null = null;
  onmessageerror: ((message: MessageEvent) => void) | null = null;
  readonly commands: Command[] = [];
  readonly #runs = new Map<string, ScriptedRun>();
  readonly #language: FakeLanguage;
  readonly #timer: ReturnType<typeof setInterval> | null;
  readonly #open = new Map<number, AbortController>();
  readonly #script: Script;
  readonly #deleted = new Set<string>();
  /** Files are checked as the engine does it. */
  readonly #files: RunFilesHost;

  constructor(private readonly options: FakeOptions) {
    const { data = memoryData() } = options;
    this.#files = new RunFilesHost({
      data: { fileBytes: () => null, fileHash: () => Promise.resolve(null) },
      models: new PageModels(),
      placeModel: () => Promise.resolve(),
      kept: () => Promise.resolve(data),
    });
    this.#language = new FakeLanguage(options, {
      emit: (event) => this.emit(event),
      stepOf: (runId) => this.#stepOf(runId),
    });
    this.#script = {
      ...this.#language.script,
      ...annotationsScript(),
      ...analysesScript((runId) => this.#runs.get(runId), options),
      estimate: ({ config }) => estimateOf(parseRunConfig(config)),
      preview: ({ config }) => previewOf(parseRunConfig(config)),
      describe_data: ({ config }) => describedData(parseRunConfig(config)),
      probe_checkpoint: ({ runId, checkpoint }) => {
        const run = { ...this.#runOf(runId), step: checkpoint };
        const { models, data } = run.config;
        const shapes = models.map((model, index) => shapesOf(run, model, index));
        const labels = models.map((model, index) => labelsOf(run, model, index));
        const isSynthetic = data.kind === 'synthetic';
        return {
          step: checkpoint,
          shapes: isSynthetic ? shapes : null,
          labels: isSynthetic ? null : labels,
        };
      },
      evaluate: ({ runId, model, ...wanted }) => {
        const run = this.#runOf(runId);
        return evaluationOf(run, at(run.config.models, model), model, wanted);
      },
      export: ({ runId, model }) => ({
        step: this.#stepOf(runId),
        filename: `model_${model}.zip`,
        mimeType: 'application/zip',
        bytes: new ArrayBuffer(16),
      }),
      list_kept_runs: () => ({
        runs: this.#kept(),
        deleted: [...this.#deleted],
        available: 2 ** 30,
      }),
      kept_past: ({ runId }) => this.#pastOf(runId),
      probe_run: () => null,
      rename_kept_run: () => null,
      describe_kept_run: () => null,
      delete_kept_run: ({ runId }) => {
        this.#deleted.add(runId);
        return null;
      },
      restore_kept_run: ({ runId }) => this.#deleted.delete(runId),
      weigh_kept_runs: ({ runIds }) => {
        const runs = this.#kept().filter(({ id }) => runIds?.includes(id) ?? true);
        const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
        return { runs: runs.length, bytes, older: 3 * runs.length, olderBytes: 2 * bytes };
      },
      export_kept_runs: ({ runIds }) => ({
        runs: runIds?.length ?? this.#kept().length,
        bytes: 16,
        file: new Blob([new Uint8Array(16)]),
      }),
      import_runs: () => this.options.imported ?? [],
      list_data_files: () => this.#files.list(),
      give_run_files: ({ runId, files }) => this.#files.give(this.#needsOf(runId), files),
      copy_run_files: ({ runId }) =>
        this.#files.copy(parseRunConfig(defaultPreset.config), this.#needsOf(runId)),
      remove_copy: ({ sha256 }) => this.#files.removeCopy(sha256),
      remember_file: ({ file }) => this.#files.remember(file),
    };
    this.#timer = options.interval === 0 ? null : setInterval(() => this.turn(), options.interval);
  }

  /** Names of the questions so far, in their order. */
  get asked(): readonly RequestName[] {
    return this.commands.flatMap((command) => (command.kind === 'ask' ? [command.name] : []));
  }

  terminate(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#runs.clear();
  }

  postMessage(command: Command): void {
    this.commands.push(command);
    queueMicrotask(() => this.#answer(command));
  }

  emit(event: EngineEvent): void {
    this.onmessage?.(new MessageEvent('message', { data: event }));
  }

  /** Advances every running run. */
  turn(): void {
    for (const run of this.#runs.values()) if (run.going) this.#advance(run);
    this.#language.turn();
  }

  #answer(command: Command): void {
    switch (command.kind) {
      case 'connect':
        if (this.options.adapter === null) this.emit({ kind: 'unavailable', error: NO_WEBGPU });
        else this.emit({ kind: 'connected', adapter: this.options.adapter });
        break;
      case 'start': {
        const config = parseRunConfig(command.config);
        const total = totalSteps(config.training);
        const run = { id: command.runId, config, total, step: 0, going: command.paused !== true };
        this.#runs.set(run.id, run);
        this.#status(run, 'preparing');
        if (this.options.failAt === 0) return this.#fail(run);
        this.emit({
          kind: 'started',
          runId: run.id,
          config,
          totalSteps: total,
          estimate: estimateOf(config),
          statistics: statisticsOf(config),
          lambdas: config.models.map((_model, index) => lambdaOf(config, index)),
        });
        this.#status(run, run.going ? 'running' : 'paused');
        this.#probe(run);
        break;
      }
      case 'reopen':
        void this.#reopen(command.runId, command.samples);
        break;
      case 'pause':
      case 'resume':
        this.#withRun(command.runId, (run) => {
          run.going = command.kind === 'resume';
          this.#status(run, run.going ? 'running' : 'paused');
        });
        break;
      case 'step':
        this.#withRun(command.runId, (run) => this.#advance(run, 1));
        break;
      case 'stop':
        this.#withRun(command.runId, (run) => {
          run.going = false;
          this.#status(run, 'stopped');
        });
        break;
      case 'forget':
        this.#runs.delete(command.runId);
        break;
      case 'set_hyperparameters':
        this.#withRun(command.runId, (run) => {
          const before = run.config;
          run.config = withLiveSettings(before, command.settings);
          const changes = changedSettings(before, run.config).map((change) => ({
            ...change,
            step: run.step,
            lambda: change.model === null ? null : lambdaOf(run.config, change.model),
          }));
          this.emit({ kind: 'settings_changed', runId: run.id, changes, config: run.config });
        });
        break;
      case 'cancel':
        this.#open.get(command.requestId)?.abort();
        break;
      case 'ask':
        if (!this.#putOff(command)) this.#reply(command);
        break;
    }
  }

  #kept(): readonly ListedRun[] {
    return (this.options.kept ?? []).filter(({ id }) => !this.#deleted.has(id));
  }

  #pastOf(runId: string): RunPast {
    const fresh = { step: 0, seconds: 0, records: [], changes: [], before: null, reports: [] };
    return this.options.pasts?.[runId] ?? fresh;
  }

  #needsOf(runId: string): DataIdentity {
    const kept = this.#kept().find(({ id }) => id === runId)?.data;
    return kept ?? { rows: null, width: 1, files: [] };
  }

  /** Goes on with a kept run; one whose files are not there is refused. */
  async #reopen(runId: string, samples?: number): Promise<void> {
    if ((await this.#files.give(this.#needsOf(runId), [])).lacking.length > 0) {
      const error = describeError(new LabError('needs_data', 'It needs its file.', 'Choose it.'));
      this.emit({ kind: 'failed', runId, error });
      return;
    }
    const kept = at(
      this.#kept().filter(({ id }) => id === runId),
      0,
    );
    const { step } = kept;
    const { training } = kept.settings;
    const longer = { ...training, training_samples: samples ?? training.training_samples };
    const config = parseRunConfig({ ...kept.settings, training: longer });
    const run = { id: runId, config, total: totalSteps(config.training), step, going: true };
    this.#runs.set(runId, run);
    this.#status(run, 'preparing');
    if (samples !== undefined) {
      this.emit({
        kind: 'started',
        runId,
        config: kept.config,
        totalSteps: run.total,
        estimate: estimateOf(config),
        statistics: statisticsOf(config),
        lambdas: config.models.map((_model, index) => lambdaOf(config, index)),
      });
    }
    const past = this.#pastOf(runId);
    this.emit({ kind: 'reopened', runId, settings: config, past, promised: step });
    this.#status(run, 'running');
  }

  /** Refuses a question, or leaves it open, where the options say so; without an adapter there is no answer at all. */
  #putOff({ requestId, name }: AskCommand): boolean {
    const error = this.options.adapter === null ? NO_WEBGPU : this.options.refused?.[name];
    if (error !== undefined) this.emit({ kind: 'request_failed', requestId, error });
    const held = this.options.held?.includes(name) === true;
    if (held) {
      const stage = 'Encoding rows';
      this.emit({ kind: 'analysis_progress', requestId, fraction: 0.25, stage });
    }
    return error !== undefined || held;
  }

  #stepOf(runId: string): number {
    return this.#runs.get(runId)?.step ?? 0;
  }

  /** Answers at once where the script does; what was given up is not answered. */
  #reply<Name extends RequestName>({ requestId, name, ask }: AskCommand<Name>): void {
    const controller = new AbortController();
    this.#open.set(requestId, controller);
    const answered = (answer: AnswerOf<Name>) => {
      if (controller.signal.aborted) return;
      this.emit({ kind: 'answer', requestId, name, answer } as AnswerEvent);
    };
    const failed = (error: unknown) =>
      this.emit({ kind: 'request_failed', requestId, error: describeError(error) });
    try {
      this.#language.refuse(name);
      const answer = this.#script[name](ask, controller.signal);
      if (answer instanceof Promise) answer.then(answered, failed);
      else answered(answer);
    } catch (error) {
      failed(error);
    }
  }

  #runOf(id: string): ScriptedRun {
    const run = this.#runs.get(id);
    if (run === undefined) throw new LabError('not_found', `There is no run ${id}.`, 'Train.');
    return run;
  }

  #withRun(id: string, act: (run: ScriptedRun) => void): void {
    const run = this.#runs.get(id);
    if (run !== undefined) act(run);
  }

  #advance(run: ScriptedRun, steps = this.options.stepsPerTurn): void {
    const { train_batch_size_samples: batch, log_every: every } = run.config.training;
    const records: MetricRecord[] = [];
    for (let i = 0; i < steps && run.step < run.total; i++) {
      run.step += 1;
      if (run.step % every === 0 || run.step === run.total) {
        run.config.models.forEach((model, index) => records.push(recordOf(run, model, index)));
      }
    }
    const samplesPerSecond = (1000 / Math.max(1, this.options.interval)) * steps * batch;
    this.emit({
      kind: 'progress',
      runId: run.id,
      step: run.step,
      samples: run.step * batch,
      seconds: (run.step * batch) / samplesPerSecond,
      samplesPerSecond,
      ...(run.config.data.kind === 'lm' ? { feeding: feedingOf(run.step * batch) } : {}),
    });
    if (records.length > 0) this.emit({ kind: 'metrics', runId: run.id, records });
    if (this.options.failAt !== undefined && run.step >= this.options.failAt) {
      this.#fail(run);
      return;
    }
    if (run.step % (this.options.stepsPerTurn * 8) === 0 || run.step === run.total)
      this.#probe(run);
    if (run.step === run.total) {
      run.going = false;
      this.#status(run, 'finished');
    }
  }

  #status({ id: runId, step }: ScriptedRun, status: RunStatus): void {
    this.emit({ kind: 'status', runId, status, step });
  }

  #fail(run: ScriptedRun): void {
    run.going = false;
    const error = new LabError(
      'not_finite',
      `losses/mse_loss of SASA became NaN at step ${run.step}.`,
      'Lower the learning rate or clip the gradient; the weights of the step before are kept.',
    );
    this.emit({ kind: 'failed', runId: run.id, error: describeError(error) });
  }

  #probe(run: ScriptedRun): void {
    const { data, models } = run.config;
    if (data.kind === 'synthetic') {
      const probes = models.map((model, index) => shapesOf(run, model, index));
      this.emit({ kind: 'shapes', runId: run.id, probes });
    } else if (data.kind === 'words' || data.kind === 'lm') {
      const probes = models.map((model, index) => labelsOf(run, model, index));
      this.emit({ kind: 'labels', runId: run.id, probes });
    }
  }
}
