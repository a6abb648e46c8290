/**
 * A model that encodes with the weights it is opened over: the forward passes of training, with codes and errors of
 * the rows read back or left on the GPU. For evaluation, exploration, export, and for whoever replaces or steers a
 * residual stream; never inside the training loop. It knows no language model.
 */
import { at } from '../../base/array';
import { padRows } from '../../base/padded_rows';
import { joinCodes } from '../../analysis/code_table';
import type { CodeTable, Dictionary } from '../../analysis/types';
import { bufferOf, type BufferMap } from '../../gpu/buffer_set';
import { largestBuffer, SMALLER_MODEL, type SizeLimits } from '../../gpu/buffers';
import { openPlan, type OpenPlan } from '../../gpu/open_plan';
import type { ModelConfig } from '../../sae/config';
import { forwardPlan } from '../../sae/forward_plan';
import type { KernelVariant, ModelLayout } from '../../sae/layout';
import { stepUniforms } from '../../sae/schedule';
import { scaledRows } from './data_units';
import { uploadDictionary } from './device_dictionary';
import type { Encoded, EncodeProgress, EncoderWeights, RowErrors } from './encoding';
import { readCodes } from './read_codes';

/** Rows encoded at a time, where the adapter has room for so many. */
const MOST_ROWS = 512;

/** Columns of `row_stats`, of which the first few are read here. */
const STATS = 8;
const Column = { rowScale: 0, power: 1, squaredError: 2, nonZero: 3 } as const;

type ForwardPlan = ReturnType<typeof forwardPlan>;

/**
 * The plan that encodes as many rows at a time as fit: what a wide model is trained with at a small batch, it can be
 * evaluated with. A row alone may still need more than there is.
 */
export function encoderPlan(
  config: ModelConfig,
  width: number,
  variant: KernelVariant,
  limits: SizeLimits,
): ForwardPlan {
  const limit = largestBuffer(limits);
  let rows = MOST_ROWS;
  let made = forwardPlan(config, width, rows, variant);
  while (rows > 1 && made.plan.buffers.some(({ length }) => length * 4 > limit)) {
    rows /= 2;
    made = forwardPlan(config, width, rows, variant);
  }
  return made;
}

export class Encoder {
  private constructor(
    private readonly device: GPUDevice,
    private readonly layout: ModelLayout,
    private readonly inputScale: number,
    private readonly opened: OpenPlan,
    /** The forward plan's buffers by name: x, rows, row_stats, active_units, coefs and the weights. */
    readonly buffers: BufferMap,
    private readonly release: () => void,
  ) {}

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
   * Over a copy of a dictionary in raw units, which is freed with it. Throws LabError `bad_config` for a layer norm of
   * rows of one number, `out_of_memory`.
   */
  static async upload(
    device: GPUDevice,
    config: ModelConfig,
    dictionary: Dictionary,
  ): Promise<Encoder> {
    const weights = await uploadDictionary(device, config, dictionary);
    const made = encoderPlan(weights.config, weights.width, weights.variant, device.limits);
    return Encoder.over(device, weights, made, () => weights.destroy());
  }

  private static async over(
    device: GPUDevice,
    { buffers: imports, inputScale }: EncoderWeights,
    { plan, layout }: ForwardPlan,
    release: () => void = () => undefined,
  ): Promise<Encoder> {
    try {
      const opened = await openPlan(device, plan, imports, { wayOut: SMALLER_MODEL });
      const values = Object.fromEntries(stepUniforms.fields.map(([name]) => [name, 0]));
      opened.runner.setUniforms(0, { ...values, input_scale: inputScale, one: 1 });
      opened.runner.upload();
      const buffers = new Map([...imports, ...opened.own]);
      return new Encoder(device, layout, inputScale, opened, buffers, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Puts rows x [rows, d] into the input, a batch at a time: their codes and their squared errors in raw units. */
  async encode(x: Float32Array, rows: number, onProgress?: EncodeProgress): Promise<Encoded> {
    const { batch, width } = this.layout;
    const input = bufferOf(this.buffers, 'x', 'the encoder');
    const pieces: CodeTable[] = [];
    const squaredError = new Float32Array(rows);
    for (let done = 0; done < rows;) {
      const next = x.subarray(done * width, Math.min(rows, done + batch) * width);
      this.device.queue.writeBuffer(input, 0, padRows(next, width));
      const encoder = this.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      this.record(pass);
      pass.end();
      this.device.queue.submit([encoder.finish()]);
      const { codes, stats } = await this.read(next.length / width);
      pieces.push(codes);
      squaredError.set(this.errors(stats, codes.rows).squaredError, done);
      done += codes.rows;
      onProgress?.(done / rows);
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
    this.opened.destroy();
    this.release();
  }

  /** Reads in the turn of the submit, since another caller may encode in the next. */
  private async read(rows: number): Promise<{ codes: CodeTable; stats: Float32Array }> {
    const { own } = this.opened;
    const [codes, stats] = await Promise.all([
      readCodes(own, this.layout, rows),
      own.read('row_stats', rows * STATS * 4),
    ]);
    return { codes, stats: new Float32Array(stats) };
  }

  private errors(stats: Float32Array, rows: number): RowErrors {
    const column = (index: number, unit: number) =>
      Float32Array.from({ length: rows }, (_, row) => at(stats, row * STATS + index) / unit);
    const unit = this.inputScale ** 2;
    return {
      squaredError: column(Column.squaredError, unit),
      power: column(Column.power, unit),
      nonZero: column(Column.nonZero, 1),
    };
  }
}
