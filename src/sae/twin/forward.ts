/**
 * Float64 twins of the forward kernels: from a batch to scores, codes and residuals. Buffers and
 * offsets are those of the WGSL headers; rows have a stride of 4·D4 with zeros past d.
 */
import { at } from '../../base/array';
import { NO_UNIT, rowPlaces, type KernelCall } from './kernel_call';
import { termParts } from '../parts';
import { dot } from '../../base/linear_algebra';
import { addScaled, squaredNorm } from './vectors';

/** Columns of `row_stats`. */
const STATS = 8;

/** input_b = n_b − b_dec with n_b the (normalised) row; also ρ_b, and the power and the energy of the row. */
export function centerInput(call: KernelCall): void {
  const d = call.constant('D');
  const stride = 4 * call.constant('D4');
  const biasOffset = call.constant('BIAS_OFFSET');
  const inputScale = call.uniform('input_scale');
  const [x, mean, biases] = [call.floats('x'), call.floats('data_mean'), call.floats('biases')];
  const [rows, stats] = [call.floats('rows'), call.floats('row_stats')];
  for (let b = 0; b < call.constant('B'); b += 1) {
    const scaled = x.slice(b * stride, b * stride + d).map((value) => inputScale * value);
    const off = scaled.map((value, c) => value - inputScale * at(mean, c));
    const { values, scale } = call.flag('LAYER_NORM')
      ? standardized(scaled)
      : { values: scaled.slice(), scale: 1 };
    if (call.flag('APPLY_B_DEC')) addScaled(values, -1, biases, biasOffset);
    rows.fill(0, b * stride, (b + 1) * stride);
    rows.set(values, b * stride);
    stats[b * STATS] = scale;
    stats[b * STATS + 1] = squaredNorm(off);
    stats[b * STATS + 4] = squaredNorm(scaled);
  }
}

/** (x − μ) / ρ with ρ = sd + 1e-5, sd unbiased over the row. */
function standardized(x: Float64Array): { values: Float64Array; scale: number } {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const off = x.map((value) => value - mean);
  const scale = Math.sqrt(squaredNorm(off) / Math.max(x.length - 1, 1)) + 1e-5;
  return { values: off.map((value) => value / scale), scale };
}

/** score[b, k] = ‖E_k row_b + b_k‖² of a gate on norms, e_k · row_b + b_k of one on values. */
export function scoreUnits(call: KernelCall): void {
  const [B, K, R] = [call.constant('B'), call.constant('K'), call.constant('R')];
  const stride = 4 * call.constant('D4');
  const [rows, encoder] = [call.floats('rows'), call.floats('encoder')];
  const [biases, scores] = [call.floats('biases'), call.floats('scores')];
  const section = call.constant('SECTION') * B;
  const competing = call.flag('COMPACT')
    ? listedUnits(call.words('dead_list'))
    : Array.from({ length: K }, (_, unit) => unit);
  for (let b = 0; b < B; b += 1) {
    competing.forEach((unit, position) => {
      let squares = 0;
      let code = 0;
      for (let i = 0; i < R; i += 1) {
        const latent = unit * R + i;
        code = dot(encoder, latent * stride, rows, (section + b) * stride, stride);
        if (call.flag('USE_BIAS')) code += at(biases, latent);
        squares += code * code;
      }
      scores[b * K + position] = call.part('score').isCode ? code : squares;
    });
  }
}

/** Units of a list that starts with its length. */
export function listedUnits(list: Uint32Array): number[] {
  return Array.from(list.subarray(1, 1 + at(list, 0)));
}

/** code[place, i] = E_{k,i} · row_b + b_{k,i} for the unit k in a place of row b; 0 in empty places. */
export function encodeActive(call: KernelCall): void {
  makeCodes(call, call.constant('SECTION'));
}

/** The same of section `ofRows`. */
export function makeCodes(call: KernelCall, ofRows: number): void {
  const [B, R] = [call.constant('B'), call.constant('R')];
  const stride = 4 * call.constant('D4');
  const [rows, encoder] = [call.floats('rows'), call.floats('encoder')];
  const [biases, coefs] = [call.floats('biases'), call.floats('coefs')];
  const active = call.words('active_units');
  const section = ofRows * B;
  rowPlaces(call).forEach(({ first, end }, b) => {
    for (let place = first; place < end; place += 1) {
      const unit = at(active, call.constant('ACTIVE_OFFSET') + place);
      for (let i = 0; i < R; i += 1) {
        let code = 0;
        if (unit !== NO_UNIT) {
          code = dot(encoder, (unit * R + i) * stride, rows, (section + b) * stride, stride);
          if (call.flag('USE_BIAS')) code += at(biases, unit * R + i);
        }
        coefs[call.constant('CODES_OFFSET') + place * R + i] = code;
      }
    }
  });
}

