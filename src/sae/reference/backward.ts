/**
 * Float64 twins of the backward pass through the sparse decoder: gradients of codes and of the input,
 * and the sums over the batch that make gradients of weights out of them.
 */
import { addAt, at } from '../../base/array';
import { NO_UNIT, type KernelCall } from './kernel_call';
import { addScaled, dot } from './vectors';

/**
 * With w_b the weight of the row: q = −w p (for the decoder), g = −w D_k e [+ l1 ‖D‖ / B] (for the
 * encoder), and the input's gradient t = −w e − Σ Eᵀ g.
 */
export function codeGradients(call: KernelCall): void {
  const [B, R, slots] = [call.constant('B'), call.constant('R'), call.constant('SLOTS')];
  const stride = 4 * call.constant('D4');
  const [rows, encoder, decoder] = [
    call.floats('rows'),
    call.floats('encoder'),
    call.floats('decoder'),
  ];
  const [coefs, stats] = [call.floats('coefs'), call.floats('row_stats')];
  const [norms, inputGradient] = [call.floats('decoder_norms'), call.floats('input_gradient')];
  const active = call.words('active_units');
  for (let b = 0; b < B; b += 1) {
    const residual = (call.constant('RESIDUAL') * B + b) * stride;
    const weight = at(stats, b * 8 + call.constant('WEIGHT'));
    const t = new Float64Array(stride);
    if (call.flag('MAIN')) addScaled(t, -weight, rows, residual);
    else addScaled(t, 1, inputGradient, b * stride);
    for (let slot = 0; slot < slots; slot += 1) {
      const unit = at(active, call.constant('ACTIVE_OFFSET') + b * slots + slot);
      for (let i = 0; i < R; i += 1) {
        const place = (b * slots + slot) * R + i;
        const code = at(coefs, call.constant('CODES_OFFSET') + place);
        coefs[call.constant('DECODER_OFFSET') + place] = -weight * code;
        let gradient = 0;
        if (unit !== NO_UNIT) {
          const latent = unit * R + i;
          gradient = -weight * dot(decoder, latent * stride, rows, residual, stride);
          if (call.flag('L1')) gradient += (call.uniform('l1_coefficient') / B) * at(norms, latent);
          if (call.flag('INPUT_GRADIENT')) addScaled(t, -gradient, encoder, latent * stride);
        }
        coefs[call.constant('ENCODER_OFFSET') + place] = gradient;
      }
    }
    if (call.flag('MAIN') || call.flag('INPUT_GRADIENT')) inputGradient.set(t, b * stride);
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
