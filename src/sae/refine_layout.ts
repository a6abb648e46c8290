/** Where a model that takes a step on its codes keeps what the step needs, behind what every model has. */
import type { ModelVector } from './architectures/architecture';
import type { Dictionary } from '../base/dictionary';
import { refines, type ModelConfig } from './config';

/** η, the length of the step, a vector of one number: at first there is no step. */
export const ETA = {
  name: 'eta',
  length: 'one',
  trained: true,
  initial: () => 0,
} as const satisfies ModelVector<ModelConfig>;

/** η of a model; null for one that takes no step on its codes. */
export function etaOf(
  config: ModelConfig,
  { vectors }: Pick<Dictionary, 'vectors'>,
): number | null {
  return refines(config) ? (vectors?.[ETA.name]?.[0] ?? ETA.initial()) : null;
}

export interface RefineLayout {
  /** In `biases`, where passes that have no binding to spare find it: η. */
  readonly eta: number;
  /** Sections of `rows`: what the codes before the step leave of a row, and the gradient of their reconstruction. */
  readonly rest: number;
  readonly gradient: number;
  /** In `coefs`, of every place: the codes before the step. */
  readonly plain: number;
  /** Their products with the encoder, later the encoder's second coefficients. */
  readonly steps: number;
  /** [B], what every row adds to dL/dη. */
  readonly shares: number;
  /** Elements of `coefs` with all of them. */
  readonly end: number;
}

/** Lays it out for `codes` codes of `batch` rows, behind what the other buffers hold. */
export function refineLayout(
  behind: { readonly biases: number; readonly sections: number; readonly coefs: number },
  codes: number,
  batch: number,
): RefineLayout {
  const { biases, sections, coefs } = behind;
  const shares = coefs + 2 * codes;
  return {
    eta: biases,
    rest: sections,
    gradient: sections + 1,
    plain: coefs,
    steps: coefs + codes,
    shares,
    end: shares + batch,
  };
}
