/**
 * The engine behind the worker's door: the device, the open data, the runs, and an answer to every
 * command of the protocol. It posts events and touches neither page nor worker globals, so tests can
 * drive it directly.
 */
import { describeError, LabError } from '../base/lab_error';
import { openDevice, type OpenedDevice } from '../gpu/device';
import { shapeOf } from '../sae/config';
import { AnalysisClient } from './analysis_client';
import type { AnalysisAnswers, AnalysisKind, AnalysisQuestion } from './analysis_worker';
import { describeData } from './describe_data';
import { estimateRun } from './estimate';
import { LanguageModelHost } from './language_model_host';
import type { LanguageModelStore } from './language_model_store';
import { LiveRun } from './live_run';
import { pageAccess, pageLanguageModels } from './page_access';
import { PageModels } from './page_models';
import { probeRows, untrainedShapes } from './probes';
import type { AdapterReport, Command, Event } from './protocol';
import { parseRunConfig, type RunInput } from './run_config';
import { RunData } from './run_data';
import { createSession } from './session';
import { measureData } from './statistics';
import { TextHost } from './text_host';

/** First labels that a preview shows. */
const PREVIEW_LABELS = 40;
/** WebGPU's default limit, by which a weak adapter is recognised. */
const DEFAULT_BINDING = 134_217_728;

type Request = Extract<Command, { readonly requestId: number }>;

export class EngineHost {
  private opened: Promise<OpenedDevice> | null = null;
  private base = '';
  private store: LanguageModelStore | null = null;
  private readonly data = new RunData((file) =>
    pageAccess(this.base, file, () => this.languageModels()),
  );
  private readonly models = new PageModels();
  private readonly runs = new Map<string, LiveRun>();
  private readonly analyses = new AnalysisClient();
  private readonly modelHost = new LanguageModelHost({
    languageModels: () => this.languageModels(),
    files: this.models,
    base: () => this.base,
    isInUse: (id) =>
      [...this.runs.values()].some(
        ({ config: { data } }) => data.kind === 'lm' && data.model === id,
      ),
    post: (event) => this.post(event),
  });
  private readonly text = new TextHost({
    languageModels: () => this.languageModels(),
    run: (runId) => this.run(runId),
    axes: (requestId, runId, model, group) =>
      this.ask<'axes'>(
        requestId,
        runId,
        { kind: 'axes', key: analysisKey(runId, model), group },
        'Finding its axes',
      ),
    post: (event) => this.post(event),
    progress: (requestId, fraction, stage) => this.progress(requestId, fraction, stage),
  });

  constructor(
    private readonly gpu: GPU | undefined,
    private readonly post: (event: Event, transfer?: Transferable[]) => void,
  ) {}

