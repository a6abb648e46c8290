/**
 * A model that encodes with the weights it is opened over: the forward passes of training, with codes and errors of
 * the rows read back or left on the GPU. For evaluation, exploration, export, and for whoever replaces or steers a
 * residual stream; never inside the training loop. It knows no language model.
 */
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { padRows } from '../../base/padded_rows';
import { givenUp } from '../../base/work';
import { joinCodes } from '../../analysis/code_table';
import type { CodeTable, Dictionary } from '../../analysis/types';
import { bufferOf, type BufferMap } from '../../gpu/buffer_set';
import { largestBuffer, SMALLER_MODEL, type SizeLimits } from '../../gpu/buffers';
import { openPlan, type OpenPlan } from '../../gpu/open_plan';
import { shapeOf, type ModelConfig } from '../../sae/config';
import type { CodePlaces } from '../../lm/interventions';
import { placesOf } from '../../sae/forward_passes';
import { forwardPlan } from '../../sae/forward_plan';
import type { KernelVariant, ModelLayout } from '../../sae/layout';
import { stepUniforms } from '../../sae/schedule';
import { scaledRows } from './data_units';
import { uploadDictionary } from './device_dictionary';
import type { Encoded, EncodeProgress, EncoderWeights, RowErrors } from './encoding';
import { readCodes, type ReadCodes } from './read_codes';

/** Rows encoded at a time, where the adapter has room for so many. */
const MOST_ROWS = 512;
/** Places a row, before it is known how many codes a model gives that gives rows as many as they need. */
const FIRST_PLACES = 64;

/** Columns of `row_stats`, of which the first few are read here. */
const STATS = 8;
const Column = { rowScale: 0, power: 1, squaredError: 2, nonZero: 3 } as const;

type ForwardPlan = ReturnType<typeof forwardPlan>;

/**
 * The plan that encodes as many rows at a time as fit: what a wide model is trained with at a small batch, it can be
 * evaluated with. A row alone may still need more than there is. `slots`: units of largest score that every row switches
 * on, instead of those that the model's gate lets through.
 */
export function encoderPlan(
  config: ModelConfig,
  width: number,
  variant: KernelVariant,
  limits: SizeLimits,
  slots?: number,
): ForwardPlan {
  const limit = largestBuffer(limits);
  const options = { capacity: Math.max(shapeOf(config).groups, MOST_ROWS * FIRST_PLACES), slots };
  let rows = MOST_ROWS;
  let made = forwardPlan(config, width, rows, variant, options);
  while (rows > 1 && made.plan.buffers.some(({ length }) => length * 4 > limit)) {
    rows /= 2;
    made = forwardPlan(config, width, rows, variant, options);
  }
  return made;
}

/** The plan allocated and compiled over weights, with the uniforms that encoding needs. */
async function ready(
  device: GPUDevice,
  { buffers, inputScale }: EncoderWeights,
  { plan }: ForwardPlan,
): Promise<OpenPlan> {
  const opened = await openPlan(device, plan, buffers, { wayOut: SMALLER_MODEL });
  const values = Object.fromEntries(stepUniforms.fields.map(([name]) => [name, 0]));
  opened.runner.setUniforms(0, { ...values, input_scale: inputScale, one: 1 });
  opened.runner.upload();
  return opened;
}

export class Encoder {
  /** A larger list in the making; whoever needs room waits for it. */
  private growing: Promise<void> | null = null;
  /** The adapter had no memory for a larger list. */
  private full = false;
  private destroyed = false;

  private constructor(
    private readonly device: GPUDevice,
    private readonly weights: EncoderWeights,
    private layout: ModelLayout,
    private opened: OpenPlan,
    private readonly release: () => void,
  ) {}

  /** Where the codes of a row lie in its buffers. */
  get places(): CodePlaces {
    const { part, constants } = placesOf(this.layout, this.layout.main);
    return { source: part.source, constants };
  }

  /** The forward plan's buffers by name: x, rows, row_stats, active_units, coefs and the weights. */
  get buffers(): BufferMap {
    return new Map([...this.weights.buffers, ...this.opened.own]);
  }

  /** Over weights that stay the caller's; it follows them when they train. Throws LabError `out_of_memory`. */
  static open(device: GPUDevice, weights: EncoderWeights): Promise<Encoder> {
    const { config, width, variant } = weights;
    return Encoder.over(device, weights, encoderPlan(config, width, variant, device.limits));
  }

  /**
   * Over rows that lie on the GPU: `x` holds `rows` rows [rows, 4·ceil(d/4)] and stays the caller's, as the weights do.
   * Throws LabError `out_of_memory`.
   */
  static openInPlace(
    device: GPUDevice,
    weights: EncoderWeights,
    x: GPUBuffer,
    rows: number,
  ): Promise<Encoder> {
    const { plan, layout } = forwardPlan(weights.config, weights.width, rows, weights.variant);
    const inPlace = {
      ...plan,
      buffers: plan.buffers.filter(({ name }) => name !== 'x'),
      imports: [...plan.imports, 'x'],
    };
    const buffers = new Map([...weights.buffers, ['x', x] as const]);
    return Encoder.over(device, { ...weights, buffers }, { plan: inPlace, layout });
  }

