/**
 * Float64 twins of the backward pass through the sparse decoder: gradients of codes, and the sums over the batch that make gradients of weights out of them.
 */
import { addAt, at } from '../../base/array';
import { termParts } from '../parts';
import { fixedPlaces, NO_UNIT, rowPlaces, type KernelCall, type RowPlaces } from './kernel_call';
import { dot } from '../../base/linear_algebra';
import { addScaled } from './vectors';

/** Columns of `row_stats`. */
const STATS = 8;

/** Weight of a row in the gradient of the main branch: d(mean loss)/d(e_b) = w_b e_b, w_b = 2 ρ_b² / B. */
export function mainWeight(call: KernelCall, row: number): number {
  return (2 * at(call.floats('row_stats'), row * STATS) ** 2) / call.constant('B');
}

/** Where a branch keeps what the backward pass reads and writes. */
interface CodeBranch {
  readonly places: readonly RowPlaces[];
  readonly rank: number;
  readonly active: number;
  readonly codes: number;
  readonly decoderCoefs: number;
  readonly encoderCoefs: number;
  /** Section of `rows` with the residual. */
  readonly section: number;
  readonly weightOf: (row: number) => number;
}

/** The places of a branch whose rows have `slots` each. */
export function auxiliaryPlaces(call: KernelCall): RowPlaces[] {
  const slots = call.constant('AUX_SLOTS');
  return Array.from({ length: call.constant('B') }, (_, row) => fixedPlaces(row, slots));
}

/**
 * With w_b the weight of the row: q = −w p (for the decoder) and g = −w D_k e [+ the term's gradient] (for the
 * encoder), for both branches.
 */
export function codeGradients(call: KernelCall): void {
  codeGradientsOf(call, true, {
    places: rowPlaces(call),
    rank: call.constant('R'),
    active: call.constant('ACTIVE_OFFSET'),
    codes: call.constant('CODES_OFFSET'),
    decoderCoefs: call.constant('DECODER_OFFSET'),
    encoderCoefs: call.constant('ENCODER_OFFSET'),
    section: 1,
    weightOf: (row) => mainWeight(call, row),
  });
  codeGradientsOf(call, false, {
    places: auxiliaryPlaces(call),
    rank: call.constant('AUX_RANK'),
    active: call.constant('AUX_ACTIVE_OFFSET'),
    codes: call.constant('AUX_CODES_OFFSET'),
    decoderCoefs: call.constant('AUX_DECODER_OFFSET'),
    encoderCoefs: call.constant('AUX_ENCODER_OFFSET'),
    section: 2,
    weightOf: (row) => at(call.floats('row_stats'), row * STATS + 6),
  });
}

function codeGradientsOf(call: KernelCall, main: boolean, branch: CodeBranch): void {
  const [B, stride] = [call.constant('B'), 4 * call.constant('D4')];
  const [rows, decoder, coefs] = [
    call.floats('rows'),
    call.floats('decoder'),
    call.floats('coefs'),
  ];
  branch.places.forEach(({ first, end }, b) => {
    const weight = branch.weightOf(b);
    const residual = (branch.section * B + b) * stride;
    for (let place = first; place < end; place += 1) {
      const unit = at(call.words('active_units'), branch.active + place);
      for (let i = 0; i < branch.rank; i += 1) {
        const index = place * branch.rank + i;
        const code = at(coefs, branch.codes + index);
        let gradient = 0;
        if (unit !== NO_UNIT) {
          const latent = unit * branch.rank + i;
          gradient = -weight * dot(decoder, latent * stride, rows, residual, stride);
          if (main && call.completedBy('entry')) {
            gradient = ofEntry(call, place, latent, code, gradient);
          }
        }
        coefs[branch.encoderCoefs + index] = gradient;
        coefs[branch.decoderCoefs + index] = -weight * code;
      }
    }
  });
}

/** Adds the term of the codes to dL/dcode and keeps what a threshold needs of it; gives what reaches the encoder. */
function ofEntry(
  call: KernelCall,
  place: number,
  latent: number,
  code: number,
  byCode: number,
): number {
  const strength = call.uniform('sparsity_strength') / call.constant('B');
  const term = call.part('term');
  const whole =
    term.source === termParts.none.source
      ? byCode
      : byCode + strength * term.byCode(code, call.floats('decoder_norms')[latent] ?? 0);
  const { reachesEncoder, byThreshold } = call.part('entry');
  const sent = reachesEncoder(code) ? whole : 0;
  if (byThreshold === null) return sent;
  call.floats('coefs')[call.constant('THRESHOLD_OFFSET') + place] = byThreshold({
    code,
    threshold: at(call.floats('thresholds'), latent),
    byCode: whole,
    strength,
    bandwidth: call.uniform('bandwidth'),
  });
  return sent;
}

/** One branch's share of a weight gradient. */
export interface WeightGradientBranch {
  readonly places: readonly RowPlaces[];
  /** Rows of a unit. */
  readonly rank: number;
  readonly active: number;
  readonly coefs: number;
  /** First row of the section of `rows` that the coefficients multiply. */
  readonly firstRow: number;
}

/** gradient[k·r + i] += Σ_{b: k listed} coef[place, i] row_b, for gradient [N, 4·D4]. */
export function addWeightGradient(
  call: KernelCall,
  branch: WeightGradientBranch,
  gradient: Float64Array,
): void {
  const stride = 4 * call.constant('D4');
  const [rows, coefs, active] = [
    call.floats('rows'),
    call.floats('coefs'),
    call.words('active_units'),
  ];
  branch.places.forEach(({ first, end }, b) => {
    for (let place = first; place < end; place += 1) {
      const unit = at(active, branch.active + place);
      if (unit === NO_UNIT) continue;
      for (let i = 0; i < branch.rank; i += 1) {
        const latent = unit * branch.rank + i;
        addScaled(
          gradient.subarray(latent * stride, (latent + 1) * stride),
          at(coefs, branch.coefs + place * branch.rank + i),
          rows,
          (branch.firstRow + b) * stride,
        );
      }
    }
  });
}

/** gradient[k·r + i] += Σ_{b: k listed} coef[place, i], for the encoder's bias. */
export function addBiasGradient(
  call: KernelCall,
  branch: Pick<WeightGradientBranch, 'places' | 'rank' | 'active' | 'coefs'>,
  gradient: Float64Array,
): void {
  const coefs = call.floats('coefs');
  addEntries(call, branch, gradient, (index) => at(coefs, branch.coefs + index));
}

/** sum[k·r + i] += value(place·r + i) over the places in which unit k is listed. */
export function addEntries(
  call: KernelCall,
  { places, rank, active }: Pick<WeightGradientBranch, 'places' | 'rank' | 'active'>,
  sum: Float64Array,
  value: (index: number) => number,
): void {
  const units = call.words('active_units');
  for (const { first, end } of places) {
    for (let place = first; place < end; place += 1) {
      const unit = at(units, active + place);
      if (unit === NO_UNIT) continue;
      for (let i = 0; i < rank; i += 1) addAt(sum, unit * rank + i, value(place * rank + i));
    }
  }
}
