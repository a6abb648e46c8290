/**
 * What the rest of the lab sees of a language model: sizes and weights on the way in, forward passes of a
 * fixed shape and generation on the way out. transformer.ts implements it on the GPU, reference.ts in
 * float64. It knows no sparse autoencoder: others read and edit the residual stream through its buffers.
 *
 *   createLanguageModel(device, config, weights): Promise<LanguageModel>
 */

/** Llama: RMSNorm, RoPE, SwiGLU, grouped-query attention. GPT-2: LayerNorm, learned positions, gelu_new. */
export type TransformerForm = 'llama' | 'gpt2';

/** Sizes of a decoder-only transformer, under the symbols that the kernels use. */
export interface TransformerConfig {
  readonly form: TransformerForm;
  /** d, width of the residual stream. */
  readonly width: number;
  /** Width inside the MLP. */
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values; equal to `heads` without grouped queries. */
  readonly kvHeads: number;
  /** V, tokens known. */
  readonly vocabulary: number;
  /** Most positions of a sequence, BOS included. */
  readonly context: number;
  /** Added to the variance in the norms. */
  readonly epsilon: number;
}

/** How the entries of a matrix are stored; kernels read all three and accumulate in float32. */
export type WeightFormat = 'f32' | 'f16' | 'i8';

/**
 * A matrix W [rows, columns], row-major; a linear layer is y = W x + b, so rows are outputs. `f16` holds the
 * bits of half floats, `i8` integers that `scales` [rows] multiply.
 */
export type Matrix =
  | {
      readonly format: 'f32';
      readonly rows: number;
      readonly columns: number;
      readonly values: Float32Array;
    }
  | {
      readonly format: 'f16';
      readonly rows: number;
      readonly columns: number;
      readonly values: Uint16Array;
    }
  | {
      readonly format: 'i8';
      readonly rows: number;
      readonly columns: number;
      readonly values: Int8Array;
      readonly scales: Float32Array;
    };

/** A linear layer; `bias` [rows] is null in the Llama form. */
export interface Linear {
  readonly weight: Matrix;
  readonly bias: Float32Array | null;
}

/** A norm's gain and, for LayerNorm, bias; both [d]. */
export interface Norm {
  readonly gain: Float32Array;
  readonly bias: Float32Array | null;
}

export interface BlockWeights {
  readonly attentionNorm: Norm;
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly mlpNorm: Norm;
  /** w1 of SwiGLU; null in the GPT-2 form. */
  readonly gate: Linear | null;
  /** w3 of SwiGLU, c_fc of GPT-2. */
  readonly up: Linear;
  /** w2 of SwiGLU, c_proj of GPT-2. */
  readonly down: Linear;
}

export interface TransformerWeights {
  /** [V, d]; also the unembedding, which is tied to it in both forms. */
  readonly tokenEmbedding: Matrix;
  /** [context, d]; null with RoPE (which turns adjacent pairs 2i, 2i + 1; base 10 000). */
  readonly positionEmbedding: Matrix | null;
  readonly blocks: readonly BlockWeights[];
  readonly finalNorm: Norm;
}

/** A forward pass of fixed shape: `sequences` texts of `positions` tokens, padded at the end as needed. */
export interface ForwardShape {
  readonly sequences: number;
  readonly positions: number;
  /** First block that runs: 0 begins with the embedding, L > 0 with what `residual` holds. */
  readonly from: number;
  /**
   * Where to stop: L leaves the residual stream entering block L (`blocks.L.hook_resid_pre`; L = layers is
   * the stream after the last block), 'logits' goes to the end.
   */
  readonly until: number | 'logits';
  /** A pass whose buffers `tokens` and `residual` this one shares, to go on from a hook. */
  readonly continues?: Forward;
}

export interface Forward {
  readonly shape: ForwardShape;
  /** [sequences, positions] u32. */
  readonly tokens: GPUBuffer;
  /** [sequences · positions, 4·ceil(d/4)] f32, rows zero-padded to whole vec4s; changed in place by the pass. */
  readonly residual: GPUBuffer;
  /** [sequences · positions, V] f32, null unless the pass goes to the logits. */
  readonly logits: GPUBuffer | null;
  /** Uploads tokens [sequences, positions]; causal attention makes padding at the end harmless. */
  setTokens(tokens: Uint32Array): void;
  /** Records all its dispatches. */
  record(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

/**
 * Changes the residual stream [rows, 4·ceil(d/4)] entering a block, in place, once per position: those of the
 * prompt and those written, but never position 0.
 */
export interface ResidualEdit {
  readonly layer: number;
  /** Compiles the edit for a buffer of `rows` rows; row i belongs to sequence i. */
  prepare(device: GPUDevice, residual: GPUBuffer, rows: number): Promise<PreparedEdit>;
}

export interface PreparedEdit {
  record(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

export interface GeneratorShape {
  readonly sequences: number;
  /** Positions of a finished sequence, prompt included; at most the context. */
  readonly length: number;
  readonly edit?: ResidualEdit;
}

export interface GenerateOptions {
  /** Tokens that each sequence begins with (BOS included), at least one each. */
  readonly prompts: readonly Uint32Array[];
  /** 0 takes the most likely token; else Gumbel-max sampling from softmax(logits / temperature). */
  readonly temperature: number;
  readonly seed: number;
  /**
   * Stream of random numbers of each sequence: equal streams draw equal noise at equal positions, so that an
   * edited sequence can be compared with the original. The sequence's index when absent.
   */
  readonly streams?: Uint32Array;
  /** Called as positions are done; true ends generation early. */
  onProgress?(positions: number): boolean;
}

/** Writes many sequences at once with a key-value cache on the GPU; tokens never visit the CPU on the way. */
export interface Generator {
  readonly shape: GeneratorShape;
  /**
   * Whole sequences, prompts included, `length` tokens each (fewer when ended early). Throws LabError `not_finite`
   * when logits are no numbers.
   */
  generate(options: GenerateOptions): Promise<Uint32Array[]>;
  destroy(): void;
}

export interface LanguageModel {
  readonly config: TransformerConfig;
  /** Bytes of the weights on the GPU. */
  readonly bytes: number;
  /** Throws LabError `out_of_memory` (with MiB needed and given) or `gpu_validation`. */
  forward(shape: ForwardShape): Promise<Forward>;
  generator(shape: GeneratorShape): Promise<Generator>;
  destroy(): void;
}
