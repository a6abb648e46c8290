/**
 * `lab train`: a run file in, a folder of trained models out. Everything that can be refused is refused
 * before the folder is touched; while it trains the state is saved from time to time, so that a run can
 * go on after Ctrl-C, a lost device or a power cut.
 */
import { join } from 'node:path';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import type { ActivationSource } from '../data/source';
import { metricsToJsonl } from '../io/metrics_text';
import { writeCheckpoint } from '../lab/checkpoint';
import type { ModelReport, Session } from '../lab/engine_types';
import { evaluatedFolder, type EvaluatedFolder } from '../lab/evaluated_folder';
import type { MetricRecord } from '../lab/protocol';
import { parseRunConfig, type RunConfig } from '../lab/run_config';
import { createSession } from '../lab/session';
import { displayName } from '../sae/config';
import type { TrainRequest } from './arguments';
import { openRunData } from './data';
import { publishFiles, readJson, type FileSet } from './files';
import { withNodeDevice } from './node_gpu';
import { CHECKPOINT_FILE, modelFolder, openOutput, type StartOfRun } from './output_folder';
import { grouped, Progress } from './progress';
import type { Terminal } from './terminal';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Runs `lab train`. Throws LabError `cancelled` when it was interrupted. */
export async function train(request: TrainRequest, terminal: Terminal): Promise<void> {
  const config = parseRunConfig(await readJson(request.config));
  const start = await openOutput(request, config);
  await withNodeDevice(async (open) => {
    const source = await openRunData(config, request.config, async () => (await open()).device);
    const { device, adapter, lost } = await open();
    const session = await createSession({ device, config, source, initial: start.initial });
    for (const warning of session.estimate.warnings) terminal.write(`lab: ${warning}\n`);
    const names = config.models.map(displayName);
    terminal.write(`Training ${names.join(', ')} on ${source.label} with ${adapter.name}.\n`);
    const run = new TrainingRun(request, terminal, config, source, session, start);
    try {
      await Promise.race([run.whole(), lost.then((error) => Promise.reject(run.afterLoss(error)))]);
    } finally {
      run.progress.endLine();
      session.destroy();
    }
  });
}

/** One run of the command, from its first step here to the finished folder. */
class TrainingRun {
  readonly progress: Progress;
  private readonly logged: MetricRecord[] = [];
  private interrupted = false;
  private savedStep: number | null = null;

  constructor(
    private readonly request: TrainRequest,
    private readonly terminal: Terminal,
    private readonly config: RunConfig,
    private readonly source: ActivationSource,
    private readonly session: Session,
    private readonly start: StartOfRun,
  ) {
    this.progress = new Progress(
      terminal,
      config.models.map(displayName),
      this.samplesAt(session.totalSteps),
    );
  }

  async whole(): Promise<void> {
    const { session, request } = this;
    let state: FileSet = {};
    const quiet = this.terminal.onInterrupt(() => {
      this.interrupted = true;
      this.progress.endLine();
      this.terminal.write('Saving the state; Ctrl-C again leaves at once.\n');
    });
    try {
      while (session.step < session.totalSteps && !this.interrupted) {
        const every = request.checkpointEvery;
        await this.steps(every - (session.step % every));
        if (session.step < session.totalSteps) await this.save();
      }
      if (session.step === session.totalSteps) state = await this.checkpoint();
    } catch (error) {
      throw await this.kept(error);
    } finally {
      quiet();
    }
    if (session.step < session.totalSteps) {
      throw new LabError(
        'cancelled',
        `Stopped after ${grouped(session.step)} of ${grouped(session.totalSteps)} steps; the state is saved in ${request.out}.`,
        'Run the same command with --resume to go on.',
      );
    }
    const failure = await this.publish(await this.evaluated(), state);
    if (failure === undefined) return;
    throw new LabError(
      failure.code,
      `${failure.message} The weights are in ${request.out}, without a report.`,
      failure.wayOut,
      { cause: failure },
    );
  }

  private samplesAt(step: number): number {
    return step * this.config.training.train_batch_size_samples;
  }

  private async steps(count: number): Promise<void> {
    await this.session.run(count, {
      onMetrics: (records) => {
        this.progress.metrics(records);
        for (const record of records) {
          this.logged.push({ ...record, seconds: record.seconds + this.start.seconds });
        }
      },
      onProgress: (progress) => this.progress.update(progress),
      shouldStop: () => this.interrupted,
    });
    if (this.session.step === this.session.totalSteps) {
      this.progress.finish(this.samplesAt(this.session.step));
    }
  }

