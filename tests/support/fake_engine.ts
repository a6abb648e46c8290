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
  MetricRecord,
} from '../../src/lab/protocol/protocol';
import { changedSettings, withLiveSettings } from '../../src/lab/run/live_settings';
import { parseRunConfig, totalSteps } from '../../src/lab/run/run_config';
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
import { analysisEvent, type AnalysesOptions } from './fake_analyses';
import { FakeLanguage, type LanguageOptions } from './fake_language';
import { describedData } from './scripted_data';
import { feedingOf } from './scripted_language';

export interface FakeOptions extends LanguageOptions, AnalysesOptions {
  /** Milliseconds between turns of the script; 0 makes every command answer at once, by `turn()`. */
  readonly interval: number;
  /** Steps taken in one turn. */
  readonly stepsPerTurn: number;
  readonly adapter: AdapterReport | null;
  /** Step at which every run fails; 0 while it is being prepared. */
  readonly failAt?: number;
  /** Kinds of questions that are answered with an error. */
  readonly refused?: Readonly<Partial<Record<Command['kind'], LabErrorData>>>;
  /** Kinds of questions that are taken up and told of, a quarter done, but never answered. */
  readonly held?: readonly Command['kind'][];
}

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

const NO_WEBGPU = describeError(
  new LabError('no_webgpu', 'This browser has no WebGPU.', 'Use Chrome 113 or later.'),
);

export class FakeEngine implements EngineWorker {
  onmessage: ((message: MessageEvent<EngineEvent>) => void) | null = null;
  onerror: ((error: ErrorEvent) => void) | null = null;
  onmessageerror: ((message: MessageEvent) => void) | null = null;
  readonly commands: Command[] = [];
  readonly #runs = new Map<string, ScriptedRun>();
  readonly #language: FakeLanguage;
  readonly #timer: ReturnType<typeof setInterval> | null;

  constructor(private readonly options: FakeOptions) {
    this.#language = new FakeLanguage(options, (event) => this.emit(event));
    this.#timer = options.interval === 0 ? null : setInterval(() => this.turn(), options.interval);
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
    if ('requestId' in command && this.#putOff(command)) return;
    switch (command.kind) {
      case 'connect':
        if (this.options.adapter === null) this.emit({ kind: 'unavailable', error: NO_WEBGPU });
        else this.emit({ kind: 'connected', adapter: this.options.adapter });
        break;
      case 'estimate':
        this.#reply(command.requestId, () => ({
          kind: 'estimated',
          requestId: command.requestId,
          estimate: estimateOf(parseRunConfig(command.config)),
        }));
        break;
      case 'preview':
        this.#reply(command.requestId, () => ({
          kind: 'previewed',
          requestId: command.requestId,
          preview: previewOf(parseRunConfig(command.config)),
        }));
        break;
      case 'start': {
        const config = parseRunConfig(command.config);
        const total = totalSteps(config.training);
        const run = { id: command.runId, config, total, step: 0, going: command.paused !== true };
        this.#runs.set(run.id, run);
        this.emit({ kind: 'status', runId: run.id, status: 'preparing', step: 0 });
        if (this.options.failAt === 0) {
          this.#fail(run);
          break;
        }
        this.emit({
          kind: 'started',
          runId: run.id,
          config,
          totalSteps: total,
          estimate: estimateOf(config),
          statistics: statisticsOf(config),
          lambdas: config.models.map((_model, index) => lambdaOf(config, index)),
        });
        this.emit({
          kind: 'status',
          runId: run.id,
          status: run.going ? 'running' : 'paused',
          step: 0,
        });
        this.#probe(run);
        break;
      }
      case 'pause':
      case 'resume':
        this.#withRun(command.runId, (run) => {
          run.going = command.kind === 'resume';
          const status = run.going ? 'running' : 'paused';
          this.emit({ kind: 'status', runId: run.id, status, step: run.step });
        });
        break;
      case 'step':
        this.#withRun(command.runId, (run) => this.#advance(run, 1));
        break;
      case 'stop':
        this.#withRun(command.runId, (run) => {
          run.going = false;
          this.emit({ kind: 'status', runId: run.id, status: 'stopped', step: run.step });
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
      case 'export':
        this.emit({
          kind: 'exported',
          requestId: command.requestId,
          runId: command.runId,
          step: this.#stepOf(command.runId),
          filename: `model_${command.model}.zip`,
          mimeType: 'application/zip',
          bytes: new ArrayBuffer(16),
        });
        break;
      case 'evaluate': {
        const { requestId, runId, model } = command;
        this.#withRun(runId, (run) => {
          const answer = evaluationOf(run, at(run.config.models, model), model);
          this.emit({ kind: 'evaluated', requestId, runId, answer });
        });
        break;
      }
      case 'cancel':
        this.#language.cancel(command.requestId);
        break;
      case 'groups':
      case 'group_card':
      case 'diagnose':
        this.#reply(command.requestId, () =>
          analysisEvent(command, this.#runs.get(command.runId), this.options),
        );
        break;
      case 'load_language_model':
      case 'list_language_models':
      case 'delete_language_model':
      case 'read_text':
      case 'steer_text':
      case 'splice':
      case 'attribute_logits':
        this.#language.answer(command, 'runId' in command ? this.#stepOf(command.runId) : 0);
        break;
      case 'describe_data':
        this.#reply(command.requestId, () => ({
          kind: 'data_described',
          requestId: command.requestId,
          description: describedData(parseRunConfig(command.config)),
        }));
        break;
    }
  }

  /** Refuses a question, or leaves it open, where the options say so; without an adapter there is no answer at all. */
  #putOff({ kind, requestId }: Extract<Command, { readonly requestId: number }>): boolean {
    const error = this.options.adapter === null ? NO_WEBGPU : this.options.refused?.[kind];
    if (error !== undefined) this.emit({ kind: 'request_failed', requestId, error });
    const held = this.options.held?.includes(kind) === true;
    if (held) {
      const stage = 'Encoding rows';
      this.emit({ kind: 'analysis_progress', requestId, fraction: 0.25, stage });
    }
    return error !== undefined || held;
  }

  #stepOf(runId: string): number {
    return this.#runs.get(runId)?.step ?? 0;
  }

  #reply(requestId: number, event: () => EngineEvent): void {
    try {
      this.emit(event());
    } catch (error) {
      this.emit({ kind: 'request_failed', requestId, error: describeError(error) });
    }
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
      this.emit({ kind: 'status', runId: run.id, status: 'finished', step: run.step });
    }
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
