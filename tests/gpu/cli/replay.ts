/**
 * A run as docs/run-file.md, "What is computed", describes it: written from that page alone, in float64, with
 * none of the lab's code. It covers every setting but the nuclear norms themselves (their gradients have
 * tests of their own); the penalty here is the `weight_decay` target's.
 */
import { at } from '../../../src/base/array';

type Matrix = Float64Array[];

export interface ReplayModel {
  readonly architecture: 'topk_sasa' | 'topk' | 'standard';
  /** K, r and slots; r = 1 for scalar models. */
  readonly groups: number;
  readonly rank: number;
  readonly slots: number;
  readonly normalization: 'none' | 'layer_norm' | 'expected_average_only_in';
  readonly applyDecoderBias: boolean;
  readonly encoderBias: boolean;
  readonly lambdaRelative: number;
  readonly l1: number;
  readonly auxiliary: 'residual' | 'preact' | 'none';
  readonly alpha: number;
  readonly kAux: number;
  readonly deadWindow: number;
}

export interface ReplayTraining {
  readonly batch: number;
  readonly steps: number;
  readonly lr: number;
  readonly warmUp: number;
  readonly decay: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number | null;
}

/** Weights in raw input units, an atom or encoder row a row. */
export interface ReplayWeights {
  encoder: Matrix;
  decoder: Matrix;
  encoderBias: Float64Array;
  decoderBias: Float64Array;
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * at(b, i), 0);
const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
const scaled = (matrix: Matrix, factor: number): Matrix =>
  matrix.map((row) => row.map((value) => factor * value));
function add(target: Float64Array, factor: number, source: Float64Array): void {
  source.forEach((value, i) => {
    target[i] = at(target, i) + factor * value;
  });
}

/** Indices of the `count` largest scores among the allowed ones; ties to the lowest index. */
function largest(scores: number[], count: number, allowed: (index: number) => boolean): number[] {
  return scores
    .map((score, index) => ({ score, index }))
    .filter(({ index }) => allowed(index))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count)
    .map(({ index }) => index);
}

