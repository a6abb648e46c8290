/**
 * Where activations come from, whatever they are: known shapes, word vectors, a file. A source gives
 * batches on the GPU through a plan (a batch never visits the CPU while training) and rows on the CPU
 * for statistics, evaluation and exploration. It knows no model.
 */
import type { Work } from '../base/work';
import type { BufferMap } from '../gpu/buffer_set';
import type { Plan } from '../gpu/plan';
import type { UniformValues } from '../gpu/uniforms';
import type { WorkClock } from '../gpu/work_clock';

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

/** Rows on the CPU. */
export interface SourceRows {
  readonly count: number;
  /** [count, width], no padding. */
  readonly x: Float32Array;
  /** Row number in the source's own order (file row, word rank), or the sample counter. */
  readonly rowIds: Uint32Array;
  readonly truth?: SourceTruth;
}

/** Fills buffer `x` [batchRows, 4·ceil(width/4)] (rows zero-padded to whole vec4s) on the GPU. */
export interface StreamPlan {
  readonly plan: Plan;
  /** Name of the filled buffer; always `x`, listed in `plan.buffers`. */
  readonly output: 'x';
  /** Uniforms that make the plan produce the batch of this index (0, 1, 2, …). */
  uniforms(batchIndex: number): UniformValues;
  /**
   * For data that are made while training goes on: opens what refills the plan's buffers, which `buffers`
   * holds. Absent when the plan alone makes every batch.
   */
  readonly openFeeder?: (
    device: GPUDevice,
    buffers: BufferMap,
    clock: WorkClock<FeedPart>,
  ) => Promise<StreamFeeder>;
}

/** Whose time on the GPU it was: making rows, moving them into the shuffle buffer, training on them. */
export type FeedPart = 'source' | 'shuffle' | 'training';

/**
 * Keeps rows ready for the batches that the plan takes. It submits work of its own between the submits of
 * training and reads nothing back for a step.
 */
export interface StreamFeeder {
  /**
   * Readies the batches from `batchIndex` on and resolves to how many of the next `wanted` may be recorded
   * into one submit; 0 when there is more to make before the first of them, so that the caller may show
   * progress or stop. A batch other than the one after the last is reached by making its rows again.
   */
  feed(batchIndex: number, wanted: number): Promise<number>;
  /** Rows made so far. */
  readonly rowsMade: number;
  /** Share of the shuffle buffer that was ever filled, 0 to 1; training begins at 1. */
  readonly filled: number;
  destroy(): void;
}

/**
 * `train`: what training batches are drawn from; `held_out`: never trained on; `all`: for finite
 * sources every row in the source's own order, for endless ones the same as `held_out`.
 */
export type Split = 'train' | 'held_out' | 'all';

/** Rows that are tokens of documents: where each stands, by row id. */
export interface SourceText {
  /** Token id of a row; the one of BOS for a row that is BOS. */
  token(rowId: number): number;
  /** As a person reads it; plain text, never markup. */
  tokenText(rowId: number): string;
  /** Index of the row's document. */
  document(rowId: number): number;
  /** The token's place in its document, from 0; -1 for BOS. */
  position(rowId: number): number;
  /** Tokens, without BOS, of the documents that are never trained on. */
  readonly heldOut: readonly Uint32Array[];
}

/** A source whose rows are at hand: made from numbers or held in memory. */
export interface ReadySource extends ActivationSource {
  batch(batchIndex: number, batchRows: number): SourceRows;
  read(split: Split, start: number, count: number): SourceRows;
}

export interface ActivationSource {
  /** Short name for the page: "Circle, sphere, helix". */
  readonly label: string;
  /** One line about it: "64 dimensions, one shape a sample, noise 0.02, endless". */
  readonly description: string;
  /** Sentences about what makes these data less than one thinks: a lopsided split. None when absent. */
  readonly warnings?: readonly string[];
  /** d. */
  readonly width: number;
  /** Rows of each split; null when endless. */
  readonly size: Readonly<Record<Split, number | null>>;
  /** Known features, when the data are made. */
  readonly features?: readonly SourceFeature[];
  /** Text of a row for reading (the word), by row id. */
  labelOf?(rowId: number): string;
  /** For rows that are tokens. */
  readonly text?: SourceText;
  /** Bytes on the GPU besides the stream's buffers: a language model's weights, and rows of its text that are kept. */
  readonly bytes?: number;
  /** Plan that fills batches of `batchRows` rows. */
  stream(batchRows: number): StreamPlan;
  /** CPU twin of `stream`: the rows of one training batch, in the same order. */
  batch(batchIndex: number, batchRows: number): SourceRows | Promise<SourceRows>;
  /** Rows [start, start + count) of a split; fewer at a finite split's end. */
  read(split: Split, start: number, count: number, work?: Work): SourceRows | Promise<SourceRows>;
  /**
   * At most `count` training rows to measure the data on, where making whole batches on the CPU would take
   * too long; the first batches are measured when it is absent.
   */
  sample?(count: number, work?: Work): Promise<SourceRows>;
}

/** Whether every row is trained on: `held_out` reads all of them then. */
export function holdsNothingOut({ size }: Pick<ActivationSource, 'size'>): boolean {
  return size.train !== null && size.train === size.all;
}
