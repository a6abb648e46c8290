/** What encodes rows, of a run or of a folder, and what it answers: the types that evaluation and analyses work with. */
import type { CodeTable, Dictionary } from '../../analysis/types';
import type { Split } from '../../data/source';
import type { BufferMap } from '../../gpu/buffer_set';
import type { ModelConfig } from '../../sae/config';
import type { KernelVariant } from '../../sae/layout';

/** Called with the share of rows done, 0 to 1. */
export type EncodeProgress = (fraction: number) => void;

/** What a model says about some rows. */
export interface Encoded {
  readonly codes: CodeTable;
  /** [rows], ‖x − x̂‖² in raw units. */
  readonly squaredError: Float32Array;
}

/** Weights on the GPU, whosever they are, with what is to be known of them to encode raw rows. */
export interface EncoderWeights {
  readonly config: ModelConfig;
  /** d */
  readonly width: number;
  /** c by which rows are multiplied (sae/input_units.ts); 1 where it is in the weights. */
  readonly inputScale: number;
  /** encoder, decoder and biases. */
  readonly buffers: BufferMap;
  readonly variant: KernelVariant;
}

/** What rows cost and used. */
export interface RowErrors {
  /** [rows], ‖x − x̂‖² in raw units. */
  readonly squaredError: Float32Array;
  /** [rows], ‖x − mean‖² in raw units, with the mean last set (zero at first). */
  readonly power: Float32Array;
  /** [rows], codes that are not zero. */
  readonly nonZero: Float32Array;
}

/** A model under evaluation, from a session or from a folder. */
export interface TrainedModel {
  readonly config: ModelConfig;
  /** In raw input units. */
  readonly weights: Dictionary;
  encode(x: Float32Array, rows: number, onProgress?: EncodeProgress): Promise<Encoded>;
}

/** Opens an encoder of a model whose rows each switch on so many units of largest score, whatever the model's gate. */
export type OpenWider = (slots: number) => Promise<OpenedEncoder>;

export interface OpenedEncoder extends Pick<TrainedModel, 'encode'> {
  destroy(): void;
}

export interface EvaluationOptions {
  readonly split: Split;
  /** Most rows to read; a finite split may hold fewer. */
  readonly rows: number;
  readonly onProgress?: EncodeProgress;
  /** Aborted when the evaluation is not wanted any more; it ends with LabError `cancelled` then. */
  readonly signal?: AbortSignal | undefined;
}
