/**
 * A run in progress: several models trained on one stream of batches. The loop records a few steps into
 * each submit, keeps two submits in flight, and never waits for a readback inside a step. It knows no
 * page and no terminal; the worker and the command line drive it through engine_types.ts.
 */
import { at } from '../base/array';
import type { Work } from '../base/work';
import { modelSchema } from '../sae/config';
import type {
  Encoded,
  EncodeProgress,
  RunHooks,
  RunProgress,
  Session,
  SessionOptions,
} from './engine_types';
import { Pace } from './pace';
import type { LiveSettings, MetricRecord } from './protocol';
import type { Look } from './run_probes';
import { totalSteps, type RunConfig, type TrainingConfig } from './run_config';
import { makeSessionParts, type SessionParts } from './session_parts';

/** Most steps in one submit. */
const SLOTS = 16;

interface PendingLog {
  readonly step: number;
  readonly seconds: number;
  readonly slots: readonly GPUBuffer[];
}

/** Starts a run; everything is allocated and compiled when this resolves. */
export async function createSession(
  options: SessionOptions,
  work?: Work,
): Promise<TrainingSession> {
  return TrainingSession.create(options, work);
}

export class TrainingSession implements Session {
  private taken = 0;
  private readonly pace = new Pace(SLOTS);
  private training: TrainingConfig;
  /** Looks under way: no step is submitted during one. */
  private readonly looks = new Set<Promise<Look>>();

  private constructor(
    private readonly options: SessionOptions,
    private readonly parts: SessionParts,
  ) {
    this.training = options.config.training;
    const resumed = options.initial?.find((start) => start?.kind === 'state');
    if (resumed?.kind === 'state') this.taken = resumed.state.step;
  }

  static async create(options: SessionOptions, work: Work = {}): Promise<TrainingSession> {
    return new TrainingSession(options, await makeSessionParts(options, SLOTS, work));
  }

  get config(): RunConfig {
    return this.options.config;
  }

  get estimate(): Session['estimate'] {
    return this.parts.estimate;
  }

  get step(): number {
    return this.taken;
  }

  get totalSteps(): number {
    return totalSteps(this.training);
  }

  get lambdas(): (number | null)[] {
    return this.parts.models.map((model) => model.lambda);
  }

  get statistics(): Session['statistics'] {
    return this.parts.data.statistics;
  }

  /** Seconds spent training in this session. */
  get elapsed(): number {
    return this.pace.seconds;
  }

  /** Dispatches of one step over all models, the batch included. */
  dispatches(logging: boolean): number {
    return this.parts.models.reduce(
      (sum, model) => sum + model.dispatches(logging),
      this.parts.streamRunner.dispatches(logging),
    );
  }

  async run(steps: number, hooks: RunHooks = {}): Promise<void> {
    const end = Math.min(this.taken + steps, this.totalSteps);
    const pending: PendingLog[] = [];
    const inFlight: Promise<void>[] = [];
    this.pace.begin(this.taken);
    while (this.taken < end && hooks.shouldStop?.() !== true) {
      if (this.parts.models.some((model) => !model.canLog)) await this.drain(pending, hooks, 1);
      const wanted = Math.min(this.pace.wanted, this.untilLogged(), end - this.taken);
      const ready = (await this.parts.feeder?.feed(this.taken, wanted)) ?? wanted;
      while (this.looks.size > 0) await Promise.allSettled(this.looks);
      if (ready > 0) {
        this.submit(ready, pending);
        inFlight.push(this.parts.clock.mark('training'));
      }
      if (inFlight.length > 1) await inFlight.shift();
      this.pace.advance(ready, this.taken);
      hooks.onProgress?.(this.progress());
      if (pending.length > 1) await this.drain(pending, hooks, pending.length - 1);
    }
    await Promise.all(inFlight);
    this.pace.advance(0, this.taken);
    await this.drain(pending, hooks, pending.length);
  }

  /** Steps up to the next logged one, which ends a submit; the feeder must not prepare for more. */
  private untilLogged(): number {
    return this.taken === 0 ? 1 : this.training.log_every - (this.taken % this.training.log_every);
  }

