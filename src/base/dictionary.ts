/** The weights of a sparse autoencoder, as the engine trains them and diagnostics read them: without padding. */

/** A dictionary of K groups with blocks of `rank` rows. All matrices are row-major. */
export interface Dictionary {
  /** K, number of groups (latents for a scalar SAE). */
  readonly groups: number;
  /** r, rows of one block. */
  readonly rank: number;
  /** d, width of an activation. */
  readonly width: number;
  /** [K·r, d], encoder blocks E_k. */
  readonly encoder: Float32Array;
  /** [K·r, d], decoder blocks D_k; one atom per row. */
  readonly decoder: Float32Array;
  /** [K·r]. */
  readonly encoderBias: Float32Array;
  /** [d]. */
  readonly decoderBias: Float32Array;
  /** Vectors that only some architectures have, by name: [K], or [1] where all groups share one number. */
  readonly vectors?: Readonly<Record<string, Float32Array>>;
}
