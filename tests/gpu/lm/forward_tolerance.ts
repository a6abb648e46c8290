/**
 * How far a whole forward pass in float32 may be from float64, as a part of the largest number of the result.
 *
 * A row is normed before a matrix reads it, so an error relative to the size of the stream leaves a block about
 * as large as it came, and the errors of the blocks add up. Hence γ_n, n the roundings on the way: a block has
 * sums of width, head width, positions, width, width and hidden products, and about 64 other roundings; the
 * last norm and the unembedding have twice the width. Bounds for each pass on its own are derived strictly in
 * pass_twins.ts.
 */
import type { TransformerConfig } from '../../../src/lm/language_model';

/** Largest relative error after `blocks` blocks (and, for logits, the unembedding). */
export function forwardTolerance(
  config: TransformerConfig,
  positions: number,
  blocks: number,
): number {
  const block = 3 * config.width + config.width / config.heads + positions + config.hidden + 64;
  const roundings = blocks * block + 2 * config.width + 64;
  return roundings * 2 ** -24;
}
