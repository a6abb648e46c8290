/**
 * A run in progress: several models trained on one stream of batches. The loop records a few steps into
 * each submit, keeps two submits in flight, and never waits for a readback inside a step. It knows no
 * page and no terminal; the worker and the command line drive it through engine_types.ts.
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import { requireWanted, type Work } from '../base/work';
import { allocate, checkFits } from '../gpu/buffers';
import { PlanRunner } from '../gpu/executor';
import { WorkClock } from '../gpu/work_clock';
import type { ActivationSource, FeedPart, StreamFeeder, StreamPlan } from '../data/source';
import { modelSchema } from '../sae/config';
import { padRows } from '../sae/initial';
import { stepPlan } from '../sae/step_plan';
import { chooseVariant } from './choose_variant';
import type {
  Encoded,
  EncodeProgress,
  RunHooks,
  RunProgress,
  Session,
  SessionOptions,
} from './engine_types';
import { estimateRun } from './estimate';
import { ModelEngine } from './model_engine';
import { Pace } from './pace';
import type { LiveSettings, MetricRecord } from './protocol';
import { totalSteps, type RunConfig, type TrainingConfig } from './run_config';
import { measureData, type MeasuredData } from './statistics';

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

  private constructor(
    private readonly options: SessionOptions,
    readonly config: RunConfig,
    private readonly data: MeasuredData,
    private readonly stream: StreamPlan,
    private readonly streamRunner: PlanRunner,
    private readonly feeder: StreamFeeder | null,
    private readonly clock: WorkClock<FeedPart>,
    private readonly buffers: readonly GPUBuffer[],
    private readonly models: ModelEngine[],
    readonly estimate: Session['estimate'],
    private readonly rebuild: (index: number, slots: number) => Promise<ModelEngine>,
  ) {
    this.training = config.training;
  }

  static async create(options: SessionOptions, work: Work = {}): Promise<TrainingSession> {
    const { device, config, source } = options;
    checkWidths(config, source);
    const batch = config.training.train_batch_size_samples;
    const stream = source.stream(batch);
    const estimate = estimateRun(config, source, device.limits);
    const clip = config.training.max_grad_norm !== undefined;
    checkFits(device, [
      stream.plan,
      ...config.models.map(
        (model) =>
          stepPlan({ config: model, width: source.width, batch, variant: 'direct', clip }).plan,
      ),
    ]);
    const data = await measureData(source, batch, work);
    const streamBuffers = await allocate(device, stream.plan);
    const owned = [...streamBuffers.values()];
    const models: ModelEngine[] = [];
    const clock = new WorkClock<FeedPart>(device.queue);
    let feeder: StreamFeeder | null = null;
    try {
      requireWanted(work);
      work.onProgress?.(0, 'Compiling the kernels');
      feeder = (await stream.openFeeder?.(device, streamBuffers, clock)) ?? null;
      const streamRunner = await PlanRunner.create(device, stream.plan, streamBuffers, SLOTS);
      const mean = padRows(data.mean, 1, source.width);
      const dataMean = device.createBuffer({
        label: 'data mean',
        size: mean.byteLength,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      });
      owned.push(dataMean);
      device.queue.writeBuffer(dataMean, 0, mean.buffer, mean.byteOffset, mean.byteLength);
      const x = streamBuffers.get(stream.output);
      if (x === undefined) throw new RangeError('the stream has no output');
      const build = async (
        index: number,
        model: RunConfig['models'][number],
        start: NonNullable<SessionOptions['initial']>[number],
      ) =>
        ModelEngine.create(
          {
            device,
            run: config,
            index,
            data,
            shared: { x, data_mean: dataMean },
            variant: chooseVariant(device),
            slots: SLOTS,
            start,
          },
          model,
        );
      for (const [index, model] of config.models.entries()) {
        models.push(await build(index, model, options.initial?.[index]));
        requireWanted(work);
        work.onProgress?.((index + 1) / config.models.length, 'Compiling the kernels');
      }
      const session: TrainingSession = new TrainingSession(
        options,
        config,
        data,
        stream,
        streamRunner,
        feeder,
        clock,
        owned,
        models,
        estimate,
        async (index, slots) => {
          const old = at(models, index);
          const changed = modelSchema.parse(
            old.config.architecture === 'topk_sasa'
              ? { ...old.config, k_groups: slots }
              : { ...old.config, k: slots },
          );
          const state = await old.state(session.taken);
          return build(index, changed, { kind: 'state', state });
        },
      );
      const resumed = options.initial?.find((start) => start?.kind === 'state');
      if (resumed?.kind === 'state') session.taken = resumed.state.step;
      return session;
    } catch (error) {
      for (const model of models) model.destroy();
      feeder?.destroy();
      for (const buffer of owned) buffer.destroy();
      throw error;
    }
  }

  get step(): number {
    return this.taken;
  }

  get totalSteps(): number {
    return totalSteps(this.training);
  }

  get lambdas(): (number | null)[] {
    return this.models.map((model) => model.lambda);
  }

  get statistics(): Session['statistics'] {
    return this.data.statistics;
  }

  /** Seconds spent training in this session. */
  get elapsed(): number {
    return this.pace.seconds;
  }

  /** Dispatches of one step over all models, the batch included. */
  dispatches(logging: boolean): number {
    return this.models.reduce(
      (sum, model) => sum + model.dispatches(logging),
      this.streamRunner.dispatches(logging),
    );
  }

  async run(steps: number, hooks: RunHooks = {}): Promise<void> {
    const end = Math.min(this.taken + steps, this.totalSteps);
    const pending: PendingLog[] = [];
    const inFlight: Promise<void>[] = [];
    this.pace.begin(this.taken);
    while (this.taken < end && hooks.shouldStop?.() !== true) {
      if (this.models.some((model) => !model.canLog)) await this.drain(pending, hooks, 1);
      const wanted = Math.min(this.pace.wanted, this.untilLogged(), end - this.taken);
      const ready = (await this.feeder?.feed(this.taken, wanted)) ?? wanted;
      if (ready > 0) {
        this.submit(ready, pending);
        inFlight.push(this.clock.mark('training'));
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
    const { feeder, clock, pace } = this;
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
      at(this.models, relative.model).setRelativeLambda(relative.value);
    }
    if (settings.slots !== undefined) {
      const { model: index, value } = settings.slots;
      const changed = await this.rebuild(index, value);
      at(this.models, index).destroy();
      this.models[index] = changed;
    }
  }

  /** Settings of a model as they are now. */
  modelConfig(model: number): RunConfig['models'][number] {
    return at(this.models, model).config;
  }

  weights(model: number) {
    return at(this.models, model).weights();
  }

  state(model: number) {
    return at(this.models, model).state(this.taken);
  }

  async encode(
    model: number,
    x: Float32Array,
    rows: number,
    onProgress?: EncodeProgress,
  ): Promise<Encoded> {
    const encoder = await at(this.models, model).encoder();
    return encoder.encode(x, rows, onProgress);
  }

  destroy(): void {
    for (const model of this.models) model.destroy();
    this.feeder?.destroy();
    this.streamRunner.destroy();
    for (const buffer of this.buffers) buffer.destroy();
  }

  /** Records and submits the next `count` steps, of which only the last may be a logged one. */
  private submit(count: number, pending: PendingLog[]): void {
    const { device } = this.options;
    const encoder = device.createCommandEncoder();
    const logged = count >= this.untilLogged() || this.taken + count === this.totalSteps;
    for (let slot = 0; slot < count; slot += 1) {
      const step = this.taken + slot;
      this.streamRunner.setUniforms(slot, this.stream.uniforms(step));
      for (const model of this.models) {
        model.setStep(slot, step, this.training);
        model.recordClears(encoder);
      }
      const pass = encoder.beginComputePass();
      this.streamRunner.record(pass, slot);
      const reads = logged && slot === count - 1;
      for (const model of this.models) model.record(pass, slot, reads);
      pass.end();
    }
    this.streamRunner.upload(count);
    for (const model of this.models) model.upload(count);
    this.taken += count;
    if (logged) {
      pending.push({
        step: this.taken,
        seconds: this.pace.seconds,
        slots: this.models.map((model) => model.recordLog(encoder)),
      });
    }
    device.queue.submit([encoder.finish()]);
  }

  /** Reads the oldest `count` logged steps and hands their metrics over. */
  private async drain(pending: PendingLog[], hooks: RunHooks, count: number): Promise<void> {
    for (const log of pending.splice(0, count)) {
      const records: MetricRecord[] = await Promise.all(
        log.slots.map((slot, index) =>
          at(this.models, index).readLog(slot, log.step, log.seconds, this.training),
        ),
      );
      hooks.onMetrics?.(records);
    }
  }
}

function checkWidths(config: RunConfig, source: ActivationSource): void {
  for (const [index, model] of config.models.entries()) {
    if (model.d_in !== undefined && model.d_in !== source.width) {
      throw new LabError(
        'bad_config',
        `models.${index}.d_in is ${model.d_in}, but the data have ${source.width} dimensions.`,
        'Leave d_in out; it is taken from the data.',
      );
    }
  }
}
