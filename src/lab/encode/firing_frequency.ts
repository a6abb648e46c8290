/**
 * In what share of rows each group fires, counted while a model encodes rows for its evaluation, so that
 * an export needs no pass of its own. What SAELens calls the sparsity of a latent.
 */
import { addAt } from '../../base/array';
import type { CodeTable } from '../../analysis/types';
import type { TrainedModel } from './encoding';

/** Counts over all rows that a model encodes. */
export class FiringFrequency {
  private readonly counts: Float64Array;
  private rows = 0;

  constructor(groups: number) {
    this.counts = new Float64Array(groups);
  }

  /** The same model; what it encodes is counted. */
  watch(model: TrainedModel): TrainedModel {
    return {
      ...model,
      encode: async (x, rows, onProgress) => {
        const encoded = await model.encode(x, rows, onProgress);
        this.add(encoded.codes);
        return encoded;
      },
    };
  }

  /** [K], share of the rows seen so far; zeros before the first. */
  shares(): Float32Array {
    return Float32Array.from(this.counts, (count) => count / Math.max(1, this.rows));
  }

  private add(codes: CodeTable): void {
    this.rows += codes.rows;
    for (const group of codes.active) addAt(this.counts, group, 1);
  }
}
