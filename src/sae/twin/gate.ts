/**
 * Float64 twins of the gate: which units win a row, and which groups are dead. One twin serves both
 * selection kernels: their rule is the same, a sort states it.
 */
import { addAt, at } from '../../base/array';
import { listedUnits } from './forward';
import { NO_UNIT, type KernelCall } from './kernel_call';

/** Columns of a row's bit in `fired`. */
const WORD_BITS = 32;

/**
 * Per row the SLOTS competing units with the largest score, ties to the lowest index, stored in
 * ascending order; empty slots follow. A scalar unit's score is its code.
 */
export function selectUnits(call: KernelCall): void {
  const [B, K, slots] = [call.constant('B'), call.constant('K'), call.constant('SLOTS')];
  const compact = call.flag('COMPACT');
  const units = compact
    ? listedUnits(call.words('dead_list'))
    : Array.from({ length: K }, (_, unit) => unit);
  const scores = call.floats('scores');
  const { mayWin, ranked } = call.part('key');
  for (let b = 0; b < B; b += 1) {
    const winners = units
      .map((unit, position) => ({
        unit,
        score: at(scores, b * K + (call.flag('BY_POSITION') ? position : unit)),
      }))
      .filter(({ score }) => mayWin(score))
      .sort((one, other) => ranked(other.score) - ranked(one.score) || one.unit - other.unit)
      .slice(0, slots)
      .sort((one, other) => one.unit - other.unit);
    for (let slot = 0; slot < slots; slot += 1) {
      const winner = winners[slot];
      const place = b * slots + slot;
      call.words('active_units')[call.constant('ACTIVE_OFFSET') + place] = winner?.unit ?? NO_UNIT;
      if (call.part('score').isCode) {
        call.floats('coefs')[call.constant('CODES_OFFSET') + place] = winner?.score ?? 0;
      }
    }
    for (const { unit } of winners) {
      if (call.flag('RECORD')) recordFired(call, unit, b, call.constant('FIRED_OFFSET'));
      if (call.flag('MARK_ALIVE')) {
        call.words('last_fired')[unit] = call.uniform('tokens_seen');
      }
    }
  }
}

/** Sets the bit of a unit that fires in a row. */
export function recordFired(call: KernelCall, unit: number, row: number, first = 0): void {
  const word = unit * call.constant('WORDS') + Math.floor(row / WORD_BITS);
  // A unit wins a row once, so adding its bit sets it.
  addAt(call.words('fired'), first + word, 2 ** (row % WORD_BITS));
}

/** Lists groups (their VIEW columns) that were not selected in the last `dead_window` tokens. */
export function listDead(call: KernelCall): void {
  const [list, view] = [call.words('dead_list'), call.constant('VIEW')];
  const dead: number[] = [];
  call
    .words('last_fired')
    .subarray(0, call.constant('K'))
    .forEach((lastFired, group) => {
      if (call.uniform('tokens_seen') - lastFired < call.uniform('dead_window')) return;
      for (let i = 0; i < view; i += 1) dead.push(group * view + i);
    });
  list[0] = dead.length;
  list.set(dead, 1);
}
