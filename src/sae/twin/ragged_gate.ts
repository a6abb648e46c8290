/**
 * Float64 twins of the gates that give rows as many codes as they need. What a batch's gate finds digit by digit is
 * stated here by counting and sorting.
 */
import { addAt, at } from '../../base/array';
import { recordFired } from './gate';
import type { KernelCall } from './kernel_call';

/** Values of a digit, and the bits of each round's digit from the top. */
const BINS = 65536;
const DIGITS = [
  { shift: 16, width: 16 },
  { shift: 0, width: 16 },
] as const;
/** Digits whose counts are also added up. */
const TOGETHER = 256;

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
    const digit = Math.floor(key / 2 ** shift) % 2 ** width;
    const first = round * (BINS + BINS / TOGETHER);
    addAt(gate, first + digit, 1);
    addAt(gate, first + BINS + Math.floor(digit / TOGETHER), 1);
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
    keepCounts(call, row, found.length - tied, tied);
  }
}

function keepCounts(call: KernelCall, row: number, winners: number, tied: number): void {
  if (!call.part('counts').summed) {
    call.words('active_units')[call.constant('ROW_START_OFFSET') + row + 1] = winners;
    return;
  }
  const gate = call.words('gate');
  const block = call.constant('SUMS_OFFSET') + 2 * Math.floor(row / call.constant('BLOCK'));
  gate.set([winners, tied], call.constant('COUNTS_OFFSET') + 2 * row);
  addAt(gate, block, winners);
  addAt(gate, block + 1, tied);
}

/** Where the places of every row begin. */
export function placeRows(call: KernelCall): void {
  const active = call.words('active_units');
  const first = call.constant('ROW_START_OFFSET');
  active[first] = 0;
  for (let row = 0; row < call.constant('B'); row += 1) {
    addAt(active, first + row + 1, at(active, first + row));
  }
}

/** The same of a gate over the batch; gives how many units at the limit win in each row, those of the first rows. */
function placeBatch(call: KernelCall): number[] {
  const [active, gate] = [call.words('active_units'), call.words('gate')];
  const first = call.constant('ROW_START_OFFSET');
  const kept = call.constant('FOUND_OFFSET') + 2 * DIGITS.length;
  let left = at(gate, kept + 1);
  active[first] = 0;
  const winning = Array.from({ length: call.constant('B') }, (_, row) => {
    const counts = call.constant('COUNTS_OFFSET') + 2 * row;
    const ties = Math.min(at(gate, counts + 1), left);
    left -= ties;
    active[first + row + 1] = at(active, first + row) + at(gate, counts) + ties;
    return ties;
  });
  keepSmallest(call, at(gate, kept));
  return winning;
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
  const winning = call.part('begin').summed ? placeBatch(call) : [];
  for (let row = 0; row < call.constant('B'); row += 1) {
    let ties = winning[row] ?? 0;
    let place = at(active, call.constant('ROW_START_OFFSET') + row);
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
  }
}
