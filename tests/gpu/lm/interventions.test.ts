/**
 * shaders/replace_residual.wgsl and shaders/steer_residual.wgsl against their float64 twins on ragged shapes.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import {
  replacementPlan,
  steeringPlan,
  type Replacement,
  type RowEdit,
  type SteeredGroup,
} from '../../../src/lm/interventions';
import { replaceResidual, steerResidual } from '../../../src/lm/interventions_twin';
import { placesParts } from '../../../src/sae/parts';
import { testDevice } from '../adapter';
import { runPlan } from './run_plan';

/** Unit roundoff of float32. */
const UNIT = 2 ** -24;

/** Normal numbers, [rows, 4·ceil(width/4)] with zeros past `width`. */
function rowsOf(rows: number, width: number, seed: number): Float32Array {
  const stride = Math.ceil(width / 4) * 4;
  const draws = new RandomDraws(seed, 100);
  return Float32Array.from({ length: rows * stride }, (_, i) =>
    i % stride < width ? draws.normal(i) : 0,
  );
}

describe.each<Replacement>(['reconstruction', 'zero', 'mean'])('replacing by %s', (replacement) => {
  it.each([
    { sequences: 1, positions: 1, width: 1 },
    { sequences: 3, positions: 1, width: 5 },
    { sequences: 1, positions: 5, width: 3 },
    { sequences: 5, positions: 3, width: 17 },
    { sequences: 3, positions: 17, width: 33 },
  ])('$sequences × $positions rows of $width', async ({ sequences, positions, width }) => {
    const rows = sequences * positions;
    const stride = Math.ceil(width / 4) * 4;
    const residual = rowsOf(rows, width, 1);
    const sections = Float32Array.from([...rowsOf(rows, width, 2), ...rowsOf(rows, width, 3)]);
    const stats = rowsOf(rows, 8, 4);
    const mean = rowsOf(1, width, 5);
    const got = await runPlan(
      await testDevice(),
      replacementPlan({ replacement, sequences, positions, width }),
      { residual, rows: sections, row_stats: stats, mean },
      'residual',
    );
    const errors = Float64Array.from(sections.subarray(rows * stride));
    const scales = Float64Array.from({ length: rows }, (_, row) => at(stats, row * 8));
    const inputs = { positions, stride, errors, scales, mean: Float64Array.from(mean) };
    const twin = replaceResidual(Float64Array.from(residual), replacement, inputs);
    twin.forEach((value, i) => {
      // A product and a difference.
      const scale = Math.abs(at(scales, Math.floor(i / stride)) * at(errors, i));
      const bound = 2 * UNIT * (Math.abs(at(residual, i)) + scale);
      expect(Math.abs(at(got, i) - value)).toBeLessThanOrEqual(
        replacement === 'reconstruction' ? bound : 0,
      );
    });
  });
});

const edits: readonly RowEdit[] = [
  { edit: { kind: 'none' }, frame: 'group' },
  { edit: { kind: 'scale', amount: 0 }, frame: 'group' },
  { edit: { kind: 'scale', amount: -1.5 }, frame: 'control' },
  { edit: { kind: 'clamp', amount: 2 }, frame: 'group' },
  { edit: { kind: 'add', axis: 0, amount: 3 }, frame: 'control' },
  { edit: { kind: 'turn', angle: 2, amount: 1.5 }, frame: 'group' },
];

