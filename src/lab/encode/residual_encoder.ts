/**
 * A trained autoencoder that reads a residual stream where it lies: the forward plan of training over a
 * buffer of a language model's forward pass, with codes and errors left on the GPU for whoever replaces
 * or steers that stream. It knows no language model.
 */
import { at } from '../../base/array';
import type { BufferMap } from '../../gpu/buffer_set';
import { openPlan, type OpenPlan } from '../../gpu/open_plan';
import type { CodeTable } from '../../analysis/types';
import { forwardPlan } from '../../sae/forward_plan';
import { padRows } from '../../base/padded_rows';
import type { ModelLayout } from '../../sae/layout';
import { stepUniforms } from '../../sae/schedule';
import { scaledRows } from './data_units';
import type { DeviceDictionary } from './device_dictionary';
import { readCodes } from './read_codes';

/** What a row cost and used. */
export interface RowErrors {
  /** [rows], ‖x − x̂‖². */
  readonly squaredError: Float32Array;
  /** [rows], ‖x − mean‖² with the mean last set (zero at first). */
  readonly power: Float32Array;
  /** [rows], codes that are not zero. */
  readonly nonZero: Float32Array;
}

/** Columns of `row_stats`. */
const STATS = 8;

export class ResidualEncoder {
  private constructor(
    private readonly layout: ModelLayout,
    private readonly opened: OpenPlan,
    /** The forward plan's buffers by name: rows, row_stats, active_units, coefs … */
    readonly buffers: BufferMap,
  ) {}

  /** `residual` holds `rows` rows [rows, 4·ceil(d/4)] and stays the caller's. Throws LabError `out_of_memory`. */
  static async create(
    device: GPUDevice,
    { config, dictionary, buffers: weights, variant }: DeviceDictionary,
    residual: GPUBuffer,
    rows: number,
  ): Promise<ResidualEncoder> {
    const { plan, layout } = forwardPlan(config, dictionary.width, rows, variant);
    const inPlace = {
      ...plan,
      buffers: plan.buffers.filter(({ name }) => name !== 'x'),
      imports: [...plan.imports, 'x'],
    };
    const imports = new Map([...weights, ['x', residual] as const]);
    const opened = await openPlan(device, inPlace, imports);
    const values = Object.fromEntries(stepUniforms.fields.map(([name]) => [name, 0]));
    opened.runner.setUniforms(0, { ...values, input_scale: 1, one: 1 });
    opened.runner.upload();
    return new ResidualEncoder(layout, opened, new Map([...imports, ...opened.own]));
  }

  /** The mean [d] about which `power` is measured. */
  setMean(mean: Float32Array): void {
    this.opened.own.write('data_mean', padRows(mean, this.layout.width));
  }

  /** Records encoding and reconstruction of all rows. */
  record(pass: GPUComputePassEncoder): void {
    this.opened.runner.record(pass);
  }

  /** Errors of the rows as last encoded. */
  async readErrors(): Promise<RowErrors> {
    const { batch } = this.layout;
    const stats = new Float32Array(await this.opened.own.read('row_stats'));
    const column = (index: number) =>
      Float32Array.from({ length: batch }, (_, row) => at(stats, row * STATS + index));
    return { power: column(1), squaredError: column(2), nonZero: column(3) };
  }

  /** Codes of the rows as last encoded, with which D_kᵀp_k is a part of the row (data_units.ts). */
  async readCodes(): Promise<CodeTable> {
    const { batch } = this.layout;
    const { own } = this.opened;
    const [codes, rowStats] = await Promise.all([
      readCodes(own, this.layout, batch),
      own.read('row_stats'),
    ]);
    const stats = new Float32Array(rowStats);
    // Column 0 is what layer_norm divided the row by, 1 without it.
    return scaledRows(codes, (row) => at(stats, row * STATS));
  }

  destroy(): void {
    this.opened.destroy();
  }
}
