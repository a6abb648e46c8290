/**
 * One model in training: its buffers, its compiled step, and the way its state goes in and out.
 */
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import type { BufferSet } from '../../gpu/buffer_set';
import { allocate } from '../../gpu/buffers';
import { PlanRunner } from '../../gpu/executor';
import { ReadbackRing } from '../../gpu/readback';
import { displayName, type ModelConfig } from '../../sae/config';
import type { Dictionary } from '../../base/dictionary';
import { initialWeights, withVectors } from '../../sae/initial';
import type { ModelLayout, KernelVariant } from '../../sae/layout';
import { codesStrength, nuclearStrength } from '../../sae/penalty';
import { learningRate, sparsityAt, uniformsAt } from '../../sae/schedule';
import { stepPlan } from '../../sae/step_plan';
import { movesOf } from './model_moves';
import {
  NOTHING_MOVED,
  type ModelState,
  type MovesDone,
  type StartingPoint,
} from './session_types';
import { Encoder } from '../encode/encoder';
import { recordOf } from './metrics';
import type { MetricRecord } from '../protocol/protocol';
import { totalSteps, type RunConfig, type TrainingConfig } from '../run/run_config';
import { initialDecoderBias, type MeasuredData } from '../encode/statistics';
import { inputRms, inputScaleOf, type InputUnits } from '../../sae/input_units';
import { foldInputScale, readParameters, writeParameters } from '../encode/weights';

/** Buffers that all models of a run read: the batch and the data's mean. */
interface SharedBuffers {
  readonly x: GPUBuffer;
  readonly data_mean: GPUBuffer;
}

export interface ModelTrainerOptions {
  readonly device: GPUDevice;
  readonly run: RunConfig;
  readonly index: number;
  readonly data: MeasuredData;
  readonly shared: SharedBuffers;
  readonly variant: KernelVariant;
  /** Steps that fit one submit. */
  readonly slots: number;
  readonly start: StartingPoint | undefined;
}

/** A logged step until its numbers are read, by which time settings may be others. */
export interface RecordedLog {
  readonly slot: GPUBuffer;
  /** λ of that step, 0 without a nuclear penalty. */
  readonly lambda: number;
  /** Moves made until then. */
  readonly moved: number;
}

export class ModelTrainer {
  private forward: Promise<Encoder> | null = null;
  /** What was moved so far. */
  moved: MovesDone = NOTHING_MOVED;

  private constructor(
    private readonly options: ModelTrainerOptions,
    private settings: ModelConfig,
    readonly layout: ModelLayout,
    private readonly buffers: BufferSet,
    private readonly runner: PlanRunner,
    private readonly ring: ReadbackRing,
    /** c of `expected_average_only_in`, 1 for the other normalisations. */
    readonly inputScale: number,
    private strength: number | null,
  ) {}

  /** The model's settings as they are now. */
  get config(): ModelConfig {
    return this.settings;
  }

  /** λ in absolute units of the trained input; null without a nuclear penalty. */
  get lambda(): number | null {
    return this.strength;
  }

  /**
   * Allocates and compiles; nothing is left of it when it fails. Throws LabError `out_of_memory`,
   * `gpu_validation`, `bad_config` for weights of another shape to start from.
   */
  static async create(options: ModelTrainerOptions, config: ModelConfig): Promise<ModelTrainer> {
    const { device, run, data, shared, variant, slots, start } = options;
    const { width } = data.statistics;
    const { plan, layout } = stepPlan({
      config,
      width,
      batch: run.training.train_batch_size_samples,
      variant,
      clip: run.training.max_grad_norm !== undefined,
    });
    const named = { ...plan, name: displayName(config) };
    const buffers = await allocate(device, named);
    const imports = new Map([...buffers, ...Object.entries(shared)]);
    const runner = await PlanRunner.create(device, named, imports, slots).catch(
      (error: unknown) => {
        buffers.destroy();
        throw error;
      },
    );
    const ring = new ReadbackRing(device, loggedRegions(buffers, layout));
    const state = start?.kind === 'state' ? start.state : undefined;
    const inputScale =
      state?.inputScale ?? inputScaleOf(config.normalize_activations, data.statistics);
    const engine = new ModelTrainer(
      options,
      config,
      layout,
      buffers,
      runner,
      ring,
      inputScale,
      state?.lambda ?? nuclearStrength(config, { power: data.statistics.power, inputScale }),
    );
    try {
      engine.begin(start);
    } catch (error) {
      engine.destroy();
      throw error;
    }
    return engine;
  }