  private progress(): RunProgress {
    const batch = this.training.train_batch_size_samples;
    const { pace } = this;
    const { feeder, clock } = this.parts;
    return {
      step: this.taken,
      samples: this.taken * batch,
      seconds: pace.seconds,
      samplesPerSecond: pace.stepsPerSecond * batch,
      ...(feeder === null
        ? {}
        : {
            feeding: {
              filled: feeder.filled,
              rowsMade: feeder.rowsMade,
              sourceSeconds: clock.seconds('source'),
              shuffleSeconds: clock.seconds('shuffle'),
              trainingSeconds: clock.seconds('training'),
            },
          }),
    };
  }

  /** Changes settings between submits: lr and λ take effect at the next step, s after a rebuild. */
  async applySettings(settings: LiveSettings): Promise<void> {
    if (settings.lr !== undefined) this.training = { ...this.training, lr: settings.lr };
    const relative = settings.nuclear_coefficient_relative;
    if (relative !== undefined) {
      at(this.parts.models, relative.model).setRelativeLambda(relative.value);
    }
    if (settings.slots !== undefined) {
      const { model: index, value } = settings.slots;
      const old = at(this.parts.models, index);
      const changed = modelSchema.parse(
        old.config.architecture === 'topk_sasa'
          ? { ...old.config, k_groups: value }
          : { ...old.config, k: value },
      );
      const state = await old.state(this.taken);
      const rebuilt = await this.parts.build(index, changed, { kind: 'state', state });
      old.destroy();
      this.parts.models[index] = rebuilt;
    }
  }

  /** Settings of a model as they are now. */
  modelConfig(model: number): RunConfig['models'][number] {
    return at(this.parts.models, model).config;
  }

  weights(model: number) {
    return at(this.parts.models, model).weights();
  }

  state(model: number) {
    return at(this.parts.models, model).state(this.taken);
  }

  async encode(
    model: number,
    x: Float32Array,
    rows: number,
    onProgress?: EncodeProgress,
  ): Promise<Encoded> {
    const encoder = await at(this.parts.models, model).encoder();
    return encoder.encode(x, rows, onProgress);
  }

  /** A model's weights and its codes of rows x [rows, d], all of one step: training waits meanwhile. */
  look(model: number, x: Float32Array, rows: number): Promise<Look> {
    const look = this.lookNow(model, x, rows).finally(() => this.looks.delete(look));
    this.looks.add(look);
    return look;
  }

  destroy(): void {
    this.parts.destroy();
  }

  private async lookNow(model: number, x: Float32Array, rows: number): Promise<Look> {
    const step = this.taken;
    const dictionary = await this.weights(model);
    const { codes } = await this.encode(model, x, rows);
    return { step, dictionary, codes };
  }

  /** Records and submits the next `count` steps, of which only the last may be a logged one. */
  private submit(count: number, pending: PendingLog[]): void {
    const { device } = this.options;
    const encoder = device.createCommandEncoder();
    const logged = count >= this.untilLogged() || this.taken + count === this.totalSteps;
    for (let slot = 0; slot < count; slot += 1) {
      const step = this.taken + slot;
      this.parts.streamRunner.setUniforms(slot, this.parts.stream.uniforms(step));
      for (const model of this.parts.models) {
        model.setStep(slot, step, this.training);
        model.recordClears(encoder);
      }
      const pass = encoder.beginComputePass();
      this.parts.streamRunner.record(pass, slot);
      const reads = logged && slot === count - 1;
      for (const model of this.parts.models) model.record(pass, slot, reads);
      pass.end();
    }
    this.parts.streamRunner.upload(count);
    for (const model of this.parts.models) model.upload(count);
    this.taken += count;
    if (logged) {
      pending.push({
        step: this.taken,
        seconds: this.pace.seconds,
        slots: this.parts.models.map((model) => model.recordLog(encoder)),
      });
    }
    device.queue.submit([encoder.finish()]);
  }

  /** Reads the oldest `count` logged steps and hands their metrics over. */
  private async drain(pending: PendingLog[], hooks: RunHooks, count: number): Promise<void> {
    for (const log of pending.splice(0, count)) {
      const records: MetricRecord[] = await Promise.all(
        log.slots.map((slot, index) =>
          at(this.parts.models, index).readLog(slot, log.step, log.seconds, this.training),
        ),
      );
      hooks.onMetrics?.(records);
    }
  }
}
