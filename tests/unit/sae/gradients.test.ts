/**
 * The gradients of a step are the derivatives of the loss: finite differences of the loss written as one
 * formula (direct_loss.ts) against what the twin step stores, weight by weight, for every
 * architecture, objective, auxiliary loss and normalisation. The GPU is held to the twin pass by pass
 * (tests/gpu/sae/parity.test.ts), so this is where its gradients get their meaning.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { singularValues } from '../../../src/base/singular_values';
import { dot } from '../../../src/base/linear_algebra';
import { architectureOf, modelSchema } from '../../../src/sae/config';
import { usesEncoderBias, type BranchLayout } from '../../../src/sae/layout';
import { codesPenalty, nuclearPenalty } from '../../../src/sae/penalty';
import { runTwin, type TwinBuffers } from '../../../src/sae/twin/executor';
import { fixedPlaces, NO_UNIT, type RowPlaces } from '../../../src/sae/twin/kernel_call';
import {
  directLoss,
  lossTerms,
  type ActiveUnit,
  type FrozenRow,
  type LossSettings,
  type Weights,
} from './direct_loss';
import { casesOf } from '../../support/architecture_cases';
import { randomStep, type RandomStep } from './random_step';
import { floatsOf, twinBuffers, wordsOf } from './twin_step';

describe.each(Object.entries(casesOf('gradients')))('%s', (_name, test) => {
  const step = randomStep(test);
  const buffers = twinBuffers(step);
  // A learning rate of zero leaves the weights where the gradient was taken.
  runTwin(step.plan, buffers, { ...step.uniforms, lr: 0 });
  const weights = weightsOf(step, buffers, '');
  const settings = lossSettings(step, buffers, test.lambda ?? 0);
  const rows = frozenRows(step, buffers, settings);

  it('has the loss that the formula has', () => {
    const terms = lossTerms(rows, settings, weights);
    const stats = floatsOf(buffers, 'row_stats');
    const mean = (column: number) =>
      rows.reduce((sum, _, b) => sum + at(stats, b * 8 + column), 0) / rows.length;
    expect(mean(2)).toBeCloseTo(terms.squaredError, 10);
    if (step.layout.auxiliary !== null) expect(mean(5)).toBeCloseTo(terms.auxiliary, 10);
    if (codesPenalty(step.config) !== null) expect(mean(7)).toBeCloseTo(terms.codes, 10);
  });

  it('knows the energy of the data about their mean and about zero', () => {
    const { batch, d4 } = step.layout;
    const scale = test.inputScale ?? 1;
    const [x, center] = [floatsOf(buffers, 'x'), floatsOf(buffers, 'data_mean')];
    const energy = (offset: number) =>
      x.reduce(
        (sum, value, i) => sum + (scale * (value - offset * at(center, i % (4 * d4)))) ** 2,
        0,
      );
    const stats = floatsOf(buffers, 'row_stats');
    const total = (column: number) =>
      Array.from({ length: batch }, (_, b) => at(stats, b * 8 + column)).reduce((a, b) => a + b);
    expect(total(1)).toBeCloseTo(energy(1), 8);
    expect(total(4)).toBeCloseTo(energy(0), 8);
  });

  it('switches units on, and dead ones where the auxiliary loss has some', () => {
    expect(rows.some(({ active }) => active.length > 0)).toBe(true);
    const dead = test.dead !== 'none' && step.layout.auxiliary !== null;
    expect(rows.every(({ auxiliary }) => auxiliary.length > 0)).toBe(dead);
  });

  it('cuts codes off where a long step would take them below 0', () => {
    if (test.eta === undefined) return;
    const { refinement, main, rank } = step.layout;
    const coefs = floatsOf(buffers, 'coefs');
    const codes = Array.from({ length: main.capacity * rank }, (_, i) => i);
    const cut = codes.filter(
      (i) => at(coefs, main.codes + i) === 0 && at(coefs, (refinement?.plain ?? NaN) + i) !== 0,
    );
    expect(cut.length).toBeGreaterThan(2);
    expect(cut.length).toBeLessThan(codes.length);
  });

  it('stores the derivatives of the loss', () => {
    const gradients = weightsOf(step, buffers, '_gradient');
    const tolerance = gradientTolerance(settings, weights, directLoss(rows, settings, weights));
    for (const tensor of ['encoder', 'decoder', 'encoderBias', 'decoderBias', 'eta'] as const) {
      if (tensor === 'encoderBias' && !settings.useEncoderBias) continue;
      weights[tensor].forEach((_, i) => {
        const derivative = differentiate((shift) => {
          const moved = weights[tensor].slice();
          moved[i] = at(moved, i) + shift;
          return directLoss(rows, settings, { ...weights, [tensor]: moved });
        });
        const error = Math.abs(at(gradients[tensor], i) - derivative);
        expect(error, `${tensor}[${i}], derivative ${derivative}`).toBeLessThanOrEqual(tolerance);
      });
    }
  });
});

describe.each(
  Object.entries(casesOf('gradients')).filter(
    ([, { model }]) => architectureOf(modelSchema.parse(model)).thresholds !== undefined,
  ),
)('%s', (_name, test) => {
  it('stores the straight-through gradients of its thresholds', () => {
    const step = randomStep(test);
    const buffers = twinBuffers(step);
    runTwin(step.plan, buffers, { ...step.uniforms, lr: 0 });
    const rows = frozenRows(step, buffers, lossSettings(step, buffers, 0));
    const stored = floatsOf(buffers, 'log_thresholds_gradient');
    const wanted = thresholdGradients(step, buffers, rows);
    expect(wanted.filter((gradient) => gradient !== 0).length).toBeGreaterThan(2);
    wanted.forEach((gradient, unit) => {
      expect(at(stored, unit), `threshold ${unit}`).toBeCloseTo(gradient, 10);
    });
  });
});

const STEP = 1e-3;

/** Central differences at h and 2h, extrapolated: exact for polynomials of degree 4. */
function differentiate(f: (shift: number) => number): number {
  const near = f(STEP) - f(-STEP);
  const far = f(2 * STEP) - f(-2 * STEP);
  return (8 * near - far) / (12 * STEP);
}

