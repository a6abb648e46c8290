/**
 * Where activations come from, whatever they are: known shapes, word vectors, a file. A source gives
 * batches on the GPU through a plan (a batch never visits the CPU while training) and rows on the CPU
 * for statistics, evaluation and exploration. It knows no model.
 */
import type { Plan } from '../gpu/plan';
import type { UniformValues } from '../gpu/uniforms';

/** A feature of known ground truth. Same fields as the diagnostics' TrueFeature. */
export interface SourceFeature {
  readonly name: string;
  readonly kind: string;
  /** d_i, dimension of the feature's subspace. */
  readonly dimension: number;
  /** [d_i, width], orthonormal rows. */
  readonly frame: Float32Array;
}

/** Which features are present in some rows and where on them. Same fields as the diagnostics' GroundTruth. */
export interface SourceTruth {
  readonly features: readonly SourceFeature[];
  readonly maxActive: number;
  /** [rows, maxActive], feature index or 0xffffffff. */
  readonly present: Uint32Array;
  /** [rows, maxActive, coordinateStride], coordinates m·t·f in the feature's frame. */
  readonly coordinates: Float32Array;
  readonly coordinateStride: number;
}

/** Where in which text the rows of a language model's data stand. Same fields as the diagnostics' TokenRows. */
export interface SourceTokens {
  /** [count], id of the token at the row's position. */
  readonly tokens: Uint32Array;
  /** [count], number of the document. Rows of one document stand together, by ascending position. */
  readonly documents: Uint32Array;
  /** [count], position in what the model read; BOS stands at 0. */
  readonly positions: Uint32Array;
}

/** What token ids mean. Same fields as the diagnostics' TokenVocabulary. */
export interface SourceVocabulary {
  /** [V], each token as a person reads it, its leading space kept. */
  readonly texts: readonly string[];
  readonly bos: number;
  /** Ids that are no text: BOS, end of text. */
  readonly special: readonly number[];
}

/** Rows on the CPU. */
export interface SourceRows {
  readonly count: number;
  /** [count, width], no padding. */
  readonly x: Float32Array;
  /** Row number in the source's own order (file row, word rank), or the sample counter. */
  readonly rowIds: Uint32Array;
  readonly truth?: SourceTruth;
  /** For activations of a language model. */
  readonly tokens?: SourceTokens;
}

/** Fills buffer `x` [batchRows, 4·ceil(width/4)] (rows zero-padded to whole vec4s) on the GPU. */
export interface StreamPlan {
  readonly plan: Plan;
  /** Name of the filled buffer; always `x`, listed in `plan.buffers`. */
  readonly output: 'x';
  /** Uniforms that make the plan produce the batch of this index (0, 1, 2, …). */
  uniforms(batchIndex: number): UniformValues;
}

/**
 * `train`: what training batches are drawn from; `held_out`: never trained on; `all`: for finite
 * sources every row in the source's own order, for endless ones the same as `held_out`.
 */
export type Split = 'train' | 'held_out' | 'all';

export interface ActivationSource {
  /** Short name for the page: "Circle, sphere, helix". */
  readonly label: string;
  /** One line about it: "64 dimensions, one shape a sample, noise 0.02, endless". */
  readonly description: string;
  /** d. */
  readonly width: number;
  /** Rows of each split; null when endless. */
  readonly size: Readonly<Record<Split, number | null>>;
  /** Known features, when the data are made. */
  readonly features?: readonly SourceFeature[];
  /** Texts of the tokens that rows name, when the data are activations of a language model. */
  readonly vocabulary?: SourceVocabulary;
  /** Text of a row for reading (the word), by row id. */
  labelOf?(rowId: number): string;
  /** Plan that fills batches of `batchRows` rows. */
  stream(batchRows: number): StreamPlan;
  /** CPU twin of `stream`: the rows of one training batch, in the same order. */
  batch(batchIndex: number, batchRows: number): SourceRows;
  /** Rows [start, start + count) of a split; fewer at a finite split's end. */
  read(split: Split, start: number, count: number): SourceRows;
}