  /** What its relative strengths are relative to. */
  private get units(): InputUnits {
    return { power: this.options.data.statistics.power, inputScale: this.inputScale };
  }

  /** Root mean square of a number of the centred input. */
  private get rms(): number {
    return inputRms(this.config.normalize_activations, this.units, this.layout.width);
  }

  /** Takes settings that differ from its own in λ alone; they take effect at the next step. */
  setStrength(config: ModelConfig): void {
    this.settings = config;
    this.strength = nuclearStrength(config, this.units);
  }

  /** Dispatches of one step. */
  dispatches(logging: boolean): number {
    return this.runner.dispatches(logging);
  }

  /** Puts the uniforms of `step` (0-based) into a slot. */
  setStep(slot: number, step: number, training: TrainingConfig): void {
    this.runner.setUniforms(
      slot,
      uniformsAt(
        this.config,
        training,
        {
          lambda: this.lambda ?? 0,
          sparsity: codesStrength(this.config, this.units),
          rms: this.rms,
          inputScale: this.inputScale,
        },
        step,
        totalSteps(training),
        this.layout.batch,
      ),
    );
  }

  upload(slots: number): void {
    this.runner.upload(slots);
  }

  recordClears(encoder: GPUCommandEncoder): void {
    this.runner.recordClears(encoder);
  }

  record(pass: GPUComputePassEncoder, slot: number, logging: boolean): void {
    this.runner.record(pass, slot, logging);
  }

  get canLog(): boolean {
    return this.ring.available;
  }

  /** Records the copies of a logged step; `readLog` gives its metrics after the submit. */
  recordLog(encoder: GPUCommandEncoder): RecordedLog {
    return { slot: this.ring.record(encoder), lambda: this.lambda ?? 0, moved: this.moved.made };
  }

  /** Metrics of a logged step, which was taken under `training`. Throws LabError `not_finite`. */
  async readLog(
    { slot, lambda, moved }: RecordedLog,
    step: number,
    seconds: number,
    training: TrainingConfig,
  ): Promise<MetricRecord> {
    const [rowStats, lastFired, singular, norm, eta] = await this.ring.read(slot);
    if (rowStats === undefined || lastFired === undefined || singular === undefined) {
      throw new RangeError('a logged step is incomplete');
    }
    return recordOf(
      {
        rowStats: new Float32Array(rowStats),
        lastFired: new Uint32Array(lastFired),
        singularValues: new Float32Array(singular),
        gradientNorm: norm === undefined ? 0 : at(new Float32Array(norm), 0),
      },
      {
        model: this.options.index,
        name: displayName(this.config),
        config: this.config,
        layout: this.layout,
        step,
        seconds,
        lr: learningRate(training, step - 1, totalSteps(training)),
        lambda,
        sparsity: sparsityAt(this.config, codesStrength(this.config, this.units), step - 1),
        inputScale: this.inputScale,
        eta: eta === undefined ? null : at(new Float32Array(eta), 0),
        moved: movesOf(this.config) === null ? null : moved,
      },
    );
  }

  /** Weights in raw input units. */
  async weights(): Promise<Dictionary> {
    return foldInputScale(await this.trainedWeights(), this.inputScale);
  }

