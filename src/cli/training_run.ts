/**
 * One run of `lab train`, from its first step here to the finished folder. While it trains the state is saved from
 * time to time, so that it can go on after Ctrl-C, a lost device or a power cut; the state after the last step is
 * saved before the evaluation begins.
 */
import { join } from 'node:path';
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import type { ActivationSource } from '../data/source';
import { metricsToJsonl } from '../io/metrics_text';
import type { FileChanges, FileSet } from '../io/whole_files';
import type { ModelLogs } from '../lab/keep/model_logs';
import { evaluatedFiles, savedFiles } from '../lab/keep/run_folder';
import type { DataIdentity } from '../lab/run/data_identity';
import type { TrainedModel } from '../lab/encode/encoding';
import type { ModelReport } from '../lab/protocol/model_report';
import type { Session } from '../lab/train/session_types';
import {
  evaluatedFolder,
  type Evaluation,
  type FailedEvaluation,
} from '../lab/keep/evaluated_folder';
import type { MetricRecord } from '../lab/protocol/protocol';
import { dataKind } from '../lab/run/data_kinds';
import type { RunConfig } from '../lab/run/run_config';
import { changesOf, NEVER_TRAINED } from '../lab/run/run_history';
import type { RunMove } from '../lab/run/run_moves';
import { modelFolder } from '../lab/run/run_files';
import { displayName } from '../sae/config';
import type { TrainRequest } from './arguments';
import { DiskFiles } from './disk_files';
import { evaluateTrained } from './model_evaluation';
import type { OutputClaim } from './output_claim';
import type { StartOfRun } from './output_folder';
import { grouped, Progress } from './progress';
import type { Terminal } from './terminal';

export interface TrainingRunParts {
  readonly request: TrainRequest;
  readonly terminal: Terminal;
  /** The run as it is kept: with the places of its files and what they were. */
  readonly config: RunConfig;
  readonly source: ActivationSource;
  readonly device: GPUDevice;
  readonly session: Session;
  readonly start: StartOfRun;
  readonly claim: OutputClaim;
}

/** Files of the folder of each model, and what was found on the way. */
interface Evaluated {
  readonly folders: readonly FileSet[];
  readonly reports: readonly (ModelReport | LabError)[];
}

export class TrainingRun {
  readonly progress: Progress;
  private readonly logged: MetricRecord[] = [];
  private readonly moved: RunMove[] = [];
  private readonly interrupted = new AbortController();
  private savedStep: number | null = null;

  private readonly request: TrainRequest;
  private readonly terminal: Terminal;
  private readonly config: RunConfig;
  private readonly source: ActivationSource;
  private readonly device: GPUDevice;
  private readonly session: Session;
  private readonly start: StartOfRun;
  private readonly claim: OutputClaim;
  private readonly files: DiskFiles;

  constructor(parts: TrainingRunParts) {
    const { request, terminal, config, source, device, session, start, claim } = parts;
    this.request = request;
    this.terminal = terminal;
    this.config = config;
    this.source = source;
    this.device = device;
    this.session = session;
    this.start = start;
    this.claim = claim;
    this.files = new DiskFiles(request.out);
    // A run that goes on stands where it was saved.
    if (request.resume) this.savedStep = session.step;
    this.progress = new Progress(
      terminal,
      config.models.map(displayName),
      this.samplesAt(session.totalSteps),
      dataKind(config.data.kind)?.rows ?? 'rows',
    );
  }

  /** Trains to the end, evaluates and publishes. Throws LabError `cancelled` when it was interrupted. */
  async whole(): Promise<void> {
    const { session } = this;
    const quiet = this.terminal.onInterrupt(() => {
      this.interrupted.abort();
      this.progress.endLine();
      this.terminal.write('Saving the state; Ctrl-C again leaves at once.\n');
    });
    try {
      await this.trained();
      if (session.step < session.totalSteps) {
        throw this.stopped(
          `Stopped after ${grouped(session.step)} of ${grouped(session.totalSteps)} steps`,
        );
      }
      const failure = await this.publish(await this.evaluated());
      if (failure !== undefined) throw this.withoutReport(failure);
    } catch (error) {
      throw this.withSavedState(error);
    } finally {
      quiet();
    }
  }

  /** Takes the steps that are left, or those until an interruption; the state after the last one is saved. */
  private async trained(): Promise<void> {
    const { session, request } = this;
    try {
      while (session.step < session.totalSteps && !this.interrupted.signal.aborted) {
        const every = request.checkpointEvery;
        await this.steps(every - (session.step % every));
        await this.save();
      }
    } catch (error) {
      throw await this.kept(error);
    }
    if (this.interrupted.signal.aborted && this.savedStep === null) await this.save();
  }

