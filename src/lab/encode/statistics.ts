/**
 * What a run needs to know about its data before the first step: the mean, the power that λ is relative
 * to, the mean norm that `expected_average_only_in` divides by. Measured on the CPU from the first
 * training batches, once.
 */
import { isRounding } from '../../analysis/row_summary';
import { at } from '../../base/array';
import { refuseNotFinite } from '../../base/finite';
import { requireWanted, type Work } from '../../base/work';
import { largestOf, refuseMagnitude } from '../../data/magnitude';
import type { ActivationSource, SourceRows } from '../../data/source';
import type { Normalization } from '../../sae/architectures/shared_settings';
import { isFlat } from './data_units';
import type { DataStatistics } from '../protocol/protocol';

/** Rows that statistics are measured on, or as many as the data have. */
const SAMPLED_ROWS = 8192;

export interface MeasuredData {
  readonly statistics: DataStatistics;
  /** [d], mean of the sampled rows. */
  readonly mean: Float32Array;
  /** The first training batch, [rows, d]. */
  readonly firstBatch: Float32Array;
  readonly firstRows: number;
  /** Sampled rows whose numbers are all the same: layer_norm leaves nothing of them. */
  readonly flatRows: number;
}

/** Training rows that are measured, in pieces of which the first stands for the first batch. */
async function* sampledRows(
  source: ActivationSource,
  batch: number,
  work: Work,
): AsyncGenerator<SourceRows> {
  const available = source.size.train ?? Number.POSITIVE_INFINITY;
  const wanted = Math.max(batch, Math.min(SAMPLED_ROWS, available));
  if (source.sample !== undefined) {
    yield await source.sample(wanted, work);
    return;
  }
  let rows = 0;
  for (let index = 0; rows < wanted; index += 1) {
    const next = await source.batch(index, batch);
    rows += next.count;
    requireWanted(work);
    yield next;
  }
}

/**
 * Measures the data on its first training batches, or on what it gives as a sample. Throws LabError
 * `bad_data` on NaN, infinity and values whose squares leave float32, `cancelled`.
 */
export async function measureData(
  source: ActivationSource,
  batch: number,
  work: Work = {},
): Promise<MeasuredData> {
  const { width } = source;
  const sum = new Float64Array(width);
  // Of x − the first row: the difference of two large sums would be all rounding where rows are nearly alike.
  const offsets = new Float64Array(width);
  const squares = new Float64Array(width);
  let rows = 0;
  let norms = 0;
  let largest = 0;
  let flatRows = 0;
  let first: SourceRows | null = null;
  for await (const piece of sampledRows(source, batch, work)) {
    first ??= piece;
    const { x, count } = piece;
    refuseNotFinite(x, [count, width], {
      code: 'bad_data',
      subject: `A sample of ${source.label}`,
      wayOut: 'Remove NaN and infinite values from the data.',
    });
    largest = Math.max(largest, largestOf(x));
    for (let row = 0; row < count; row += 1) {
      let square = 0;
      for (let i = 0; i < width; i += 1) {
        const value = at(x, row * width + i);
        const offset = value - at(first.x, i);
        sum[i] = at(sum, i) + value;
        offsets[i] = at(offsets, i) + offset;
        squares[i] = at(squares, i) + offset * offset;
        square += value * value;
      }
      norms += Math.sqrt(square);
      flatRows += isFlat(x, row, width) ? 1 : 0;
    }
    rows += count;
  }
  refuseMagnitude(largest, width, source.label);
  const mean = new Float32Array(width);
  let power = 0;
  for (let i = 0; i < width; i += 1) {
    const average = at(sum, i) / rows;
    mean[i] = average;
    const variance = at(squares, i) / rows - (at(offsets, i) / rows) ** 2;
    if (!isRounding(variance, average)) power += variance;
  }
  if (first === null) throw new RangeError(`${source.label} has no rows to measure`);
  return {
    statistics: { width, power, meanNorm: norms / rows, sampledRows: rows },
    mean,
    firstBatch: first.x,
    firstRows: first.count,
    flatRows,
  };
}

/** [d], mean of the first batch in the units the model is trained in: where b_dec starts. */
export function initialDecoderBias(
  data: MeasuredData,
  normalization: Normalization,
  inputScale: number,
): Float64Array {
  const { firstBatch, firstRows } = data;
  const { width } = data.statistics;
  const bias = new Float64Array(width);
  for (let row = 0; row < firstRows; row += 1) {
    let mean = 0;
    let scale = 1 / inputScale;
    if (normalization === 'layer_norm') {
      for (let i = 0; i < width; i += 1) mean += at(firstBatch, row * width + i) / width;
      let squares = 0;
      for (let i = 0; i < width; i += 1) squares += (at(firstBatch, row * width + i) - mean) ** 2;
      scale = Math.sqrt(squares / Math.max(1, width - 1)) + 1e-5;
    }
    for (let i = 0; i < width; i += 1) {
      bias[i] = at(bias, i) + (at(firstBatch, row * width + i) - mean) / scale / firstRows;
    }
  }
  return bias;
}
