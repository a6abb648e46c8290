/**
 * Float64 twins of the backward pass through the sparse decoder: gradients of codes, and the sums over the batch that make gradients of weights out of them.
 */
import { addAt, at } from '../../base/array';
import { NO_UNIT, type KernelCall } from './kernel_call';
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
  readonly slots: number;
  readonly rank: number;
  readonly active: number;
  readonly codes: number;
  readonly decoderCoefs: number;
  readonly encoderCoefs: number;
  /** Section of `rows` with the residual. */
  readonly section: number;
  readonly weightOf: (row: number) => number;
}

/**
 * With w_b the weight of the row: q = −w p (for the decoder) and g = −w D_k e [+ l1 ‖D‖ / B] (for the
 * encoder), for both branches.
 */
export function codeGradients(call: KernelCall): void {
  codeGradientsOf(call, call.flag('L1'), {
    slots: call.constant('SLOTS'),
    rank: call.constant('R'),
    active: call.constant('ACTIVE_OFFSET'),
    codes: call.constant('CODES_OFFSET'),
    decoderCoefs: call.constant('DECODER_OFFSET'),
    encoderCoefs: call.constant('ENCODER_OFFSET'),
    section: 1,
    weightOf: (row) => mainWeight(call, row),
  });
  codeGradientsOf(call, false, {
    slots: call.constant('AUX_SLOTS'),
    rank: call.constant('AUX_RANK'),
    active: call.constant('AUX_ACTIVE_OFFSET'),
    codes: call.constant('AUX_CODES_OFFSET'),
    decoderCoefs: call.constant('AUX_DECODER_OFFSET'),
    encoderCoefs: call.constant('AUX_ENCODER_OFFSET'),
    section: 2,
    weightOf: (row) => at(call.floats('row_stats'), row * STATS + 6),
  });
}

function codeGradientsOf(call: KernelCall, l1: boolean, branch: CodeBranch): void {
  const [B, stride] = [call.constant('B'), 4 * call.constant('D4')];
  const [rows, decoder, coefs] = [
    call.floats('rows'),
    call.floats('decoder'),
    call.floats('coefs'),
  ];
  for (let place = 0; place < B * branch.slots; place += 1) {
    const b = Math.floor(place / branch.slots);
    const unit = at(call.words('active_units'), branch.active + place);
    const weight = branch.weightOf(b);
    for (let i = 0; i < branch.rank; i += 1) {
      const index = place * branch.rank + i;
      let gradient = 0;
      if (unit !== NO_UNIT) {
        const latent = unit * branch.rank + i;
        const residual = (branch.section * B + b) * stride;
        gradient = -weight * dot(decoder, latent * stride, rows, residual, stride);
        if (l1) {
          gradient += (call.uniform('l1_strength') / B) * at(call.floats('decoder_norms'), latent);
        }
      }
      coefs[branch.encoderCoefs + index] = gradient;
      coefs[branch.decoderCoefs + index] = -weight * at(coefs, branch.codes + index);
    }
  }
}

/** One branch's share of a weight gradient. */
export interface WeightGradientBranch {
  readonly slots: number;
  /** Rows of a unit. */
  readonly rank: number;
  readonly active: number;
  readonly coefs: number;
  /** First row of the section of `rows` that the coefficients multiply. */
  readonly firstRow: number;
}

/** gradient[k·r + i] += Σ_{b, slot: unit k} coef[b, slot, i] row_b, for gradient [N, 4·D4]. */
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
  for (let place = 0; place < call.constant('B') * branch.slots; place += 1) {
    const unit = at(active, branch.active + place);
    if (unit === NO_UNIT) continue;
    const row = branch.firstRow + Math.floor(place / branch.slots);
    for (let i = 0; i < branch.rank; i += 1) {
      const latent = unit * branch.rank + i;
      addScaled(
        gradient.subarray(latent * stride, (latent + 1) * stride),
        at(coefs, branch.coefs + place * branch.rank + i),
        rows,
        row * stride,
      );
    }
  }
}

/** gradient[k·r + i] += Σ_{b, slot: unit k} coef[b, slot, i], for the encoder's bias. */
export function addBiasGradient(
  call: KernelCall,
  branch: Pick<WeightGradientBranch, 'slots' | 'rank' | 'active' | 'coefs'>,
  gradient: Float64Array,
): void {
  const [coefs, active] = [call.floats('coefs'), call.words('active_units')];
  for (let place = 0; place < call.constant('B') * branch.slots; place += 1) {
    const unit = at(active, branch.active + place);
    if (unit === NO_UNIT) continue;
    for (let i = 0; i < branch.rank; i += 1) {
      addAt(gradient, unit * branch.rank + i, at(coefs, branch.coefs + place * branch.rank + i));
    }
  }
}
