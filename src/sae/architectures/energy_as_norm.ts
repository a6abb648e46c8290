/**
 * A model of groups whose gate reads decoded energies as one whose gate reads norms of codes, exactly: in every group
 * another basis of the codes, in which the length of a code is that of what it decodes to.
 */
import { at } from '../../base/array';
import type { Dictionary } from '../../base/dictionary';
import { symmetricEigen } from '../../base/linear_algebra';

/** As in nuclear_gradient.wgsl, from whose factors the gate scores. */
const RIDGE = 1e-6;
const SMALLEST_RIDGE = 1e-30;

/**
 * E' = G^{1/2} E, b' = G^{1/2} b, D' = G^{-1/2} D with G = D_k D_kᵀ + ε I: then D'ᵀE' = DᵀE, and ‖p'‖² = pᵀG p is the
 * score. ε is 1e-6 of the trace, in the gate too, so that a singular block has an inverse.
 */
export function withEnergyAsNorm(weights: Dictionary): Dictionary {
  const { groups, rank, width } = weights;
  const encoder = weights.encoder.slice();
  const decoder = weights.decoder.slice();
  const encoderBias = weights.encoderBias.slice();
  for (let group = 0; group < groups; group += 1) {
    const first = group * rank;
    const { root, inverse } = roots(weights.decoder, first, rank, width);
    mix(root, weights.encoder, encoder, { first, rank, width });
    mix(root, weights.encoderBias, encoderBias, { first, rank, width: 1 });
    mix(inverse, weights.decoder, decoder, { first, rank, width });
  }
  return { ...weights, encoder, decoder, encoderBias };
}

/** G^{1/2} and G^{-1/2}, [rank, rank], of the block that begins with row `first`. */
function roots(decoder: Float32Array, first: number, rank: number, width: number) {
  const gram = Float64Array.from({ length: rank * rank }, (_, index) => {
    const [i, j] = [first + Math.floor(index / rank), first + (index % rank)];
    let sum = 0;
    for (let c = 0; c < width; c += 1) {
      sum += at(decoder, i * width + c) * at(decoder, j * width + c);
    }
    return sum;
  });
  let trace = 0;
  for (let i = 0; i < rank; i += 1) trace += at(gram, i * rank + i);
  const ridge = Math.max(RIDGE * trace, SMALLEST_RIDGE);
  const { values, vectors } = symmetricEigen(gram, rank);
  const spectral = (f: (value: number) => number) =>
    Float64Array.from({ length: rank * rank }, (_, index) => {
      const [i, j] = [Math.floor(index / rank), index % rank];
      return values.reduce(
        (sum, value, v) =>
          sum +
          f(Math.max(value, 0) + ridge) * at(vectors, v * rank + i) * at(vectors, v * rank + j),
        0,
      );
    });
  return { root: spectral(Math.sqrt), inverse: spectral((value) => 1 / Math.sqrt(value)) };
}

/** to = matrix · from, for the rows of a block. */
function mix(
  matrix: Float64Array,
  from: Float32Array,
  to: Float32Array,
  { first, rank, width }: { readonly first: number; readonly rank: number; readonly width: number },
): void {
  for (let i = 0; i < rank; i += 1) {
    for (let c = 0; c < width; c += 1) {
      let sum = 0;
      for (let j = 0; j < rank; j += 1) {
        sum += at(matrix, i * rank + j) * at(from, (first + j) * width + c);
      }
      to[(first + i) * width + c] = sum;
    }
  }
}