  /**
   * Over a copy of a dictionary in raw units, which is freed with it. With `slots` every row switches on so many units of
   * largest score, whatever the model's gate. Throws LabError `bad_config` for a layer norm of rows of one number,
   * `out_of_memory`.
   */
  static async upload(
    device: GPUDevice,
    config: ModelConfig,
    dictionary: Dictionary,
    slots?: number,
  ): Promise<Encoder> {
    const weights = await uploadDictionary(device, config, dictionary);
    const made = encoderPlan(weights.config, weights.width, weights.variant, device.limits, slots);
    return Encoder.over(device, weights, made, () => weights.destroy());
  }

  private static async over(
    device: GPUDevice,
    weights: EncoderWeights,
    made: ForwardPlan,
    release: () => void = () => undefined,
  ): Promise<Encoder> {
    try {
      return new Encoder(device, weights, made.layout, await ready(device, weights, made), release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Puts rows x [rows, d] into the input, a batch at a time: their codes and their squared errors in raw units. Throws
   * LabError `cancelled` when the encoder is destroyed while it makes room for their codes.
   */
  async encode(x: Float32Array, rows: number, onProgress?: EncodeProgress): Promise<Encoded> {
    const { batch, width } = this.layout;
    const pieces: CodeTable[] = [];
    const squaredError = new Float32Array(rows);
    for (let done = 0; done < rows;) {
      const next = x.subarray(done * width, Math.min(rows, done + batch) * width);
      const input = bufferOf(this.buffers, 'x', 'the encoder');
      this.device.queue.writeBuffer(input, 0, padRows(next, width));
      const encoder = this.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      this.record(pass);
      pass.end();
      this.device.queue.submit([encoder.finish()]);
      const { codes, stats, places } = await this.read(next.length / width);
      pieces.push(codes);
      squaredError.set(this.errors(stats, codes.rows).squaredError, done);
      done += codes.rows;
      onProgress?.(done / rows);
      if (places > this.layout.main.capacity) await this.makeRoom(places);
    }
    return { codes: joinCodes(pieces), squaredError };
  }

  /** The mean [d] about which `power` is measured. */
  setMean(mean: Float32Array): void {
    this.opened.own.write('data_mean', padRows(mean, this.layout.width));
  }

  /** Records encoding and reconstruction of the rows in the input. */
  record(pass: GPUComputePassEncoder): void {
    this.opened.runner.record(pass);
  }

  /** Errors of the rows as last encoded. */
  async readErrors(): Promise<RowErrors> {
    const stats = new Float32Array(await this.opened.own.read('row_stats'));
    return this.errors(stats, this.layout.batch);
  }

  /** Codes of the rows as last encoded, with which D_kᵀp_k is a part of the row (data_units.ts). */
  async readCodes(): Promise<CodeTable> {
    const { codes, stats } = await this.read(this.layout.batch);
    // What layer_norm divided the row by, 1 without it.
    return scaledRows(codes, (row) => at(stats, row * STATS + Column.rowScale));
  }

  destroy(): void {
    this.destroyed = true;
    this.opened.destroy();
    this.release();
  }

  /** Reads in the turn of the submit, since another caller may encode in the next. */
  private async read(rows: number): Promise<ReadCodes & { readonly stats: Float32Array }> {
    const { own } = this.opened;
    const [read, stats] = await Promise.all([
      readCodes(own, this.layout, rows),
      own.read('row_stats', rows * STATS * 4),
    ]);
    return { ...read, stats: new Float32Array(stats) };
  }

  /**
   * Takes a list of codes with places for as many as a batch needed, and a half more, as far as the adapter has room;
   * without more room the list stays, and a batch gives the rows that fit.
   */
  private async makeRoom(places: number): Promise<void> {
    while (this.growing !== null) await this.growing;
    const { batch, main } = this.layout;
    if (this.full || places <= main.capacity) return;
    // A place takes a unit and its row in one buffer.
    const room = Math.floor((largestBuffer(this.device.limits) / 4 - batch - 1) / 2);
    const wanted = Math.min(Math.ceil(1.5 * places), room);
    if (wanted <= main.capacity) return;
    this.growing = this.grow(wanted).finally(() => (this.growing = null));
    await this.growing;
  }

  private async grow(capacity: number): Promise<void> {
    const { config, width, variant } = this.weights;
    const made = forwardPlan(config, width, this.layout.batch, variant, { capacity });
    let opened: OpenPlan;
    try {
      opened = await ready(this.device, this.weights, made);
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'out_of_memory') throw error;
      this.full = true;
      return;
    }
    if (this.destroyed) {
      opened.destroy();
      throw givenUp();
    }
    this.opened.destroy();
    this.opened = opened;
    this.layout = made.layout;
  }

  private errors(stats: Float32Array, rows: number): RowErrors {
    const column = (index: number, unit: number) =>
      Float32Array.from({ length: rows }, (_, row) => at(stats, row * STATS + index) / unit);
    const unit = this.weights.inputScale ** 2;
    return {
      squaredError: column(Column.squaredError, unit),
      power: column(Column.power, unit),
      nonZero: column(Column.nonZero, 1),
    };
  }
}