  /** Carries out a command; failures become events, never exceptions. */
  async handle(command: Command): Promise<void> {
    try {
      if ('requestId' in command) await this.answer(command);
      else if (command.kind === 'connect') await this.connect(command.base);
      else if (command.kind === 'start') await this.start(command);
      else await this.steer(command);
    } catch (error) {
      const described = describeError(error);
      if ('requestId' in command) {
        this.post({ kind: 'request_failed', requestId: command.requestId, error: described });
      } else if ('runId' in command) {
        this.post({ kind: 'failed', runId: command.runId, error: described });
      } else {
        this.post({ kind: 'unavailable', error: described });
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
    this.data.forgetMadeData();
    const lostRuns: string[] = [];
    for (const [runId, run] of this.runs) {
      if (await run.surviveDevice().catch(() => false)) continue;
      lostRuns.push(runId);
      this.runs.delete(runId);
      this.analyses.drop((key) => key.startsWith(`${runId} `));
    }
    const { code, message, wayOut } = error;
    const told = `${message} ${whatIsLost(lostRuns.length, this.runs.size)}`;
    this.post({ kind: 'device_lost', error: { code, message: told, wayOut }, lostRuns });
  }

  /** The language models of the device. */
  private async languageModels(): Promise<LanguageModelStore> {
    const { device } = await this.device();
    this.store ??= pageLanguageModels(device, this.base, this.models, this.post);
    return this.store;
  }

  private async start(command: Extract<Command, { kind: 'start' }>): Promise<void> {
    const { runId } = command;
    this.post({ kind: 'status', runId, status: 'preparing', step: 0 });
    const config = parseRunConfig(command.config);
    const { device } = await this.device();
    const source = await this.data.open(config, command.file);
    const initial =
      command.weights?.map((weights) => ({ kind: 'weights' as const, weights })) ?? [];
    const session = await createSession({ device, config, source, initial });
    const surroundings = {
      device: async () => (await this.device()).device,
      source: () => this.data.open(config, undefined),
    };
    const run = new LiveRun(runId, config, source, session, surroundings, this.post);
    this.runs.set(runId, run);
    this.post({
      kind: 'started',
      runId,
      config,
      totalSteps: session.totalSteps,
      estimate: session.estimate,
      statistics: session.statistics,
      lambdas: session.lambdas,
    });
    if (command.paused === true) await run.pause();
    else run.resume();
  }

  private async steer(
    command: Exclude<Command, Request | { kind: 'connect' } | { kind: 'start' }>,
  ): Promise<void> {
    const run = this.run(command.runId);
    switch (command.kind) {
      case 'pause':
        await run.pause();
        break;
      case 'resume':
        run.resume();
        break;
      case 'step':
        await run.stepOnce();
        break;
      case 'stop':
        await run.stop();
        break;
      case 'forget':
        this.runs.delete(command.runId);
        this.analyses.drop((key) => key.startsWith(`${command.runId} `));
        this.text.forget(command.runId);
        await run.destroy();
        break;
      case 'set_hyperparameters':
        await run.change(command.settings);
        break;
    }
  }

  private async answer(command: Request): Promise<void> {
    const { requestId } = command;
    switch (command.kind) {
      case 'cancel':
        this.text.cancel(requestId);
        this.analyses.cancel(requestId);
        break;
      case 'estimate':
        await this.estimate(requestId, command.config);
        break;
      case 'preview':
        await this.preview(requestId, command.config, command.file);
        break;
      case 'describe_data':
        await this.describe(command);
        break;
      case 'groups':
      case 'diagnose':
        await this.analyse(command);
        break;
      case 'group_card':
        await this.card(command);
        break;
      case 'load_language_model':
      case 'list_language_models':
      case 'delete_language_model':
        await this.modelHost.answer(command);
        break;
      case 'read_text':
      case 'steer_text':
      case 'splice':
      case 'attribute_logits':
        await this.text.answer(command);
        break;
      case 'export': {
        const { runId, model, format } = command;
        const file = await this.run(runId).export(model, format);
        const bytes = Uint8Array.from(file.bytes).buffer;
        this.post(
          {
            kind: 'exported',
            requestId,
            runId,
            filename: file.filename,
            mimeType: file.mimeType,
            bytes,
          },
          [bytes],
        );
        break;
      }
    }
  }

  private async estimate(requestId: number, input: RunInput): Promise<void> {
    const config = parseRunConfig(input);
    const { device } = await this.device();
    const source = await this.data.open(config, undefined);
    const estimate = estimateRun(config, source, device.limits);
    this.post({ kind: 'estimated', requestId, estimate });
  }

  private async preview(
    requestId: number,
    input: RunInput,
    file: ArrayBuffer | undefined,
  ): Promise<void> {
    const config = parseRunConfig(input);
    const source = await this.data.open(config, file);
    const { statistics } = await measureData(source, config.training.train_batch_size_samples);
    const rows = await probeRows(source);
    this.post({
      kind: 'previewed',
      requestId,
      preview: {
        label: source.label,
        description: source.description,
        statistics,
        shapes: rows.truth === undefined ? [] : untrainedShapes(rows.truth),
        labels: Array.from(
          rows.rowIds.subarray(0, PREVIEW_LABELS),
          (rowId) => source.labelOf?.(rowId) ?? '',
        ).filter((label) => label.length > 0),
      },
    });
  }

  private async describe(command: Extract<Command, { kind: 'describe_data' }>): Promise<void> {
    const { requestId } = command;
    const source = await this.data.open(parseRunConfig(command.config), command.file);
    this.progress(requestId, 0, 'Reading rows');
    const description = await describeData(source, (x, rows, width) =>
      this.analyses.ask(
        requestId,
        { kind: 'rows', x, rows, width },
        {
          load: () => Promise.reject(new RangeError('rows need no table')),
          onProgress: (fraction) => this.progress(requestId, fraction, 'Measuring the spectrum'),
        },
      ),
    );
    this.post({ kind: 'data_described', requestId, description });
  }

  private async analyse(command: Extract<Command, { kind: 'groups' | 'diagnose' }>): Promise<void> {
    const { requestId, runId, model, kind } = command;
    const key = analysisKey(runId, model);
    // Encoded anew when the model has trained on since.
    if (this.analyses.stepOf(key) !== this.run(runId).step) this.analyses.drop((k) => k === key);
    if (kind === 'groups') {
      const answer = await this.ask<'groups'>(requestId, runId, { kind, key }, 'Reading the codes');
      this.post({ kind: 'groups', requestId, runId, answer });
    } else {
      const answer = await this.ask<'diagnose'>(requestId, runId, { kind, key }, 'Diagnosing');
      this.post({ kind: 'diagnosed', requestId, runId, answer });
    }
  }

  private async card(command: Extract<Command, { kind: 'group_card' }>): Promise<void> {
    const { requestId, runId, model, group } = command;
    const run = this.run(runId);
    const rankOf = (index: number) => shapeOf(run.session.modelConfig(index)).rank;
    const others = [...run.config.models.keys()]
      .filter((index) => index !== model && rankOf(index) === 1 && rankOf(model) > 1)
      .map((index) => analysisKey(runId, index));
    const card = await this.ask<'card'>(
      requestId,
      runId,
      { kind: 'card', key: analysisKey(runId, model), group, others },
      'Drawing the card',
    );
    this.post({ kind: 'group_card', requestId, runId, model, card });
  }

  /** Asks about the code tables of a run's models, which are made where the worker lacks them. */
  private ask<Kind extends AnalysisKind>(
    requestId: number,
    runId: string,
    question: AnalysisQuestion<Kind>,
    stage: string,
  ): Promise<AnalysisAnswers[Kind]> {
    return this.analyses.ask(requestId, question, {
      load: (key) =>
        this.run(runId).analysisTable(modelOfKey(key), (fraction) => {
          this.progress(requestId, fraction / 2, 'Encoding rows');
        }),
      onProgress: (fraction) => this.progress(requestId, 0.5 + fraction / 2, stage),
    });
  }

  private progress(requestId: number, fraction: number, stage: string): void {
    this.post({ kind: 'analysis_progress', requestId, fraction, stage });
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

/** Names the code table of one model of a run. */
function analysisKey(runId: string, model: number): string {
  return `${runId} ${model}`;
}

function modelOfKey(key: string): number {
  return Number(key.slice(key.lastIndexOf(' ') + 1));
}

/** In a sentence. */
function whatIsLost(lost: number, kept: number): string {
  if (lost === 0) return 'No training was going on; every run keeps its weights.';
  const going =
    lost === 1
      ? 'The run that was going on has lost its weights and keeps its curves'
      : `The ${lost} runs that were going on have lost their weights and keep their curves`;
  return kept === 0 ? `${going}.` : `${going}; runs that were over keep both.`;
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
