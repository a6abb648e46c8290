/**
 * Float64 twins of the gates that give rows as many codes as they need. What a batch's gate finds digit by digit is
 * stated here by counting and sorting.
 */
import { addAt, at } from '../../base/array';
import { recordFired } from './gate';
import { rowPlaces, type KernelCall } from './kernel_call';

/** Values of a digit, and the bits of each round's digit from the top. */
const BINS = 2048;
const DIGITS = [
  { shift: 21, width: 11 },
  { shift: 10, width: 11 },
  { shift: 0, width: 10 },
] as const;

const bits = new DataView(new ArrayBuffer(4));

/** Order-preserving bits of a score as a float32; 0 for one that may not win. */
function keyOf(call: KernelCall, score: number): number {
  const { mayWin, ranked } = call.part('key');
  if (!mayWin(score)) return 0;
  bits.setFloat32(0, ranked(score));
  const pattern = bits.getUint32(0);
  return Math.max(1, pattern >= 0x80000000 ? ~pattern >>> 0 : pattern + 0x80000000);
}

/** The keys of all scores that may win, largest first. */
function sortedKeys(call: KernelCall): number[] {
  const scores = call.floats('scores').subarray(0, call.constant('B') * call.constant('K'));
  return Array.from(scores, (score) => keyOf(call, score))
    .filter((key) => key > 0)
    .sort((one, other) => other - one);
}

/** What is known of the last winner's key before a round, and how many winners share that much of it. */
function foundBefore(call: KernelCall, keys: readonly number[], round: number): [number, number] {
  const wanted = call.constant('WANTED');
  const last = DIGITS[round - 1];
  if (last === undefined) return [0, wanted];
  // With fewer keys than places the walk ends at the digit 0 every time.
  const limit = keys.length < wanted ? 0 : at(keys, wanted - 1);
  const known = 2 ** last.shift;
  const found = Math.floor(limit / known) * known;
  return [found, wanted - keys.filter((key) => key >= found + known).length];
}

/** How often each digit of a round comes among the keys that share the digits found before. */
export function countDigits(call: KernelCall): void {
  const round = call.constant('ROUND');
  const { shift, width } = at(DIGITS, round);
  const keys = sortedKeys(call);
  const [found, wanted] = foundBefore(call, keys, round);
  const gate = call.words('gate');
  const above = 2 ** (shift + width);
  for (const key of keys) {
    if (Math.floor(key / above) * above !== found) continue;
    addAt(gate, round * BINS + (Math.floor(key / 2 ** shift) % 2 ** width), 1);
  }
  gate.set([found, wanted], call.constant('FOUND_OFFSET') + round * 2);
}

interface Standing {
  readonly unit: number;
  readonly score: number;
  readonly code: number;
  /** At the limit of a batch's gate, where not all can win. */
  readonly tied: boolean;
}

/** The units of a row that win or are tied. */
function standingOf(call: KernelCall, row: number, limit: number): Standing[] {
  const K = call.constant('K');
  const { ofBatch, readsThresholds, codeOf } = call.part('standing');
  const found: Standing[] = [];
  for (let unit = 0; unit < K; unit += 1) {
    const score = at(call.floats('scores'), row * K + unit);
    if (ofBatch) {
      const key = keyOf(call, score);
      if (key < limit || key === 0) continue;
      found.push({ unit, score, code: score, tied: key === limit });
      continue;
    }
    const threshold = readsThresholds
      ? at(call.floats('thresholds'), unit * call.constant('THRESHOLD_STRIDE'))
      : 0;
    const code = codeOf(score, threshold, call.uniform('bandwidth'));
    if (code !== null) found.push({ unit, score, code, tied: false });
  }
  return found;
}

/** Winners of every row and units at the limit. */
export function countCodes(call: KernelCall): void {
  let limit = 0;
  if (call.part('standing').ofBatch) {
    const found = foundBefore(call, sortedKeys(call), DIGITS.length);
    call.words('gate').set(found, call.constant('FOUND_OFFSET') + 2 * DIGITS.length);
    [limit] = found;
  }
  for (let row = 0; row < call.constant('B'); row += 1) {
    const found = standingOf(call, row, limit);
    const tied = found.filter((one) => one.tied).length;
    call.words('active_units')[call.constant('ROW_START_OFFSET') + row + 1] = found.length - tied;
    call.words('gate')[call.constant('TIES_OFFSET') + row] = tied;
  }
}

/** Where the places of every row begin; of the units at the limit those of the first rows win. */
export function placeRows(call: KernelCall): void {
  const [active, gate] = [call.words('active_units'), call.words('gate')];
  const first = call.constant('ROW_START_OFFSET');
  const ofBatch = call.part('limit').ofBatch;
  const kept = ofBatch ? call.constant('FOUND_OFFSET') + 2 * DIGITS.length : 0;
  let left = ofBatch ? at(gate, kept + 1) : 0;
  let place = 0;
  active[first] = 0;
  for (let row = 0; row < call.constant('B'); row += 1) {
    const index = call.constant('TIES_OFFSET') + row;
    const ties = Math.min(at(gate, index), left);
    gate[index] = ties;
    left -= ties;
    place += at(active, first + row + 1) + ties;
    active[first + row + 1] = place;
  }
  if (ofBatch) keepSmallest(call, at(gate, kept));
}

/** The running mean of the smallest score that won. */
function keepSmallest(call: KernelCall, key: number): void {
  if (key === 0) return;
  bits.setUint32(0, key >= 0x80000000 ? key - 0x80000000 : ~key >>> 0);
  const smallest = bits.getFloat32(0);
  const thresholds = call.floats('thresholds');
  const before = at(thresholds, 0);
  thresholds[0] = before === 0 ? smallest : before + call.constant('RATE') * (smallest - before);
}

/** Lists the winners of every row by ascending unit, with their rows and codes. */
export function listCodes(call: KernelCall): void {
  const limit = call.part('standing').ofBatch
    ? at(call.words('gate'), call.constant('FOUND_OFFSET') + 2 * DIGITS.length)
    : 0;
  const active = call.words('active_units');
  const isCode = call.part('score').isCode;
  rowPlaces(call).forEach(({ first }, row) => {
    let ties = at(call.words('gate'), call.constant('TIES_OFFSET') + row);
    let place = first;
    for (const { unit, code, tied } of standingOf(call, row, limit)) {
      if (tied && ties === 0) continue;
      if (tied) ties -= 1;
      if (place < call.constant('CAPACITY')) {
        active[call.constant('ACTIVE_OFFSET') + place] = unit;
        active[call.constant('ROW_OFFSET') + place] = row;
        if (isCode) call.floats('coefs')[call.constant('CODES_OFFSET') + place] = code;
      }
      if (call.flag('RECORD')) recordFired(call, unit, row);
      if (call.flag('MARK_ALIVE') && (!isCode || code !== 0)) {
        call.words('last_fired')[unit] = call.uniform('tokens_seen');
      }
      place += 1;
    }
  });
}