  private stopped(what: string): LabError {
    return new LabError(
      'cancelled',
      `${what}; the state is saved in ${this.request.out}.`,
      'Run the same command with --resume to go on.',
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
      onMoves: (made) => {
        for (const move of made) this.moved.push(move);
      },
      onProgress: (progress) => this.progress.update(progress),
      shouldStop: () => this.interrupted.signal.aborted,
    });
    if (this.session.step === this.session.totalSteps) {
      this.progress.finish(this.samplesAt(this.session.step));
    }
  }

  /** What was logged for one model, with what an earlier part of this run had logged. Nothing changes settings here. */
  private logsOf(model: number): ModelLogs {
    const modelName = displayName(at(this.config.models, model));
    const own = this.logged.filter((record) => record.model === model);
    const before = at(this.start.logs, model);
    const metrics = metricsToJsonl(own.map((record) => ({ ...record, modelName })));
    const moves = changesOf(model, NEVER_TRAINED, this.moved);
    return { metrics: before.metrics + metrics, changes: [...before.changes, ...moves] };
  }

  /** Saves the state to go on from, with what was logged on the way there. */
  private async save(): Promise<void> {
    const { config, session } = this;
    const logs = config.models.map((_, model) => this.logsOf(model));
    const states = await Promise.all(config.models.map((_, model) => session.state(model)));
    const { step } = session;
    await this.write(savedFiles({ config, step, states, logs }));
    this.savedStep = step;
  }

  private async write(files: FileChanges): Promise<void> {
    await this.claim.requireOurs();
    await this.files.write(files);
  }

  /** What to say when the device is gone: whether there is something to go on from. */
  afterLoss(error: LabError): LabError {
    return this.savedStep === null
      ? error
      : this.withState(error, 'Run the same command with --resume to go on from there.');
  }

  /** The same of any other fault that ends the run. */
  private withSavedState(error: unknown): unknown {
    if (!(error instanceof LabError) || this.savedStep === null) return error;
    if (error.code === 'cancelled' || error.code === 'not_finite') return error;
    return this.withState(error, `${error.wayOut} Then run the same command with --resume.`);
  }

  private withState(error: LabError, wayOut: string): LabError {
    return new LabError(
      error.code,
      `${error.message} The state after ${grouped(this.savedStep ?? 0)} steps is saved in ${this.request.out}.`,
      wayOut,
      { cause: error },
    );
  }

  /** The final evaluation of every model and the files of its folder. */
  private async evaluated(): Promise<Evaluated> {
    const folders: FileSet[] = [];
    const reports: (ModelReport | LabError)[] = [];
    const { session, config } = this;
    for (const [index, model] of config.models.entries()) {
      const weights = await session.weights(index);
      const trained: TrainedModel = {
        config: model,
        weights,
        encode: (x, count, onProgress) => session.encode(index, x, count, onProgress),
      };
      const evaluation = await this.evaluation(trained);
      const own = evaluatedFolder(trained, evaluation, this.logsOf(index), {
        data: config.data,
        data_identity: this.identityFor(modelFolder(config, model)),
        training: config.training,
        steps: session.step,
        samples: this.samplesAt(session.step),
        lambda: session.lambdas[index] ?? null,
        input_scale: session.inputScales[index] ?? 1,
      });
      folders.push(own);
      reports.push(evaluation.report);
    }
    return { folders, reports };
  }

  /** An interruption ends it with LabError `cancelled`; what is not saved by then is evaluated and published all the same. */
  private async evaluation(model: TrainedModel): Promise<Evaluation | FailedEvaluation> {
    const { device, source, request, terminal } = this;
    const saved = this.savedStep === this.session.step;
    const signal = saved ? this.interrupted.signal : undefined;
    try {
      return await evaluateTrained(model, { device, source, request, terminal, signal });
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'cancelled') throw error;
      throw this.stopped('Stopped while evaluating, after the last step');
    }
  }

  /** What the data were, for a record in the folder of a model. */
  private identityFor(folder: string): DataIdentity | undefined {
    const { data_identity: identity } = this.config;
    if (identity === undefined || folder === '') return identity;
    const files = identity.files.map((file) =>
      file.relative === undefined ? file : { ...file, relative: `../${file.relative}` },
    );
    return { ...identity, files };
  }

  /** Writes the folder and says what is in it; gives the first evaluation that has no numbers. */
  private async publish({ folders, reports }: Evaluated): Promise<LabError | undefined> {
    await this.write(evaluatedFiles(this.config, folders));
    this.config.models.forEach((model, index) => {
      const report = reports[index];
      if (report === undefined || report instanceof LabError) return;
      const folder = join(this.request.out, modelFolder(this.config, model));
      this.terminal.result(
        `${displayName(model)}: ${explainedText(report)}, ${costText(report)}, ${report.dead_groups} dead units; ${folder}\n`,
      );
    });
    return reports.find((report) => report instanceof LabError);
  }

  /** A model is worth keeping although it cannot be evaluated on these rows. */
  private withoutReport(failure: LabError): LabError {
    return new LabError(
      failure.code,
      `${failure.message} The weights are in ${this.request.out}, without a report.`,
      failure.wayOut,
      { cause: failure },
    );
  }

  /** Keeps the last good weights when training broke down, and says where they are. */
  private async kept(error: unknown): Promise<unknown> {
    if (!(error instanceof LabError) || error.code !== 'not_finite') return error;
    this.progress.endLine();
    await this.publish(await this.evaluated());
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

/** l0, what is left of it where directions of maps can be dropped, units where they are not l0, and bits where they were measured. */
function costText({ l0, pruned_l0, groups_per_token, bits_per_token: bits }: ModelReport): string {
  return [
    `l0 ${l0.toFixed(2)}`,
    ...(pruned_l0 < l0 ? [`pruned ${pruned_l0.toFixed(2)}`] : []),
    ...(groups_per_token < l0 ? [`${groups_per_token.toFixed(2)} units`] : []),
    ...(bits === undefined || bits === null ? [] : [`${bits.toFixed(2)} bits`]),
  ].join(', ');
}