  /** Everything the next step depends on. `step` is the number of steps taken. */
  async state(step: number): Promise<ModelState> {
    const [weights, firstMoment, secondMoment, fired] = await Promise.all([
      this.trainedWeights(),
      readParameters(this.buffers, this.config, this.layout, '_moment1'),
      readParameters(this.buffers, this.config, this.layout, '_moment2'),
      this.buffers.read('last_fired'),
    ]);
    const seen = step * this.layout.batch;
    return {
      step,
      weights,
      firstMoment,
      secondMoment,
      tokensSinceFired: new Uint32Array(fired)
        .subarray(0, this.layout.groups)
        .map((token) => seen - token),
      inputScale: this.inputScale,
      lambda: this.lambda,
      moved: this.moved,
    };
  }

  /** The encoder over this model's current weights; they are shared, so it follows training. */
  async encoder(): Promise<Encoder> {
    // One for all who ask while it is being made.
    this.forward ??= Encoder.open(this.options.device, {
      config: this.config,
      width: this.layout.width,
      inputScale: this.inputScale,
      buffers: this.buffers,
      variant: this.options.variant,
    });
    try {
      return await this.forward;
    } catch (error) {
      this.forward = null;
      throw error;
    }
  }

  destroy(): void {
    // Whoever asked for an encoder that could not be made has had the error.
    void this.forward?.then(
      (encoder) => encoder.destroy(),
      () => undefined,
    );
    this.ring.destroy();
    this.runner.destroy();
    this.buffers.destroy();
  }

  private async trainedWeights(): Promise<Dictionary> {
    const { groups, rank, width } = this.layout;
    const arrays = await readParameters(this.buffers, this.config, this.layout, '');
    return { groups, rank, width, ...arrays };
  }

  /** Puts what the model starts from into its buffers. Throws LabError `bad_config` when its shape is another. */
  private begin(start: StartingPoint | undefined): void {
    if (start?.kind === 'state') {
      this.writeState(start.state);
      return;
    }
    const { data, run, index } = this.options;
    const { config, inputScale, layout } = this;
    const weights =
      start?.kind === 'weights'
        ? withVectors(config, foldInputScale(start.weights, 1 / inputScale), this.rms)
        : initialWeights(
            config,
            layout.width,
            initialDecoderBias(data, config.normalize_activations, inputScale),
            run.training.seed,
            index,
            this.rms,
          );
    this.checkShape(weights);
    writeParameters(this.buffers, layout, '', weights);
  }

  /** Goes on from a state; no step may be in flight. */
  writeState(state: ModelState): void {
    this.checkShape(state.weights);
    writeParameters(this.buffers, this.layout, '', state.weights);
    writeParameters(this.buffers, this.layout, '_moment1', state.firstMoment);
    writeParameters(this.buffers, this.layout, '_moment2', state.secondMoment);
    this.moved = state.moved;
    const seen = state.step * this.layout.batch;
    // Moves make a group dead at once, which early in a run is longer ago than its beginning.
    const fired = state.tokensSinceFired.map((age) => Math.max(0, seen - age));
    this.buffers.write('last_fired', fired);
  }

  private checkShape(weights: Dictionary): void {
    const { groups, rank, width } = this.layout;
    if (weights.groups === groups && weights.rank === rank && weights.width === width) return;
    throw new LabError(
      'bad_config',
      `${displayName(this.config)} starts from weights of ${weights.groups} groups × ${weights.rank} at width ${weights.width}, but is configured as ${groups} × ${rank} at width ${width}.`,
      'Configure the model as the saved one, or start from fresh weights.',
    );
  }
}

function loggedRegions(buffers: BufferSet, layout: ModelLayout) {
  const region = (name: string, elements: number, offset = 0) => {
    const buffer = buffers.named(name);
    return { buffer, bytes: Math.min(elements * 4, buffer.size), offset: offset * 4 };
  };
  return [
    region('row_stats', layout.batch * 8),
    region('last_fired', layout.groups),
    region('singular_values', layout.groups * layout.rank),
    region('penalty', 1, layout.normOffset),
    ...(layout.refinement === null ? [] : [region('biases', 1, layout.refinement.eta)]),
  ];
}
