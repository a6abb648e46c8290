/**
 * shaders/token_losses.wgsl against its float64 twin on ragged vocabularies and row counts, with both numbers of
 * threads; and what must hold exactly: equal logits diverge by 0, rows without a target cost 0, and
 * logits of any size neither overflow nor lose the loss.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import { NO_TARGET, tokenLossPlan } from '../../../src/lm/interventions';
import { tokenLosses } from '../../../src/lm/interventions_twin';
import { testDevice } from '../adapter';
import { runPlan } from './run_plan';

/** Unit roundoff of float32. */
const UNIT = 2 ** -24;

interface Case {
  readonly rows: number;
  readonly vocabulary: number;
  readonly spread: number;
  readonly change: number;
}

function randomCase({ rows, vocabulary, spread, change }: Case) {
  const draws = new RandomDraws(rows * 1000 + vocabulary, 100);
  const length = rows * vocabulary;
  const before = Float32Array.from({ length }, (_, i) => spread * draws.normal(i));
  const after = before.map((value, i) => value + change * draws.normal(length + i));
  const targets = Uint32Array.from({ length: rows }, (_, row) =>
    row % 5 === 3 ? NO_TARGET : draws.u32(4 * length + row) % vocabulary,
  );
  return { before, after, targets };
}

/**
 * Bound on the error of each loss of a row. With S = Σ e^x over shifted logits x ≤ 0 (1 ≤ S ≤ V): WGSL lets exp err by
 * (3 + 2|x|) ulp = 2(3 + 2|x|) units, the shift costs |x| units of the argument, and the sum over V terms V units,
 * so S errs relatively by at most Σ e^x (6 + 5|x| + V) u / S, and log S by that, plus WGSL's 2⁻²¹ or 3 ulp for log and
 * the roundings of the two differences. The divergence has the terms e^x δ / S, δ = x − y, of the same relative error
 * with two more units of |x| + |y| from δ, and log S twice.
 */
function bounds(before: Float64Array, after: Float64Array, target: number): number[] {
  const shifted = (row: Float64Array) => {
    const top = Math.max(...row);
    return row.map((value) => value - top);
  };
  const logError = (row: Float64Array) => {
    const x = shifted(row);
    const sum = x.reduce((total, value) => total + Math.exp(value), 0);
    const relative =
      x.reduce((total, v) => total + Math.exp(v) * (6 + 5 * Math.abs(v) + x.length), 0) / sum;
    return { sum, x, error: 2 * relative * UNIT + 2 ** -21 + 6 * Math.log(sum) * UNIT };
  };
  const a = logError(before);
  const b = logError(after);
  const loss = (side: typeof a, row: Float64Array) =>
    side.error +
    (4 * (Math.abs(at(side.x, target)) + Math.log(side.sum)) + Math.max(...row.map(Math.abs))) *
      UNIT;
  let terms = 0;
  a.x.forEach((x, v) => {
    const y = at(b.x, v);
    const relative = 6 + 5 * Math.abs(x) + 2 * a.x.length + 6;
    const shift = 2 * (Math.abs(x) + Math.abs(y));
    terms += (Math.exp(x) * (Math.abs(x - y) * relative + shift)) / a.sum;
  });
  const divergence = 2 * terms * UNIT + a.error + b.error;
  return [loss(a, before), loss(b, after), divergence];
}

describe.each([false, true])('token losses, software %s', (software) => {
  it.each<Case>([
    { rows: 1, vocabulary: 1, spread: 1, change: 1 },
    { rows: 3, vocabulary: 3, spread: 1, change: 0.1 },
    { rows: 5, vocabulary: 5, spread: 3, change: 1 },
    { rows: 7, vocabulary: 17, spread: 10, change: 3 },
    { rows: 4, vocabulary: 33, spread: 30, change: 30 },
    { rows: 9, vocabulary: 257, spread: 2, change: 0.01 },
    { rows: 2, vocabulary: 5003, spread: 4, change: 1 },
  ])('agree with float64: $rows rows of $vocabulary, spread $spread', async (shape) => {
    const { rows, vocabulary } = shape;
    const { before, after, targets } = randomCase(shape);
    const plan = tokenLossPlan({ rows, vocabulary, software });
    const contents = { before, after, targets };
    const losses = await runPlan(await testDevice(), plan, contents, 'losses');
    const [a, b] = [Float64Array.from(before), Float64Array.from(after)];
    const twin = tokenLosses(a, b, targets, vocabulary);
    targets.forEach((target, row) => {
      const got = losses.subarray(row * 4, row * 4 + 4);
      if (target === NO_TARGET) {
        expect([...got]).toEqual([0, 0, 0, 0]);
        return;
      }
      const from = row * vocabulary;
      const slice = (values: Float64Array) => values.subarray(from, from + vocabulary);
      bounds(slice(a), slice(b), target).forEach((bound, column) => {
        const error = Math.abs(at(got, column) - at(twin, row * 4 + column));
        expect(error, `row ${row} column ${column}`).toBeLessThanOrEqual(bound);
      });
    });
  });

  it('are finite for huge logits, and equal logits do not diverge', async () => {
    const before = Float32Array.from([1e30, 0, -1e30, 200, 100, 90]);
    const targets = Uint32Array.from([1, 0]);
    const plan = tokenLossPlan({ rows: 2, vocabulary: 3, software });
    const contents = { before, after: before, targets };
    const losses = await runPlan(await testDevice(), plan, contents, 'losses');
    expect(at(losses, 0)).toBeCloseTo(Math.fround(1e30), -24);
    expect(at(losses, 2)).toBe(0);
    expect(at(losses, 4)).toBe(0);
    expect(at(losses, 6)).toBe(0);
  });
});
