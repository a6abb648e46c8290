/** Float64 twins of the step on the codes and of its gradients. */
import { at } from '../../base/array';
import { dot } from '../../base/linear_algebra';
import { codeGradients } from './backward';
import { makeCodes, reconstruct } from './forward';
import { NO_UNIT, rowPlaces, type KernelCall } from './kernel_call';
import { addScaled } from './vectors';

/** A column of a unit that is on in a row: its place among the coefficients and its row of the matrices. */
interface Column {
  readonly index: number;
  readonly latent: number;
}

/** The columns of every row. */
function columnsOf(call: KernelCall): Column[][] {
  const [R, active] = [call.constant('R'), call.words('active_units')];
  return rowPlaces(call).map(({ first, end }) => {
    const columns: Column[] = [];
    for (let place = first; place < end; place += 1) {
      const unit = at(active, call.constant('ACTIVE_OFFSET') + place);
      if (unit === NO_UNIT) continue;
      for (let i = 0; i < R; i += 1) columns.push({ index: place * R + i, latent: unit * R + i });
    }
    return columns;
  });
}

/** v = p + η E·e⁰ where p is not 0, with POSITIVE at least 0, between two reconstructions. */
export function decodeRefined(call: KernelCall): void {
  const [B, stride] = [call.constant('B'), 4 * call.constant('D4')];
  const [rows, encoder] = [call.floats('rows'), call.floats('encoder')];
  const coefs = call.floats('coefs');
  const eta = at(call.floats('biases'), call.constant('ETA_OFFSET'));
  const rest = call.constant('REST');
  if (call.flag('MAKE')) makeCodes(call, 0);
  reconstruct(call, 0, rest);
  if (call.flag('KEEP')) clearPlaces(call);
  columnsOf(call).forEach((columns, row) => {
    for (const { index, latent } of columns) {
      const place = call.constant('CODES_OFFSET') + index;
      const plain = at(coefs, place);
      const step =
        plain === 0 ? 0 : dot(encoder, latent * stride, rows, (rest * B + row) * stride, stride);
      const refined = plain + eta * step;
      coefs[place] = call.flag('POSITIVE') ? Math.max(0, refined) : refined;
      if (!call.flag('KEEP')) continue;
      coefs[call.constant('PLAIN_OFFSET') + index] = plain;
      coefs[call.constant('STEPS_OFFSET') + index] = step;
    }
  });
  reconstruct(call, 0, 1).forEach(({ squares, nonZero, fired }, row) => {
    const stats = call.floats('row_stats');
    stats.set([at(stats, row * 8) ** 2 * squares, nonZero], row * 8 + 2);
    stats[row * 8 + 7] = fired;
  });
}

/** Empty places have no code before the step and no step. */
function clearPlaces(call: KernelCall): void {
  const R = call.constant('R');
  for (const { first, end } of rowPlaces(call)) {
    for (const offset of [call.constant('PLAIN_OFFSET'), call.constant('STEPS_OFFSET')]) {
      call.floats('coefs').fill(0, offset + first * R, offset + end * R);
    }
  }
}

/** q = −η Σ a E, dL/dp = a + D·q, the encoder's second coefficients η a, and the row's share Σ a g of dL/dη. */
export function refinedGradients(call: KernelCall): void {
  const [B, stride] = [call.constant('B'), 4 * call.constant('D4')];
  const [rows, coefs] = [call.floats('rows'), call.floats('coefs')];
  const [encoder, decoder] = [call.floats('encoder'), call.floats('decoder')];
  const eta = at(call.floats('biases'), call.constant('ETA_OFFSET'));
  const [ofEncoder, plain, steps] = [
    call.constant('ENCODER_OFFSET'),
    call.constant('PLAIN_OFFSET'),
    call.constant('STEPS_OFFSET'),
  ];
  codeGradients(call);
  columnsOf(call).forEach((columns, row) => {
    const first = (call.constant('GRADIENT') * B + row) * stride;
    const q = rows.subarray(first, first + stride).fill(0);
    let share = 0;
    for (const { index, latent } of columns) {
      const cutOff = at(coefs, call.constant('CODES_OFFSET') + index) === 0;
      const byCode = cutOff ? 0 : at(coefs, ofEncoder + index);
      coefs[ofEncoder + index] = byCode;
      share += byCode * at(coefs, steps + index);
      coefs[steps + index] = eta * byCode;
      addScaled(q, -eta * byCode, encoder, latent * stride);
    }
    coefs[call.constant('SHARES_OFFSET') + row] = share;
    for (const { index, latent } of columns) {
      const chosen = at(coefs, plain + index) !== 0;
      const whole = at(coefs, ofEncoder + index) + dot(decoder, latent * stride, q, 0, stride);
      coefs[ofEncoder + index] = chosen ? whole : 0;
    }
  });
}
