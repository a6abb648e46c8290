/**
 * The headline of a rate curve: the bits a row at a loss of 0.01 of explained variance, with the interval that other rows
 * would give. Source: docs/method/metrics.md, "Bits a token".
 */
import { at } from '../base/array';
import { ALL_ROWS, FOLDS } from './rate_folds';
import type { RateCurve } from './rate_curve';

/** Explained variance that rounding may cost. */
const LOSS = 0.01;
/** Student's t at 97.5 % with nine degrees of freedom: 95 of 100 intervals hold the value. */
const T_NINE = 2.262;

/** Bits a row at the loss of the headline. */
export interface HeadlineBits {
  /** Σ_k H(p_k). */
  readonly index: number;
  readonly coefficients: number;
  readonly total: number;
  /** About the total, 95 %, of the sampling of rows; null where some rows left out make it undefined. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** Why a curve has no headline: the finest step loses more, or the coarsest less. */
export type NoHeadline = 'loses_more' | 'loses_less';

/**
 * Bits at a loss of 0.01, between two neighbouring steps in proportion to the explained variance; the interval is the
 * jackknife's (Quenouille 1956; Tukey 1958), from the curves without each of ten folds.
 */
export function headlineBits(curve: RateCurve): HeadlineBits | NoHeadline {
  const coefficients = coefficientsAtLoss(curve, ALL_ROWS);
  if (typeof coefficients === 'string') return coefficients;
  const index = at(curve.index, ALL_ROWS);
  const total = index + coefficients;
  const without = Array.from({ length: FOLDS }, (_, fold) => {
    const found = coefficientsAtLoss(curve, fold);
    return typeof found === 'string' ? NaN : found + at(curve.index, fold);
  });
  const mean = without.reduce((sum, bits) => sum + bits, 0) / FOLDS;
  const squares = without.reduce((sum, bits) => sum + (bits - mean) ** 2, 0);
  const half = T_NINE * Math.sqrt(((FOLDS - 1) / FOLDS) * squares);
  const interval = Number.isFinite(half) ? ([total - half, total + half] as const) : null;
  return { index, coefficients, total, interval };
}

/** From the finest step on, the first that loses as much, and the way there from the one before. */
function coefficientsAtLoss({ explained, points }: RateCurve, set: number): number | NoHeadline {
  const goal = at(explained, set) - LOSS;
  const passed = points.findIndex((point) => at(point.explained, set) <= goal);
  if (passed < 0) return 'loses_less';
  if (passed === 0) return 'loses_more';
  const coarser = at(points, passed);
  const finer = at(points, passed - 1);
  const from = at(finer.explained, set);
  const share = (from - goal) / (from - at(coarser.explained, set));
  const bits = at(finer.coefficients, set);
  return bits + share * (at(coarser.coefficients, set) - bits);
}