  /** What was logged for one model, with what an earlier part of this run had logged. */
  private metricsOf(model: number): Uint8Array {
    const modelName = displayName(this.modelAt(model));
    const own = this.logged.filter((record) => record.model === model);
    const before = this.start.metrics[model] ?? '';
    return text(before + metricsToJsonl(own.map((record) => ({ ...record, modelName }))));
  }

  private modelAt(model: number): RunConfig['models'][number] {
    const config = this.config.models[model];
    if (config === undefined) throw new RangeError(`the run has no model ${model}`);
    return config;
  }

  private async checkpoint(): Promise<FileSet> {
    const states = await Promise.all(
      this.config.models.map((_, model) => this.session.state(model)),
    );
    const { config, session } = this;
    return { [CHECKPOINT_FILE]: writeCheckpoint({ config, step: session.step, states }) };
  }

  /** Saves the state to go on from, with what was logged on the way there. */
  private async save(): Promise<void> {
    const { step } = this.session;
    const files: Record<string, Uint8Array> = {
      'run.json': text(`${strictJson(this.config, 2)}\n`),
      ...(await this.checkpoint()),
    };
    this.config.models.forEach((model, index) => {
      files[`${modelFolder(this.config, model)}metrics.jsonl`] = this.metricsOf(index);
    });
    await publishFiles(this.request.out, files);
    this.savedStep = step;
  }

  /** What to say when the device is gone: whether there is something to go on from. */
  afterLoss(error: LabError): LabError {
    if (this.savedStep === null) return error;
    return new LabError(
      error.code,
      `${error.message} The state after ${grouped(this.savedStep)} steps is saved in ${this.request.out}.`,
      'Run the same command with --resume to go on from there.',
      { cause: error },
    );
  }

  /** The final evaluation of every model and the files of its folder. */
  private async evaluated(): Promise<{ files: FileSet; reports: EvaluatedFolder['report'][] }> {
    const files: Record<string, Uint8Array> = {};
    const reports: EvaluatedFolder['report'][] = [];
    const { session, source, config } = this;
    for (const [index, model] of config.models.entries()) {
      const { files: own, report } = await evaluatedFolder(
        {
          config: model,
          weights: await session.weights(index),
          encode: (x, count, onProgress) => session.encode(index, x, count, onProgress),
        },
        source,
        {
          data: config.data,
          training: config.training,
          steps: session.step,
          samples: this.samplesAt(session.step),
          lambda: session.lambdas[index] ?? null,
        },
      );
      const folder = modelFolder(config, model);
      files[`${folder}metrics.jsonl`] = this.metricsOf(index);
      for (const [name, bytes] of Object.entries(own)) files[folder + name] = bytes;
      reports.push(report);
    }
    return { files, reports };
  }

  /** Writes the folder and says what is in it; gives the first evaluation that has no numbers. */
  private async publish(
    { files, reports }: { files: FileSet; reports: readonly EvaluatedFolder['report'][] },
    more: FileSet,
  ): Promise<LabError | undefined> {
    const run = text(`${strictJson(this.config, 2)}\n`);
    await publishFiles(this.request.out, { ...files, ...more, 'run.json': run });
    this.config.models.forEach((model, index) => {
      const report = reports[index];
      if (report === undefined || report instanceof LabError) return;
      const folder = join(this.request.out, modelFolder(this.config, model));
      this.terminal.result(
        `${displayName(model)}: ${explainedText(report)}, l0 ${report.l0.toFixed(2)}, ${report.dead_groups} dead; ${folder}\n`,
      );
    });
    return reports.find((report) => report instanceof LabError);
  }

  /** Keeps the last good weights when training broke down, and says where they are. */
  private async kept(error: unknown): Promise<unknown> {
    if (!(error instanceof LabError) || error.code !== 'not_finite') return error;
    this.progress.endLine();
    await this.publish(await this.evaluated(), {});
    return new LabError(
      error.code,
      `${error.message} The weights from before are in ${this.request.out}.`,
      'Lower the learning rate, or warm it up over some steps, and start again.',
      { cause: error },
    );
  }
}

/** The explained variance, or why it has no value. */
function explainedText({ explained_variance: share, not_defined: reasons }: ModelReport): string {
  if (share !== null) return `explained variance ${share.toFixed(4)}`;
  return `explained variance not defined (${reasons?.explained_variance ?? ''})`;
}
