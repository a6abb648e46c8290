/**
 * What the diagnostics work on: a trained dictionary and the codes it gave to a set of rows, as plain
 * arrays. Nothing here knows a GPU, a page or how the codes were made. A scalar SAE is the case
 * `rank = 1`, where a group is a latent.
 */

export type { Dictionary } from '../base/dictionary';

/** Stands where a feature or a group could be and none is. */
export const NO_GROUP = 0xffffffff;

/**
 * Sparse codes of `rows` activations: row b owns entries offsets[b] … offsets[b + 1], one an active group, ascending
 * by group. A gate may list a group whose code is zero, which is no firing (code_table.ts).
 */
export interface CodeTable {
  readonly rows: number;
  readonly rank: number;
  readonly groups: number;
  /** [rows + 1]. */
  readonly offsets: Uint32Array;
  /** [entries], group index. */
  readonly active: Uint32Array;
  /** [entries, rank], codes p_k of the active groups, signed. */
  readonly codes: Float32Array;
}

/** One feature of known ground truth (synthetic data). */
export interface TrueFeature {
  readonly name: string;
  readonly kind: string;
  /** d_i, dimension of the feature's subspace. */
  readonly dimension: number;
  /** [d_i, d], orthonormal rows. */
  readonly frame: Float32Array;
}

/** Which true features are present in each row of a CodeTable, with their coordinates. */
export interface GroundTruth {
  readonly features: readonly TrueFeature[];
  /** Most features that can be present in one row. */
  readonly maxActive: number;
  /** [rows, maxActive], feature index or NO_GROUP. */
  readonly present: Uint32Array;
  /** [rows, maxActive, coordinateStride], scaled coordinates m·t·f of the present features in their frames. */
  readonly coordinates: Float32Array;
  readonly coordinateStride: number;
}

/**
 * Where the rows of a CodeTable stand in texts that a language model read. Rows of one document stand
 * together, by ascending position; positions may be missing (BOS usually is).
 */
export interface TokenRows {
  /** [rows], id of the row's token. */
  readonly tokens: Uint32Array;
  /** [rows], number of the document. */
  readonly documents: Uint32Array;
  /** [rows], place of the token in its document, from 0; −1 for BOS. */
  readonly positions: Int32Array;
}
