/**
 * Proof, before anything is timed, that two implementations do the same work. Adam's first step moves a
 * weight by lr times little more than the sign of its gradient, so weights are compared where the
 * gradient is larger than float32 rounding, and the gradients themselves (the first moments) everywhere.
 */
import { at } from '../src/base/array';
import { lastLoss, type GpuStep } from './gpu_step';
import type { LossStepper } from './jax_step';

export interface StepAgreement {
  /**
   * Rows that switched on other groups. Two scores that differ by less than rounding may change places;
   * what these rows touch is left out of the comparison.
   */
  readonly differingRows: number;
  readonly rows: number;
  /** Largest difference of any gradient, as a share of the largest gradient. */
  readonly gradient: number;
  /** What rounding may make of it: the number of terms in the longest chain of sums, times 2⁻²⁴. */
  readonly tolerance: number;
  /** Largest difference of any weight whose gradient is above the tolerance. */
  readonly weight: number;
  /** Share of weights whose gradient is above the tolerance or exactly zero in both. */
  readonly compared: number;
}

/** Takes the first step of both and compares what it did to the encoder and the decoder. */
export async function compareFirstStep(a: GpuStep, b: GpuStep): Promise<StepAgreement> {
  await a.run(1);
  await b.run(1);
  const { layout } = a.step;
  // Pre-activation (d terms), decode (s·r), code gradient (d), sum over the batch (B).
  const terms = 2 * layout.width + layout.main.slots * layout.rank + layout.batch;
  const tolerance = terms * 2 ** -24;
  const { differingRows, touched } = compareGates(
    new Uint32Array(await a.read('fired')),
    new Uint32Array(await b.read('fired')),
    layout,
  );
  let gradient = 0;
  let weight = 0;
  let compared = 0;
  let total = 0;
  for (const matrix of ['encoder', 'decoder']) {
    const moments = await both(a, b, `${matrix}_moment1`);
    const weights = await both(a, b, matrix);
    const largest = moments.a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const block = layout.rank * layout.d4 * 4;
    moments.a.forEach((momentA, i) => {
      if (at(touched, Math.floor(i / block)) === 1) return;
      const momentB = at(moments.b, i);
      gradient = Math.max(gradient, Math.abs(momentA - momentB) / largest);
      total += 1;
      const still = momentA === 0 && momentB === 0;
      if (!still && Math.abs(momentA) <= tolerance * largest) return;
      compared += 1;
      weight = Math.max(weight, Math.abs(at(weights.a, i) - at(weights.b, i)));
    });
  }
  return {
    differingRows,
    rows: layout.batch,
    gradient,
    tolerance,
    weight,
    compared: compared / total,
  };
}

/** Rows that differ between two gates' bits [K, words], and the groups that fired on one of them. */
function compareGates(
  a: Uint32Array,
  b: Uint32Array,
  { groups, words }: GpuStep['step']['layout'],
): { differingRows: number; touched: Uint8Array } {
  const differing = new Uint32Array(words);
  for (let i = 0; i < groups * words; i += 1) {
    differing[i % words] = at(differing, i % words) | (at(a, i) ^ at(b, i));
  }
  const touched = new Uint8Array(groups);
  for (let i = 0; i < groups * words; i += 1) {
    const here = (at(a, i) | at(b, i)) & at(differing, i % words);
    if (here !== 0) touched[Math.floor(i / words)] = 1;
  }
  return {
    differingRows: differing.reduce((sum, word) => sum + bitsOf(word), 0),
    touched,
  };
}

function bitsOf(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count += 1;
  return count;
}

async function both(
  a: GpuStep,
  b: GpuStep,
  name: string,
): Promise<{ a: Float32Array; b: Float32Array }> {
  return { a: new Float32Array(await a.read(name)), b: new Float32Array(await b.read(name)) };
}

/** Largest share of rows whose scores may be too close to call. */
const NEAR_TIES = 1e-3;

/** Whether two dense and sparse steps did the same: groups but for near ties, the rest to rounding. */
export function agrees(found: StepAgreement): boolean {
  // A weight is at most about 1 in size here, so its own rounding is at most 2⁻²⁴, once on each side.
  return (
    found.differingRows <= NEAR_TIES * found.rows &&
    found.gradient <= found.tolerance &&
    found.weight <= 2 ** -23
  );
}

export interface LossAgreement {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** Largest relative difference. */
  readonly difference: number;
}

/** Losses before each of the first `steps` steps; from the second on they see the gradients too. */
export async function compareLosses(
  ours: GpuStep,
  theirs: LossStepper,
  steps: number,
): Promise<LossAgreement> {
  const losses: { ours: number; theirs: number }[] = [];
  for (let i = 0; i < steps; i += 1) {
    await ours.run(1);
    await theirs.run(1);
    losses.push({ ours: await lastLoss(ours), theirs: await theirs.lastLoss() });
  }
  return {
    ours: losses.map((pair) => pair.ours),
    theirs: losses.map((pair) => pair.theirs),
    difference: Math.max(...losses.map((pair) => Math.abs(pair.theirs / pair.ours - 1))),
  };
}