/**
 * The squared errors are quadratic in a single weight, so differences are exact but for rounding, a few
 * ulps of the loss over h. Norms are not polynomial: their fifth derivative is of order s/s⁵ for the
 * smallest singular value s at play (or the norm of an atom), which leaves h⁴/s⁴ of a gradient. And the
 * engine's nuclear gradient has its ridge: a share 1e-6 trace/s² of the Gram matrix, hence of the gradient
 * (see tests/gpu/sae/nuclear_bounds.ts).
 */
function gradientTolerance(settings: LossSettings, weights: Weights, loss: number): number {
  const { groups, rank, lambda } = settings;
  const d = weights.decoderBias.length;
  const rounding = (20 * Number.EPSILON * loss) / STEP;
  const strength = Math.max(lambda, 10 * settings.sparsity);
  let worst = 0;
  for (let group = 0; group < groups; group += 1) {
    const spectrum = (of: Float64Array) =>
      singularValues(of.slice(group * rank * d, (group + 1) * rank * d), rank, d);
    const [ofE, ofD] = [spectrum(weights.encoder), spectrum(weights.decoder)];
    const [smallE, smallD] = [at(ofE, rank - 1), at(ofD, rank - 1)];
    const trace = (of: Float64Array) => of.reduce((sum, value) => sum + value * value, 0);
    const ridge = 1e-6 * (trace(ofE) / smallE ** 2 + trace(ofD) / smallD ** 2);
    // Dead encoders are small, and R bends on their scale.
    const bend = (STEP / Math.min(smallE, smallD)) ** 4;
    worst = Math.max(worst, (ridge + bend) * Math.max(at(ofE, 0), at(ofD, 0), 1));
  }
  return rounding + strength * worst;
}

/** Weights (or with a suffix, what is stored beside them) without padding. */
function weightsOf(step: RandomStep, buffers: TwinBuffers, suffix: string): Weights {
  const { latents, width, biasOffset, refinement } = step.layout;
  const matrix = (name: string) => {
    const padded = floatsOf(buffers, name + suffix);
    const stride = padded.length / latents;
    return Float64Array.from({ length: latents * width }, (_, i) =>
      at(padded, Math.floor(i / width) * stride + (i % width)),
    );
  };
  const biases = floatsOf(buffers, `biases${suffix}`);
  return {
    encoder: matrix('encoder'),
    decoder: matrix('decoder'),
    encoderBias: biases.slice(0, latents),
    decoderBias: biases.slice(biasOffset, biasOffset + width),
    eta:
      refinement === null ? new Float64Array() : biases.slice(refinement.eta, refinement.eta + 1),
  };
}

function lossSettings(step: RandomStep, buffers: TwinBuffers, lambda: number): LossSettings {
  const { config, layout } = step;
  const dead = layout.auxiliary === null ? 0 : at(wordsOf(buffers, 'dead_list'), 0);
  const share =
    config.aux_loss === 'preact' ? Math.min(dead / (layout.auxiliary?.kAux ?? 1), 1) : 1;
  return {
    config,
    groups: layout.groups,
    rank: layout.rank,
    useEncoderBias: usesEncoderBias(config),
    lambda: nuclearPenalty(config) === null ? 0 : lambda,
    sparsity: step.uniforms['sparsity_strength'] ?? NaN,
    auxiliaryShare: dead === 0 ? 0 : share,
  };
}

