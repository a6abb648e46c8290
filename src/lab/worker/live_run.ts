/**
 * A run as the page drives it: it trains until told otherwise, reports as it goes, and answers questions
 * about its models at any step. It owns the session's GPU buffers until it is forgotten.
 */
import type { CodeTable } from '../../analysis/types';
import { describeError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import type { ModelConfig } from '../../sae/config';
import { codesInDataUnits } from '../encode/data_units';
import { accountOf, exportFile, type WrittenFile } from '../keep/exported_file';
import { KeptModels, type RunModels } from '../encode/kept_models';
import type { Event, ExportFormat, MetricRecord, RunPast, RunStatus } from '../protocol/protocol';
import { changesGate, type LiveSettings, type SettingChange } from '../run/live_settings';
import type { RunConfig } from '../run/run_config';
import { folderOfRun, RunEvaluations, type EvaluatedModel } from '../keep/run_evaluations';
import type { TrainedBefore } from '../run/run_history';
import { RunProbes } from '../train/run_probes';
import type { TrainingSession } from '../train/session';
import type { RunKeeper } from './run_keeper';
import { steadyModel, type SteadyModel } from '../encode/steady_model';

/** Least time between two progress reports. */
const PROGRESS_MS = 100;

/** What trains a run's models. */
export type Trainer = RunModels &
  Pick<TrainingSession, 'totalSteps' | 'settings' | 'run' | 'look' | 'applySettings' | 'state'>;

/** What a run needs of the engine when its own device is gone. */
export interface RunSurroundings {
  device(): Promise<GPUDevice>;
  /** The run's data, opened again. */
  source(): Promise<ActivationSource>;
}

/** How a run is kept, and what was kept of it before. */
export interface Keeping {
  /** Null where nothing is kept, or another tab keeps it. */
  readonly keeper: RunKeeper | null;
  /** Null for a new run. */
  readonly past: RunPast | null;
}

export class LiveRun {
  private status: RunStatus = 'preparing';
  readonly records: MetricRecord[];
  /** What was changed while it went, oldest first. */
  readonly changes: SettingChange[];
  /** Seconds of training, and those of them before it was reopened. */
  private seconds: number;
  private readonly secondsBefore: number;
  private readonly evaluations = new RunEvaluations(this);
  /** Commands that wait for the loop to rest or are carried out; it does not go on before the last of them. */
  private holds = 0;
  /** What the run does, one thing after the other: stretches of the loop, and commands. Never rejects. */
  private line: Promise<void> = Promise.resolve();
  /** The latest rebuild of a model. Never rejects. */
  private rebuilt: Promise<void> = Promise.resolve();
  /** The step at which the loop rests of itself. */
  private until = 0;
  private readonly probes: RunProbes;
  private lastProgress = -Infinity;
  /** Answers about the models: the trainer while its device lives, then what is kept on the CPU. */
  session: RunModels;
  /** Read when training is over. */
  private kept: KeptModels | null = null;

  constructor(
    readonly runId: string,
    readonly config: RunConfig,
    public source: ActivationSource,
    private readonly trainer: Trainer,
    private readonly surroundings: RunSurroundings,
    private readonly post: (event: Event) => void,
    /** What the weights that it begins with had behind them, by model. */
    readonly before: readonly TrainedBefore[] = [],
    private readonly keeping: Keeping = { keeper: null, past: null },
  ) {
    const { past } = keeping;
    this.session = trainer;
    this.records = [...(past?.records ?? [])];
    this.changes = [...(past?.changes ?? [])];
    this.secondsBefore = past?.seconds ?? 0;
    this.seconds = this.secondsBefore;
    this.probes = new RunProbes({
      runId,
      models: config.models.map((_, index) => index),
      post,
      look: async (model, rows) => {
        const look = await this.trainer.look(model, rows.x, rows.count);
        return { ...look, codes: this.inDataUnits(model, look.codes, rows.x) };
      },
      // A run whose models cannot be looked at has no use: it ends as one does whose command fails.
      onFailure: (error) => void this.end(error),
    });
  }

  get step(): number {
    return this.session.step;
  }

  get active(): boolean {
    return this.status === 'running' || this.status === 'paused' || this.status === 'preparing';
  }

  /** Whether what it does is kept in this browser. */
  get isKept(): boolean {
    return this.keeping.keeper !== null;
  }

  /** Trains until paused, stopped or finished. */
  resume(): Promise<void> {
    return this.inTurn(() => {
      if (!this.active) return;
      this.until = this.trainer.totalSteps;
      if (this.status !== 'running') this.setStatus('running');
    });
  }

  pause(): Promise<void> {
    return this.inTurn(async () => {
      // The loop may have finished or failed on its way out.
      if (!this.active || this.status === 'paused') return;
      this.setStatus('paused');
      if (this.step === 0) return;
      await this.probes.rest(this.source);
      await this.save('paused');
    });
  }

  /** Keeps the weights that it begins with, which are nowhere else. */
  keepStart(): Promise<void> {
    return this.inTurn(() => this.save('paused'));
  }

  /** Rests over, as it was when it was kept: it can be read, and takes no more steps. */
  rest(): Promise<void> {
    return this.inTurn(async () => {
      await this.keep();
      this.status = this.step >= this.trainer.totalSteps ? 'finished' : 'stopped';
    });
  }

  /** Resolves when all of it that is to be kept is written, and another may go on with it. */
  async letGo(): Promise<void> {
    await this.keeping.keeper?.close();
  }

  /** Says what opened weights make of the data before any step; not where rows have to be made by a language model. */
  async look(): Promise<void> {
    if (this.source.text === undefined) await this.probes.rest(this.source);
  }

  /** Ends the run by an error, its weights kept; one that is over stays as it is. */
  end(error: unknown): Promise<void> {
    return this.inTurn(() => {
      if (this.active) throw error;
    });
  }

  /** One step, then paused. */
  async stepOnce(): Promise<void> {
    await this.inTurn(() => {
      if (!this.active) return;
      this.until = this.step + 1;
      this.setStatus('running');
    });
    await this.line;
  }

  stop(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.active) return;
      if (this.step > 0) await this.probes.rest(this.source);
      await this.keep();
      await this.save('stopped');
      this.setStatus('stopped');
    });
  }

  /**
   * Goes on without the device that trained it, when training was over; false when the models went with the
   * device.
   */
  async surviveDevice(): Promise<boolean> {
    if (this.kept === null) return false;
    // Encoders on the lost device are of no more use.
    this.kept.destroy();
    this.session = this.kept;
    // Language models, which these data are made with, stood on the device too.
    if (this.config.data.kind === 'lm') this.source = await this.surroundings.source();
    return true;
  }

  /**
   * Changes settings between two submits and says so; true when the codes of the same rows are others from then on.
   * What cannot be changed is said too; the run goes on without.
   */
  async change(settings: LiveSettings): Promise<boolean> {
    if (!changesGate(this.settings, settings)) {
      // It would be lost on a model that another takes the place of.
      await this.rebuilt;
      await this.apply(settings);
      if (this.status === 'paused') await this.inTurn(() => this.save('paused'));
      return false;
    }
    // The model is built anew, of which no step and no probe must be in flight.
    this.rebuilt = this.inTurn(async () => {
      await this.unwatched();
      await this.apply(settings);
      if (this.status === 'paused') await this.save('paused');
    });
    await this.rebuilt;
    return true;
  }

  /** Its settings as they are now. */
  get settings(): RunConfig {
    return this.trainer.settings;
  }

  /** Settings of a model as they are now. */
  modelConfig(model: number): ModelConfig {
    return this.session.modelConfig(model);
  }

  /** A model as it is now, of which nothing changes while training goes on. */
  steady(model: number): Promise<SteadyModel> {
    return steadyModel(
      this.session,
      model,
      this.kept === null ? () => this.surroundings.device() : null,
    );
  }

  /** A model as it is now with its final evaluation, which its folder holds too. Throws LabError `cancelled`. */
  async evaluate(model: number, work: Work): Promise<EvaluatedModel> {
    const evaluated = await this.evaluations.of(model, work);
    const { keeper } = this.keeping;
    if (keeper !== null && !this.active) {
      const { step } = evaluated;
      const files = folderOfRun(model, evaluated, accountOf(this, model, step));
      keeper.saveModel(this.settings, model, step, files);
    }
    return evaluated;
  }

  /** A file with the model's weights or its metrics. Throws LabError `cancelled`. */
  export(model: number, format: ExportFormat, work: Work): Promise<WrittenFile> {
    return exportFile(this, model, format, work);
  }

  destroy(): Promise<void> {
    return this.inTurn(async () => {
      this.status = 'stopped';
      await this.evaluations.giveUp();
      await this.unwatched();
      this.kept?.destroy();
      this.trainer.destroy();
      await this.letGo();
    });
  }

  private async apply(settings: LiveSettings): Promise<void> {
    const { runId, trainer } = this;
    if (!this.active) return;
    try {
      const changes = await trainer.applySettings(settings);
      if (changes.length === 0) return;
      for (const change of changes) this.changes.push(change);
      this.post({ kind: 'settings_changed', runId, changes, config: trainer.settings });
      this.keeping.keeper?.want();
    } catch (error) {
      const command = 'set_hyperparameters';
      this.post({ kind: 'command_failed', runId, command, error: describeError(error) });
    }
  }

  /** Resolves when no probe is under way; how it ended is told to whoever asked for it. */
  private async unwatched(): Promise<void> {
    await this.probes.settled().catch(() => undefined);
  }

  private async keep(): Promise<void> {
    const { config, trainer, surroundings } = this;
    this.kept = await KeptModels.read(trainer, config.models.length, () => surroundings.device());
  }

  /**
   * Carries out a command while the loop rests, after those that came before it; the loop goes on afterwards if the
   * run is a running one. A command that fails is the end of the run.
   */
  private async inTurn(command: () => void | Promise<void>): Promise<void> {
    this.holds += 1;
    this.probes.giveUpRows();
    this.line = this.line.then(command).catch((error: unknown) => this.fail(error));
    await this.line;
    this.holds -= 1;
    if (this.holds > 0 || this.status !== 'running') return;
    this.line = this.line.then(() => this.train());
  }

  /** Trains up to the step asked for, or to the end of the submit in flight when a command comes. */
  private async train(): Promise<void> {
    if (this.holds > 0) return;
    try {
      if (this.step === 0 && !(await this.probes.first(this.source))) return;
      await this.steps();
      while (this.step < this.until && this.holds === 0) {
        await this.save('running');
        await this.steps();
      }
      if (this.step < this.until) return;
      await this.probes.rest(this.source);
      const finished = this.step >= this.trainer.totalSteps;
      if (finished) await this.keep();
      // Single steps are no reason to write one: they would push the others out.
      if (finished || this.isSaveDue()) await this.save(finished ? 'finished' : 'paused');
      this.setStatus(finished ? 'finished' : 'paused');
    } catch (error) {
      await this.fail(error);
    }
  }

  /** Takes steps until a command comes, a checkpoint is due, or there are no more. */
  private async steps(): Promise<void> {
    await this.trainer.run(this.until - this.step, {
      onMetrics: (measured) => {
        const records = measured.map((record) => this.timed(record));
        for (const record of records) this.records.push(record);
        this.post({ kind: 'metrics', runId: this.runId, records });
      },
      onProgress: (measured) => {
        const progress = this.timed(measured);
        this.seconds = progress.seconds;
        const now = performance.now();
        if (now - this.lastProgress > PROGRESS_MS || this.step === this.trainer.totalSteps) {
          this.lastProgress = now;
          this.post({ kind: 'progress', runId: this.runId, ...progress });
        }
        this.probes.sometimes(this.source, now);
      },
      shouldStop: () => this.holds > 0 || this.isSaveDue(),
    });
  }

  /** What was measured in this session, with the seconds of those before it. */
  private timed<Measured extends { readonly seconds: number }>(measured: Measured): Measured {
    return { ...measured, seconds: this.secondsBefore + measured.seconds };
  }

  private isSaveDue(): boolean {
    return this.keeping.keeper?.isDue(this.step) === true;
  }

  /** Has the run kept as it is now. */
  private async save(status: 'running' | 'paused' | 'stopped' | 'finished'): Promise<void> {
    const { keeper } = this.keeping;
    if (keeper === null) return;
    const { step, settings, seconds, trainer } = this;
    const { records, changes } = this;
    const states = () => Promise.all(settings.models.map((_, model) => trainer.state(model)));
    await keeper.save({ step, settings, seconds, records, changes, states }, { status });
  }

  private async fail(error: unknown): Promise<void> {
    // After numbers that are not finite the last good weights are still there; after a lost device none.
    await this.keep().catch(() => undefined);
    this.status = 'failed';
    this.keeping.keeper?.note({ status: 'failed', error: describeError(error) });
    this.post({ kind: 'failed', runId: this.runId, error: describeError(error) });
  }

  private inDataUnits(model: number, codes: CodeTable, x: Float32Array): CodeTable {
    return codesInDataUnits(this.session.modelConfig(model), codes, x, this.source.width);
  }

  private setStatus(status: RunStatus): void {
    this.status = status;
    this.post({ kind: 'status', runId: this.runId, status, step: this.step });
  }
}