/** The weights after the run on `rows` (taken in order) that starts from `start`. */
export function replay(
  rows: Matrix,
  model: ReplayModel,
  training: ReplayTraining,
  start: ReplayWeights,
): ReplayWeights {
  const { batch: B, steps: T } = training;
  const { rank: r, groups: K } = model;
  const width = at(rows, 0).length;
  const batchOf = (t: number): Matrix =>
    Array.from({ length: B }, (_, i) => at(rows, (t * B + i) % rows.length));

  // Statistics over whole batches of at least as many rows as there are.
  const sample = Array.from({ length: Math.ceil(rows.length / B) }, (_, t) => batchOf(t)).flat();
  const mean = new Float64Array(width);
  for (const x of sample) add(mean, 1 / sample.length, x);
  const meanOf = (value: (x: Float64Array) => number): number =>
    sample.reduce((sum, x) => sum + value(x), 0) / sample.length;
  const power = meanOf((x) => x.reduce((sum, value, i) => sum + (value - at(mean, i)) ** 2, 0));
  const c =
    model.normalization === 'expected_average_only_in' ? Math.sqrt(width) / meanOf(norm) : 1;
  const lambda = model.lambdaRelative * c ** 2 * power;

  const E = scaled(start.encoder, 1 / c);
  const D = scaled(start.decoder, c);
  const bE = start.encoderBias.slice();
  const bD = start.decoderBias.map((value) => c * value);
  const parameters = [...E, ...D, bE, bD];
  const first = parameters.map((row) => new Float64Array(row.length));
  const second = parameters.map((row) => new Float64Array(row.length));
  const lastSelected = new Float64Array(K);
  const groupOf = (latent: number): number => Math.floor(latent / r);

  for (let t = 0; t < T; t++) {
    const gradients = parameters.map((row) => new Float64Array(row.length));
    const gE = gradients.slice(0, E.length);
    const gD = gradients.slice(E.length, 2 * E.length);
    const gbE = at(gradients, 2 * E.length);
    const gbD = at(gradients, 2 * E.length + 1);
    const norms = D.map(norm);

    // Main branch of every row, then who is dead, then the auxiliary branch.
    const passed = batchOf(t).map((x) => {
      let n = x.map((value) => c * value);
      let rho = 1;
      if (model.normalization === 'layer_norm') {
        const mu = n.reduce((sum, value) => sum + value, 0) / width;
        const square = n.reduce((sum, value) => sum + (value - mu) ** 2, 0);
        rho = Math.sqrt(square / (width - 1)) + 1e-5;
        n = n.map((value) => (value - mu) / rho);
      }
      const u = n.slice();
      if (model.applyDecoderBias) add(u, -1, bD);
      const p = E.map((row, j) => dot(row, u) + (model.encoderBias ? at(bE, j) : 0));
      const scores = Array.from({ length: K }, (_, k) =>
        model.architecture === 'topk_sasa' ? Math.hypot(...p.slice(k * r, (k + 1) * r)) : at(p, k),
      );
      const positive = (k: number): boolean =>
        model.architecture === 'topk_sasa' || at(scores, k) > 0;
      const active = new Set(largest(scores, model.slots, positive));
      const e = n.slice();
      add(e, -1, bD);
      for (const [j, atom] of D.entries()) if (active.has(groupOf(j))) add(e, -at(p, j), atom);
      return { rho, u, p, e, active };
    });
    for (const { active } of passed) for (const k of active) lastSelected[k] = (t + 1) * B;
    const dead = (k: number): boolean => (t + 1) * B - at(lastSelected, k) >= model.deadWindow;
    const deadColumns = D.filter((_, j) => dead(groupOf(j))).length;

    for (const { rho, u, p, e, active } of passed) {
      const g = e.map((value) => (-2 * rho ** 2 * value) / B);
      add(gbD, 1, g);
      for (const [j, atom] of D.entries()) {
        if (!active.has(groupOf(j))) continue;
        const code = at(p, j);
        const l1 = model.l1 / B;
        const gp = dot(g, atom) + l1 * at(norms, j);
        add(at(gD, j), code, g);
        add(at(gD, j), (l1 * code) / at(norms, j), atom);
        add(at(gE, j), gp, u);
        gbE[j] = at(gbE, j) + gp;
        if (model.applyDecoderBias) add(gbD, -gp, at(E, j));
      }
      if (model.auxiliary === 'none' || deadColumns === 0) continue;
      const residual = model.auxiliary === 'residual';
      const input = residual ? e : u;
      const q = residual ? E.map((row) => dot(row, e)) : p;
      const chosen = residual
        ? largest(
            Array.from({ length: K }, (_, k) => Math.hypot(...q.slice(k * r, (k + 1) * r))),
            Math.max(1, Math.floor(model.kAux / r)),
            dead,
          ).flatMap((k) => Array.from({ length: r }, (_, i) => k * r + i))
        : largest(q, model.kAux, (j) => dead(groupOf(j)));
      const share = residual ? 1 : Math.min(deadColumns / model.kAux, 1);
      const rest = e.slice();
      for (const j of chosen) add(rest, -at(q, j), at(D, j));
      const ga = rest.map((value) => (-2 * rho ** 2 * model.alpha * share * value) / B);
      for (const j of chosen) {
        const gq = dot(ga, at(D, j));
        add(at(gD, j), at(q, j), ga);
        add(at(gE, j), gq, input);
        if (residual) continue;
        gbE[j] = at(gbE, j) + gq;
        if (model.applyDecoderBias) add(gbD, -gq, at(E, j));
      }
    }
    // R = ½ Σ (‖D‖² + ‖E‖²).
    E.forEach((row, j) => add(at(gE, j), lambda, row));
    D.forEach((row, j) => add(at(gD, j), lambda, row));
    if (!model.encoderBias) gbE.fill(0);

    const whole = Math.sqrt(gradients.reduce((sum, row) => sum + dot(row, row), 0));
    const clip =
      training.maxGradNorm === null ? 1 : Math.min(1, training.maxGradNorm / (whole + 1e-6));
    const warm = training.warmUp > 0 ? (t + 1) / training.warmUp : 1;
    const cool = training.decay > 0 ? (T - t) / training.decay : 1;
    const lr = training.lr * Math.min(1, warm, cool);
    parameters.forEach((row, index) => {
      const [m, v] = [at(first, index), at(second, index)];
      const decay = index < 2 * E.length ? training.weightDecay : 0;
      at(gradients, index).forEach((gradient, i) => {
        const g = clip * gradient;
        m[i] = 0.9 * at(m, i) + 0.1 * g;
        v[i] = 0.999 * at(v, i) + 0.001 * g * g;
        const [mHat, vHat] = [at(m, i) / (1 - 0.9 ** (t + 1)), at(v, i) / (1 - 0.999 ** (t + 1))];
        row[i] = at(row, i) - lr * (mHat / (Math.sqrt(vHat) + 1e-8) + decay * at(row, i));
      });
    });
  }
  return {
    encoder: scaled(E, c),
    decoder: scaled(D, 1 / c),
    encoderBias: bE,
    decoderBias: bD.map((value) => value / c),
  };
}