/** Rows of the batch, normalised here, with the choices and the residuals that the step made. */
function frozenRows(step: RandomStep, buffers: TwinBuffers, { config }: LossSettings): FrozenRow[] {
  const { batch, width, main, auxiliary, refinement, d4 } = step.layout;
  // A code that the step on them cut off is of a unit that is on.
  const ofGate = { ...main, codes: refinement?.plain ?? main.codes };
  const x = floatsOf(buffers, 'x');
  const rows = floatsOf(buffers, 'rows');
  return Array.from({ length: batch }, (_, b) => {
    const raw = x.slice(b * d4 * 4, b * d4 * 4 + width);
    const mean = raw.reduce((sum, value) => sum + value, 0) / width;
    const spread = Math.sqrt(raw.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (width - 1)) + 1e-5;
    const layerNorm = config.normalize_activations === 'layer_norm';
    const inputScale = step.uniforms['input_scale'] ?? 1;
    return {
      normalized: raw.map((value) => (layerNorm ? (value - mean) / spread : inputScale * value)),
      scale: layerNorm ? spread : 1,
      active: unitsOf(buffers, ofGate, placesOf(step, buffers, b), main.columns !== null),
      auxiliary:
        auxiliary === null ? [] : unitsOf(buffers, auxiliary, fixedPlaces(b, auxiliary.slots)),
      target: rows.slice((batch + b) * d4 * 4, (batch + b) * d4 * 4 + width),
    };
  });
}

/** Where the places of a row of the main branch lie. */
function placesOf({ layout: { main } }: RandomStep, buffers: TwinBuffers, row: number): RowPlaces {
  if (!main.ragged) return fixedPlaces(row, main.slots);
  const starts = wordsOf(buffers, 'active_units').subarray(main.rowStart);
  return { first: at(starts, row), end: at(starts, row + 1) };
}

/**
 * The units of a row that have a code: those listed without one take part in the gate's gradient alone. Where columns are
 * chosen, each that has a code is a unit of its own.
 */
function unitsOf(
  buffers: TwinBuffers,
  { active, codes, rank }: BranchLayout,
  { first, end }: RowPlaces,
  byColumn = false,
): ActiveUnit[] {
  const units: ActiveUnit[] = [];
  for (let place = first; place < end; place += 1) {
    const unit = at(wordsOf(buffers, 'active_units'), active + place);
    const own = floatsOf(buffers, 'coefs').subarray(
      codes + place * rank,
      codes + (place + 1) * rank,
    );
    if (unit === NO_UNIT || own.every((code) => code === 0)) continue;
    if (!byColumn) units.push({ latent: unit * rank, rank });
    else own.forEach((code, i) => code !== 0 && units.push({ latent: unit * rank + i, rank: 1 }));
  }
  return units;
}

/**
 * Trained thresholds have no derivative: the gradient of their logarithms is held to the straight-through formulas of
 * Rajamanoharan et al., θ Σ_b t with t = dL/dθ of the part, on every unit within half a bandwidth of its threshold.
 */
function thresholdGradients(step: RandomStep, buffers: TwinBuffers, rows: readonly FrozenRow[]) {
  const { config, layout, uniforms } = step;
  const weights = weightsOf(step, buffers, '');
  const entry = architectureOf(config).thresholds?.entry(config).byThreshold;
  const term = codesPenalty(config)?.term;
  const thresholds = step.contents.get('thresholds') ?? new Float32Array();
  const bandwidth = uniforms['bandwidth'] ?? NaN;
  const strength = (uniforms['sparsity_strength'] ?? NaN) / rows.length;
  const d = layout.width;
  return Array.from({ length: layout.groups }, (_, unit) => {
    const threshold = at(thresholds, unit);
    const atom = weights.decoder.subarray(unit * d, (unit + 1) * d);
    const own = weights.encoder.subarray(unit * d, (unit + 1) * d);
    let sum = 0;
    for (const { normalized, scale, target } of rows) {
      const input = normalized.map((value, c) =>
        config.apply_b_dec_to_input ? value - at(weights.decoderBias, c) : value,
      );
      const pre = at(weights.encoderBias, unit) + dot(own, 0, input, 0, d);
      if (Math.abs(pre - threshold) >= bandwidth / 2) continue;
      const code = pre > threshold ? pre : 0;
      const byCode =
        ((-2 * scale ** 2) / rows.length) * dot(atom, 0, target, 0, d) +
        strength * (term?.byCode(code, Math.sqrt(dot(atom, 0, atom, 0, d))) ?? 0);
      sum += entry?.({ code, threshold, byCode, strength, bandwidth }) ?? NaN;
    }
    return threshold * sum;
  });
}
