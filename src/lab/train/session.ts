/**
 * A run in progress: several models trained on one stream of batches. The loop records a few steps into
 * each submit, keeps two submits in flight, and never waits for a readback inside a step. It knows no
 * page and no terminal; the worker and the command line drive it through session_types.ts.
 */
import { at } from '../../base/array';
import { saysSame } from '../../base/canonical';
import type { Work } from '../../base/work';
import { shapeOf } from '../../sae/config';
import type { Encoded, EncodeProgress } from '../encode/encoding';
import type { RunHooks, RunProgress, Session, SessionOptions } from './session_types';
import { changedSettings, withLiveSettings } from '../run/live_settings';
import type { RecordedLog } from './model_trainer';
import { Pace } from './pace';
import type { MetricRecord } from '../protocol/protocol';
import type { LiveSettings, SettingChange } from '../run/live_settings';
import type { Look } from './run_probes';
import { totalSteps, type RunConfig, type TrainingConfig } from '../run/run_config';
import { dueMoves, stepsToMoves } from './session_moves';
import { makeSessionParts, type SessionParts } from './session_parts';

/** Most steps in one submit. */
const SLOTS = 16;

interface PendingLog {
  readonly step: number;
  readonly seconds: number;
  /** Settings of the step, which may be others when it is read. */
  readonly training: TrainingConfig;
  readonly logs: readonly RecordedLog[];
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

  get inputScales(): number[] {
    return this.parts.models.map((model) => model.inputScale);
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
      const toMoves = stepsToMoves(this.parts.models, this.training, this.taken);
      if (this.parts.models.some((model) => !model.canLog)) await this.drain(pending, hooks, 1);
      const wanted = Math.min(
        this.pace.wanted,
        this.untilLogged(),
        Math.max(1, toMoves),
        end - this.taken,
      );
      const ready = (await this.parts.feeder?.feed(this.taken, wanted)) ?? wanted;
      while (this.looks.size > 0) await Promise.allSettled(this.looks);
      // A step follows at once, so that every state is either from before the moves or from after a step.
      if (ready > 0 && toMoves === 0 && !(await this.makeMoves({ inFlight, pending }, hooks)))
        continue;
      if (ready > 0) {
        this.submit(ready, pending);
        const done = this.parts.clock.mark('training');
        // When the device goes, the first that is waited for says so for all of them.
        done.catch(() => undefined);
        inFlight.push(done);
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

  /** Makes the moves that are due, once the steps before them are done; false when a command came meanwhile. */
  private async makeMoves(
    { inFlight, pending }: { inFlight: Promise<void>[]; pending: PendingLog[] },
    hooks: RunHooks,
  ): Promise<boolean> {
    await Promise.all(inFlight.splice(0));
    // Numbers that broke are told of here: nothing could be found in them.
    await this.drain(pending, hooks, pending.length);
    const { models } = this.parts;
    const { training, taken: step } = this;
    const states = await dueMoves({ models, training, step, source: this.options.source }, hooks);
    // Whoever looks at the weights has them and the codes of one state.
    while (this.looks.size > 0) await Promise.allSettled(this.looks);
    // All at once: no state has some models before their moves and some after them.
    for (const { model, state, made } of states ?? []) {
      model.writeState(state);
      hooks.onMoves?.(made);
    }
    this.pace.advance(0, step);
    return states !== null;
  }

  private progress(): RunProgress {
    const batch = this.training.train_batch_size_samples;
    const { pace } = this;
    const rate = pace.stepsPerSecond;
    const { feeder, clock } = this.parts;
    return {
      step: this.taken,
      samples: this.taken * batch,
      seconds: pace.seconds,
      samplesPerSecond: rate === null ? null : rate * batch,
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

  /** The run's settings as they are now: what it began with and the changes since. */
  get settings(): RunConfig {
    const { data } = this.options.config;
    return { data, models: this.parts.models.map(({ config }) => config), training: this.training };
  }

  /**
   * Changes settings between submits: lr and λ take effect at the next step, s after a rebuild, during which no step
   * may be taken. Says what changed. Throws LabError, and is as it was then: `bad_config` for a value that cannot be,
   * and what the making of a model throws.
   */
  async applySettings(live: LiveSettings): Promise<readonly SettingChange[]> {
    const before = this.settings;
    const after = withLiveSettings(before, live);
    const slotsOf = (config: RunConfig, index: number) => shapeOf(at(config.models, index)).slots;
    for (const index of after.models.keys()) {
      if (slotsOf(after, index) !== slotsOf(before, index)) {
        await this.rebuild(index, at(after.models, index));
      }
    }
    // All at once from here on: no step has a part of it.
    after.models.forEach((changed, index) => {
      const model = at(this.parts.models, index);
      if (!saysSame(changed, model.config)) model.setStrength(changed);
    });
    this.training = after.training;
    return changedSettings(before, after).map((change) => ({
      ...change,
      step: this.taken,
      lambda: change.model === null ? null : at(this.parts.models, change.model).lambda,
    }));
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

  /** Makes a model anew with its state and other settings; it stays as it is when that fails. */
  private async rebuild(index: number, changed: RunConfig['models'][number]): Promise<void> {
    const { models, build } = this.parts;
    const old = at(models, index);
    const state = await old.state(this.taken);
    models[index] = await build(index, changed, { kind: 'state', state });
    old.destroy();
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
        training: this.training,
        logs: this.parts.models.map((model) => model.recordLog(encoder)),
      });
    }
    device.queue.submit([encoder.finish()]);
  }

  /** Reads the oldest `count` logged steps and hands their metrics over. */
  private async drain(pending: PendingLog[], hooks: RunHooks, count: number): Promise<void> {
    for (const { logs, step, seconds, training } of pending.splice(0, count)) {
      const records: MetricRecord[] = await Promise.all(
        logs.map((log, index) =>
          at(this.parts.models, index).readLog(log, step, seconds, training),
        ),
      );
      hooks.onMetrics?.(records);
    }
  }
}
