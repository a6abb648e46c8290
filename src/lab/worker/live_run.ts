/**
 * A run as the page drives it: it trains until told otherwise, reports as it goes, and answers questions
 * about its models at any step. It owns the session's GPU buffers until it is forgotten.
 */
import { describeError, LabError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import type { ModelConfig } from '../../sae/config';
import type { RunModels } from '../encode/kept_models';
import {
  accountOf,
  exportFile,
  NOTHING_BESIDE,
  type FilesBeside,
  type WrittenFile,
} from '../keep/exported_file';
import { measuredExtent } from '../keep/quality_schema';
import { folderOfRun, type EvaluatedModel, type WantedEvaluation } from '../keep/run_evaluations';
import type { Event, ExportFormat, MetricRecord, RunStatus } from '../protocol/protocol';
import { changesGate, type LiveSettings } from '../run/live_settings';
import type { RunConfig } from '../run/run_config';
import type { RunChange, TrainedBefore } from '../run/run_history';
import { RunProbes } from '../train/run_probes';
import type { TrainingSession } from '../train/session';
import { ReadableModels, type LookedAt, type RunSurroundings } from './readable_models';
import type { Keeping } from './run_keeper';
import { RunLog } from './run_log';
import { TrainingLoop } from './training_loop';
import { Turns } from './turns';

/** What trains a run's models. */
export type Trainer = LookedAt &
  Pick<TrainingSession, 'totalSteps' | 'settings' | 'run' | 'applySettings' | 'state'>;

export class LiveRun {
  private status: RunStatus = 'preparing';
  private readonly log: RunLog;
  readonly models: ReadableModels;
  private readonly probes: RunProbes;
  private readonly loop: TrainingLoop;
  private readonly turns = new Turns({
    onCall: () => this.probes.giveUpRows(),
    isGoing: () => this.status === 'running' && !this.isGone,
    loop: () => this.train(),
    onFailure: (error) => this.fail(error),
  });
  /** The latest rebuild of a model. Never rejects. */
  private rebuilt: Promise<void> = Promise.resolve();
  /** The step at which the loop rests of itself. */
  private until = 0;
  /** Its device is lost: no step is taken any more. */
  private isGone = false;

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
    this.log = new RunLog(runId, keeping.past, post);
    const { models } = config;
    this.models = new ReadableModels(this, trainer, models.length, surroundings);
    this.probes = new RunProbes({
      runId,
      models: models.map((_, index) => index),
      post,
      look: (model, { x, count }) => this.models.look(model, x, count),
      // A run whose models cannot be looked at has no use: it ends as one does whose command fails.
      onFailure: (error) => void this.end(error),
    });
    const { log, probes, turns } = this;
    const { keeper } = keeping;
    const loss = () => surroundings.loss();
    this.loop = new TrainingLoop({ trainer, log, probes, keeper, turns, data: this, loss });
  }

  get step(): number {
    return this.models.step;
  }

  get active(): boolean {
    return this.status === 'running' || this.status === 'paused' || this.status === 'preparing';
  }

  /** Whether what it does is kept in this browser. */
  get isKept(): boolean {
    return this.keeping.keeper !== null;
  }

  get records(): readonly MetricRecord[] {
    return this.log.records;
  }

  /** What was changed and moved while it went, oldest first. */
  get changes(): readonly RunChange[] {
    return this.log.changes;
  }

  /** Its settings as they are now. */
  get settings(): RunConfig {
    return this.trainer.settings;
  }

  /** Answers about the models. */
  get session(): RunModels {
    return this.models.session;
  }

  /** Trains until paused, stopped or finished. */
  resume(): Promise<void> {
    return this.turns.take(() => {
      if (!this.active) return;
      this.until = this.trainer.totalSteps;
      if (this.status !== 'running') this.setStatus('running');
    });
  }

  pause(): Promise<void> {
    return this.turns.take(async () => {
      // The loop may have finished or failed on its way out.
      if (!this.active || this.status === 'paused') return;
      this.setStatus('paused');
      if (this.step === 0) return;
      await this.probes.rest(this.source);
      await this.loop.save('paused');
    });
  }

  /** One step, then paused. */
  async stepOnce(): Promise<void> {
    await this.turns.take(() => {
      if (!this.active) return;
      this.until = this.step + 1;
      this.setStatus('running');
    });
    await this.turns.done;
  }

  stop(): Promise<void> {
    return this.turns.take(async () => {
      if (!this.active) return;
      if (this.step > 0) await this.probes.rest(this.source);
      await this.models.keep();
      await this.loop.save('stopped');
      this.setStatus('stopped');
    });
  }

  /** Ends the run by an error, its weights kept; one that is over stays as it is. */
  end(error: unknown): Promise<void> {
    return this.turns.take(() => {
      if (this.active) throw error;
    });
  }

  /** Keeps the weights that it begins with, which are nowhere else. */
  keepStart(): Promise<void> {
    return this.turns.take(() => this.loop.save('paused'));
  }

  /** Rests over, as it was when it was kept: it can be read, and takes no more steps. */
  rest(): Promise<void> {
    return this.turns.take(async () => {
      await this.models.keep();
      this.status = this.step >= this.trainer.totalSteps ? 'finished' : 'stopped';
    });
  }

  /** Says what its models make of the data while it rests; not where rows have to be made by a language model. */
  async look(): Promise<void> {
    if (this.source.text === undefined) await this.probes.rest(this.source);
  }

  /**
   * Leaves its device, which is lost: how it stood once what was on its way has ended. One that is over goes on without; of
   * the others all but what is kept is lost.
   */
  async leaveDevice(): Promise<'over' | 'running' | 'paused' | 'failed'> {
    this.isGone = true;
    await this.turns.done;
    if (this.models.surviveDevice()) return 'over';
    if (!this.active) return 'failed';
    return this.status === 'running' ? 'running' : 'paused';
  }

  /** Opens data anew that were made with a model on the lost device. */
  async reopenData(): Promise<void> {
    if (this.config.data.kind === 'lm') this.source = await this.surroundings.source();
  }

  /** Resolves when all of it that is to be kept is written, and another may go on with it. */
  async letGo(): Promise<void> {
    await this.keeping.keeper?.close();
  }

  destroy(): Promise<void> {
    return this.turns.take(async () => {
      this.status = 'stopped';
      await this.models.giveUp();
      await this.unwatched();
      this.models.destroy();
      await this.letGo();
    });
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
      if (this.status === 'paused') await this.turns.take(() => this.loop.save('paused'));
      return false;
    }
    // The model is built anew, of which no step and no probe must be in flight.
    this.rebuilt = this.turns.take(async () => {
      await this.unwatched();
      await this.apply(settings);
      if (this.status === 'paused') await this.loop.save('paused');
    });
    await this.rebuilt;
    return true;
  }

  /** Settings of a model as they are now. */
  modelConfig(model: number): ModelConfig {
    return this.models.modelConfig(model);
  }

  /** A model as it is now with its final evaluation, which its folder holds too. Throws LabError `cancelled`. */
  async evaluate(model: number, work: WantedEvaluation): Promise<EvaluatedModel> {
    const evaluated = await this.models.evaluate(model, work);
    const { keeper } = this.keeping;
    if (keeper !== null && !this.active) {
      const { step, report } = evaluated;
      const files = folderOfRun(model, evaluated, accountOf(this, model, step));
      const extent = report instanceof LabError ? 0 : measuredExtent(report);
      await keeper.saveModel(this.settings, model, { step, extent }, files);
    }
    return evaluated;
  }

  /** A file with the model's weights, `beside` what belongs to them, or its metrics. Throws LabError `cancelled`. */
  export(
    model: number,
    format: ExportFormat,
    work: Work,
    beside: FilesBeside = NOTHING_BESIDE,
  ): Promise<WrittenFile> {
    return exportFile(this, model, format, work, beside);
  }

  private async apply(settings: LiveSettings): Promise<void> {
    const { runId, trainer } = this;
    if (!this.active) return;
    try {
      const changes = await trainer.applySettings(settings);
      if (changes.length === 0) return;
      this.log.changed(changes, trainer.settings);
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

  /** Trains up to the step asked for, or to the end of the submit in flight when a command comes. */
  private async train(): Promise<void> {
    try {
      if (!(await this.loop.trainTo(this.until))) return;
      await this.probes.rest(this.source);
      const finished = this.step >= this.trainer.totalSteps;
      if (finished) await this.models.keep();
      // Single steps are no reason to write one: they would push the others out.
      if (finished || this.loop.isSaveDue) await this.loop.save(finished ? 'finished' : 'paused');
      this.setStatus(finished ? 'finished' : 'paused');
    } catch (error) {
      await this.fail(error);
    }
  }

  private async fail(error: unknown): Promise<void> {
    // What breaks on a lost device is no failure of the run: who hears of the loss goes on with it.
    this.isGone ||= (await this.surroundings.loss()) !== null;
    if (this.isGone) return;
    // After numbers that are not finite the last good weights are still there.
    await this.models.keep().catch(() => undefined);
    this.status = 'failed';
    this.keeping.keeper?.note({ status: 'failed', error: describeError(error) });
    this.post({ kind: 'failed', runId: this.runId, error: describeError(error) });
  }

  private setStatus(status: RunStatus): void {
    this.status = status;
    this.post({ kind: 'status', runId: this.runId, status, step: this.step });
  }
}