describe.each([false, true])('steering, software %s', (software) => {
  it.each([
    { width: 1, rank: 1, axes: 1, slots: 1 },
    { width: 3, rank: 3, axes: 2, slots: 3 },
    { width: 17, rank: 5, axes: 3, slots: 2 },
    { width: 33, rank: 3, axes: 3, slots: 5 },
    { width: 70, rank: 32, axes: 32, slots: 1 },
  ])('agrees with float64: $axes axes of rank $rank at width $width', async (shape) => {
    const { width, rank, axes, slots } = shape;
    const used = axes > 1 ? edits : edits.filter(({ edit }) => edit.kind !== 'turn');
    const all = [...used, ...used];
    const rows = all.length;
    const stride = Math.ceil(width / 4) * 4;
    const numbers = (length: number, seed: number) => rowsOf(1, length, seed).slice(0, length);
    const group: SteeredGroup = {
      group: 7,
      rank,
      width,
      axes,
      frame: numbers(axes * width, 1),
      control: numbers(axes * width, 2),
      coordinates: numbers(axes * rank, 3),
    };
    // The group fires in the first copy of the edits, in its last slot, and nowhere in the second.
    const active = new Uint32Array(rows * slots).fill(0xffffffff);
    for (let row = 0; row < used.length; row += 1) active[row * slots + slots - 1] = 7;
    const places = { source: placesParts.fixed.source, constants: { SLOTS: slots } };
    const residual = rowsOf(rows, width, 4);
    const codes = numbers(rows * slots * rank, 5);
    const stats = rowsOf(rows, 8, 6);
    const got = await runPlan(
      await testDevice(),
      steeringPlan(group, all, places, software),
      { residual, active_units: active, coefs: codes, row_stats: stats },
      'residual',
    );
    // The same with rows that have as many places as they need: one where the group fires, none elsewhere.
    const listed = used.length;
    const starts = Array.from({ length: rows + 1 }, (_, row) => Math.min(row, listed));
    const ofLast = (row: number) => {
      const last = (row * slots + slots - 1) * rank;
      return Array.from(codes.subarray(last, last + rank));
    };
    const ragged = await runPlan(
      await testDevice(),
      steeringPlan(
        group,
        all,
        {
          source: placesParts.ragged.source,
          constants: { ROW_START_OFFSET: listed, ROW_OFFSET: 0 },
        },
        software,
      ),
      {
        residual,
        active_units: Uint32Array.from([...Array<number>(listed).fill(7), ...starts]),
        coefs: Float32Array.from(used.flatMap((_, row) => ofLast(row))),
        row_stats: stats,
      },
      'residual',
    );
    expect(ragged).toEqual(got);
    const unpadded = Float64Array.from({ length: rows * width }, (_, i) =>
      at(residual, Math.floor(i / width) * stride + (i % width)),
    );
    const scales = Float64Array.from({ length: rows }, (_, row) => at(stats, row * 8));
    const inputs = { slots, active, codes: Float64Array.from(codes), scales };
    const twin = steerResidual(unpadded, group, all, inputs);
    // Magnitude of every term: coordinates by absolute codes, times the largest factor an edit has, and for `clamp`
    // the norm, whose relative error is that of its coordinates.
    for (let row = 0; row < rows; row += 1) {
      const slot = row * slots + slots - 1;
      const y = Float64Array.from({ length: axes }, (_, j) => {
        let sum = 0;
        for (let i = 0; i < rank; i += 1) {
          sum += Math.abs(at(group.coordinates, j * rank + i) * at(codes, slot * rank + i));
        }
        return sum * Math.abs(at(scales, row));
      });
      const size = Math.hypot(...y) * axes + 4;
      const amplification =
        all[row]?.edit.kind === 'clamp' ? clampConditioning(group, codes, slot) : 1;
      for (let c = 0; c < width; c += 1) {
        let terms = Math.abs(at(unpadded, row * width + c));
        for (let j = 0; j < axes; j += 1) {
          const direction = Math.max(
            Math.abs(at(group.frame, j * width + c)),
            Math.abs(at(group.control, j * width + c)),
          );
          terms += 3 * size * amplification * direction;
        }
        const bound = (rank + 3 * axes + 12) * UNIT * terms;
        const error = Math.abs(at(got, row * stride + c) - at(twin, row * width + c));
        expect(error, `row ${row} column ${c}`).toBeLessThanOrEqual(bound);
      }
      for (let c = width; c < stride; c += 1) expect(at(got, row * stride + c)).toBe(0);
    }
    expect(got.slice(0, stride)).toEqual(residual.slice(0, stride));
  });
});

/** Σ|terms| of the coordinates over their norm: how much cancellation in y weighs when y is divided by ‖y‖. */
function clampConditioning(group: SteeredGroup, codes: Float32Array, slot: number): number {
  let terms = 0;
  let squares = 0;
  for (let j = 0; j < group.axes; j += 1) {
    let sum = 0;
    for (let i = 0; i < group.rank; i += 1) {
      const term = at(group.coordinates, j * group.rank + i) * at(codes, slot * group.rank + i);
      sum += term;
      terms += Math.abs(term);
    }
    squares += sum * sum;
  }
  return Math.max(1, terms / Math.sqrt(squares));
}
