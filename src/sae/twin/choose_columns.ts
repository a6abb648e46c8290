/** Float64 twin of the second level of a gate: which columns of a row's units stay on. A sort states the rule. */
import { at } from '../../base/array';
import { makeCodes } from './forward';
import { recordFired } from './gate';
import { NO_UNIT, type KernelCall } from './kernel_call';

/**
 * Per row the COLUMNS columns of its units with the largest |p|·‖d‖, ties to the lowest column. Units without one leave the
 * row's list, whose empty places come last.
 */
export function chooseColumns(call: KernelCall): void {
  makeCodes(call, call.constant('TARGET'));
  const [B, R, slots] = [call.constant('B'), call.constant('R'), call.constant('SLOTS')];
  const [norms, coefs, active] = [
    call.floats('decoder_norms'),
    call.floats('coefs'),
    call.words('active_units'),
  ];
  for (let b = 0; b < B; b += 1) {
    const first = call.constant('ACTIVE_OFFSET') + b * slots;
    const codesAt = call.constant('CODES_OFFSET') + b * slots * R;
    const listed = Array.from(active.subarray(first, first + slots)).filter((u) => u !== NO_UNIT);
    const columns = listed.flatMap((unit, slot) =>
      Array.from({ length: R }, (_, i) => {
        const code = at(coefs, codesAt + slot * R + i);
        return { unit, i, code, key: Math.abs(code) * at(norms, unit * R + i) };
      }),
    );
    const kept = columns
      .sort((one, other) => other.key - one.key || one.unit - other.unit || one.i - other.i)
      .slice(0, call.constant('COLUMNS'))
      .filter(({ code }) => code !== 0);
    const units = [...new Set(kept.map(({ unit }) => unit))].sort((one, other) => one - other);
    active.fill(NO_UNIT, first, first + slots);
    active.set(units, first);
    coefs.fill(0, codesAt, codesAt + slots * R);
    for (const { unit, i, code } of kept) coefs[codesAt + units.indexOf(unit) * R + i] = code;
    for (const unit of call.flag('RECORD') ? units : []) {
      recordFired(call, unit, b, call.constant('FIRED_OFFSET'));
      call.words('last_fired')[unit] = call.uniform('tokens_seen');
    }
  }
}