/** e_b = target_b − Σ D_kᵀ p_k over the row's places, the row's loss ρ²‖e‖² and the weight of the auxiliary gradient. */
export function decodeResidual(call: KernelCall): void {
  const [B, R] = [call.constant('B'), call.constant('R')];
  const stride = 4 * call.constant('D4');
  const places = rowPlaces(call);
  const term = call.part('term');
  const { made } = call.part('codes');
  if (made) makeCodes(call, call.constant('TARGET'));
  const counts = term.source === termParts.none.source;
  const main = call.flag('MAIN');
  const [rows, decoder, biases] = [
    call.floats('rows'),
    call.floats('decoder'),
    call.floats('biases'),
  ];
  const [coefs, stats] = [call.floats('coefs'), call.floats('row_stats')];
  const norms = made ? [] : call.floats('decoder_norms');
  const active = call.words('active_units');
  const branch = main ? 1 : auxiliaryShare(call);
  for (let b = 0; b < B; b += 1) {
    const from = (call.constant('TARGET') * B + b) * stride;
    const rest = rows.slice(from, from + stride);
    if (call.flag('SUBTRACT_B_DEC')) addScaled(rest, -1, biases, call.constant('BIAS_OFFSET'));
    let nonZero = 0;
    let fired = 0;
    let terms = 0;
    const { first, end } = at(places, b);
    for (let place = first; place < end; place += 1) {
      const unit = at(active, call.constant('ACTIVE_OFFSET') + place);
      if (unit === NO_UNIT) continue;
      const before = nonZero;
      for (let i = 0; i < R; i += 1) {
        const code = at(coefs, call.constant('CODES_OFFSET') + place * R + i);
        const latent = unit * R + i;
        addScaled(rest, -code, decoder, latent * stride);
        if (code === 0) continue;
        nonZero += 1;
        if (!counts) terms += term.value(code, norms[latent] ?? 0);
      }
      if (nonZero > before) fired += 1;
    }
    rows.set(rest, (call.constant('RESULT') * B + b) * stride);
    const scale = at(stats, b * STATS);
    const loss = branch * scale ** 2 * squaredNorm(rest);
    if (main) {
      stats.set([loss, nonZero], b * STATS + 2);
      stats[b * STATS + 7] = counts ? fired : terms;
    } else {
      const weight = (call.uniform('aux_coefficient') * branch * 2 * scale ** 2) / B;
      stats.set([loss, weight], b * STATS + 5);
    }
  }
}

/** A row that was reconstructed. */
interface Reconstructed {
  /** ‖e_b‖² */
  readonly squares: number;
  /** Codes that are not zero, and units with one. */
  readonly nonZero: number;
  readonly fired: number;
}

/** e_b = target_b − [b_dec] − Σ D_kᵀ p_k, from one section of rows to another. */
export function reconstruct(call: KernelCall, target: number, result: number): Reconstructed[] {
  const [B, R, stride] = [call.constant('B'), call.constant('R'), 4 * call.constant('D4')];
  const [rows, coefs] = [call.floats('rows'), call.floats('coefs')];
  return rowPlaces(call).map(({ first, end }, b) => {
    const from = (target * B + b) * stride;
    const rest = rows.slice(from, from + stride);
    if (call.flag('SUBTRACT_B_DEC')) {
      addScaled(rest, -1, call.floats('biases'), call.constant('BIAS_OFFSET'));
    }
    let [nonZero, fired] = [0, 0];
    for (let place = first; place < end; place += 1) {
      const unit = at(call.words('active_units'), call.constant('ACTIVE_OFFSET') + place);
      if (unit === NO_UNIT) continue;
      const before = nonZero;
      for (let i = 0; i < R; i += 1) {
        const code = at(coefs, call.constant('CODES_OFFSET') + place * R + i);
        addScaled(rest, -code, call.floats('decoder'), (unit * R + i) * stride);
        if (code !== 0) nonZero += 1;
      }
      if (nonZero > before) fired += 1;
    }
    rows.set(rest, (result * B + b) * stride);
    return { squares: squaredNorm(rest), nonZero, fired };
  });
}

/** Factor of the auxiliary loss: 0 without dead units, min(dead / k_aux, 1) in the released form, else 1. */
function auxiliaryShare(call: KernelCall): number {
  const dead = at(call.words('dead_list'), 0);
  if (dead === 0) return 0;
  return call.flag('SCALE_BY_DEAD') ? Math.min(dead / call.constant('K_AUX'), 1) : 1;
}
