/**
 * Encodes rows with fixed weights: the same forward passes as training, in batches, with codes and
 * errors read back. For evaluation, exploration and export, never inside the training loop.
 */
import { at } from '../../base/array';
import { joinCodes } from '../../analysis/code_table';
import type { CodeTable } from '../../analysis/types';
import type { BufferMap } from '../../gpu/buffer_set';
import { largestBuffer, SMALLER_MODEL, type SizeLimits } from '../../gpu/buffers';
import { openPlan, type OpenPlan } from '../../gpu/open_plan';
import type { ModelConfig } from '../../sae/config';
import { forwardPlan } from '../../sae/forward_plan';
import { padRows } from '../../base/padded_rows';
import type { ModelLayout, KernelVariant } from '../../sae/layout';
import { stepUniforms } from '../../sae/schedule';
import type { Encoded, EncodeProgress } from './encoding';
import { readCodes } from './read_codes';

/** Rows encoded at a time, where the adapter has room for so many. */
const MOST_ROWS = 512;

/**
 * The plan that encodes as many rows at a time as fit: what a wide model is trained with at a small batch, it can be
 * evaluated with. A row alone may still need more than there is.
 */
export function encoderPlan(
  config: ModelConfig,
  width: number,
  variant: KernelVariant,
  limits: SizeLimits,
): ReturnType<typeof forwardPlan> {
  const limit = largestBuffer(limits);
  let rows = MOST_ROWS;
  let made = forwardPlan(config, width, rows, variant);
  while (rows > 1 && made.plan.buffers.some(({ length }) => length * 4 > limit)) {
    rows /= 2;
    made = forwardPlan(config, width, rows, variant);
  }
  return made;
}

export class BatchEncoder {
  private constructor(
    private readonly device: GPUDevice,
    private readonly layout: ModelLayout,
    private readonly opened: OpenPlan,
    private readonly inputScale: number,
  ) {}

  /** `weights` holds the buffers encoder, decoder and biases in the engine's layout. */
  static async create(
    device: GPUDevice,
    config: ModelConfig,
    width: number,
    weights: BufferMap,
    variant: KernelVariant,
    inputScale: number,
  ): Promise<BatchEncoder> {
    const { plan, layout } = encoderPlan(config, width, variant, device.limits);
    const opened = await openPlan(device, plan, weights, { wayOut: SMALLER_MODEL });
    const values = Object.fromEntries(stepUniforms.fields.map(([name]) => [name, 0]));
    opened.runner.setUniforms(0, { ...values, input_scale: inputScale, one: 1 });
    opened.runner.upload();
    return new BatchEncoder(device, layout, opened, inputScale);
  }

  /** Codes and squared errors (raw units) of rows x [rows, d]. */
  async encode(x: Float32Array, rows: number, onProgress?: EncodeProgress): Promise<Encoded> {
    const { batch, width } = this.layout;
    const { own, runner } = this.opened;
    const pieces: CodeTable[] = [];
    const squaredError = new Float32Array(rows);
    for (let first = 0; first < rows; first += batch) {
      const count = Math.min(batch, rows - first);
      own.write('x', padRows(x.slice(first * width, (first + count) * width), width));
      const encoder = this.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      runner.record(pass);
      pass.end();
      this.device.queue.submit([encoder.finish()]);
      const [codes, stats] = await Promise.all([
        readCodes(own, this.layout, count),
        own.read('row_stats', count * 8 * 4),
      ]);
      pieces.push(codes);
      const rowStats = new Float32Array(stats);
      for (let row = 0; row < count; row += 1) {
        squaredError[first + row] = at(rowStats, row * 8 + 2) / this.inputScale ** 2;
      }
      onProgress?.((first + count) / rows);
    }
    return { codes: joinCodes(pieces), squaredError };
  }

  destroy(): void {
    this.opened.destroy();
  }
}
