/** What encodes rows, of a run or of a folder, and what it answers: the types that evaluation and analyses work with. */
import type { CodeTable, Dictionary } from '../../analysis/types';
import type { Split } from '../../data/source';
import type { ModelConfig } from '../../sae/config';

/** Called with the share of rows done, 0 to 1. */
export type EncodeProgress = (fraction: number) => void;

/** What a model says about some rows. */
export interface Encoded {
  readonly codes: CodeTable;
  /** [rows], ‖x − x̂‖² in raw units. */
  readonly squaredError: Float32Array;
}

export interface EncoderOptions {
  readonly device: GPUDevice;
  /** `normalize_activations` must not be `expected_average_only_in`: a folder has it folded in. */
  readonly config: ModelConfig;
  /** In raw input units. */
  readonly dictionary: Dictionary;
}

/** A trained model that only encodes: for evaluation of a folder. */
export interface Encoder {
  /** Encodes rows x [rows, d] in raw units. */
  encode(x: Float32Array, rows: number, onProgress?: EncodeProgress): Promise<Encoded>;
  destroy(): void;
}

/** A model under evaluation, from a session or from a folder. */
export interface TrainedModel {
  readonly config: ModelConfig;
  /** In raw input units. */
  readonly weights: Dictionary;
  encode(x: Float32Array, rows: number, onProgress?: EncodeProgress): Promise<Encoded>;
}

export interface EvaluationOptions {
  readonly split: Split;
  /** Most rows to read; a finite split may hold fewer. */
  readonly rows: number;
  readonly onProgress?: EncodeProgress;
  /** Aborted when the evaluation is not wanted any more; it ends with LabError `cancelled` then. */
  readonly signal?: AbortSignal | undefined;
}
