/**
 * How far float32 may be from float64, derived for every kernel from the data of the pass at hand.
 *
 * A sum of n products has an error of at most γ_n Σ|terms|, γ_n = n u / (1 − n u), u = 2⁻²⁴, in any order
 * of summation (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1). Nested sums of
 * products, which most kernels are, obey the same bound with the total number of roundings on the way to
 * an element and all products expanded. Σ|terms| is then the float64 twin itself, run on inputs whose
 * signs make every term positive: `negated` names the bindings that enter with a minus. No constant is
 * fitted: a kernel that passes is as exact as float32 sums can be promised to be.
 *
 * Adam divides, and the layer norm does, so those have bounds of their own; the nuclear gradient's is in
 * nuclear_bounds.ts. Selections copy scores and list integers: their bound is 0.
 */
import { at } from '../../../src/base/array';
import type { Pass } from '../../../src/gpu/plan';
import type { UniformValues } from '../../../src/gpu/uniforms';
import type { KernelName } from '../../../src/sae/kernels';
import { partsOf } from '../../../src/sae/parts';
import { betasOf } from '../../../src/sae/twin/optimiser';
import { twinKernel } from '../../../src/sae/twin/executor';
import { KernelCall, rowPlaces, type TwinBuffer } from '../../../src/sae/twin/kernel_call';

/** Unit roundoff of float32. */
export const UNIT = 2 ** -24;
/** Below the smallest normal number float32 may flush to zero; products of a few such stay below this. */
const UNDERFLOW = 2 ** -120;

type Contents = Readonly<Record<string, TwinBuffer>>;

/** A pass with the contents of its buffers before it ran. */
export interface PassInput {
  readonly pass: Pass;
  readonly before: Contents;
  readonly uniforms: UniformValues;
}

interface SumRule {
  /** Bindings whose terms enter with a minus. */
  readonly negated?: readonly string[];
  /** Roundings on the way to an element of an output. */
  readonly roundings: (
    constant: (name: string) => number,
    output: string,
    places: number,
  ) => number;
}

const width = (constant: (name: string) => number) => 4 * constant('D4');

/** 2 ρ² / B: two products and a division, which WGSL allows 2.5 units in the last place. */
const WEIGHT = 8;

const scores: SumRule = {
  // A dot product with its bias, squared, summed over the block.
  roundings: (c) => 2 * (width(c) + 2) + c('R'),
};

const weightUpdate: SumRule = {
  // Every row of the batch once in each branch, then the penalty's sum over the block.
  roundings: (c, output) =>
    output === 'penalty' ? 2 * gradientTerms(c) + 64 * c('R') + 2 : gradientTerms(c),
};

const rules: Partial<Record<KernelName, SumRule>> = {
  center_input: {
    negated: ['biases', 'data_mean'],
    roundings: (c) => width(c) + 6,
  },
  scores_direct: scores,
  scores_quads: scores,
  scores_tiled: scores,
  scores_wide: scores,
  encode_active: { roundings: (c) => width(c) + 2 },
  decode_residual: {
    negated: ['biases', 'coefs', 'encoder'],
    roundings: (c, output, places) => {
      // Where the pass makes the codes as well, each has the roundings of a dot product with its bias.
      const made = Number.isNaN(c('TEAM')) ? 0 : width(c) + 2;
      if (output === 'coefs') return made;
      const codes = places * c('R') + made;
      return output === 'rows' ? codes + 2 : 2 * (codes + 4) + width(c) + 4 + WEIGHT;
    },
  },
  decode_refined: {
    negated: ['biases', 'coefs', 'encoder'],
    roundings: (c, output, places) => {
      // Codes, where they are made here, what they leave, its products with the encoder, and η of them.
      const made = c('MAKE') === 1 ? width(c) + 2 : 0;
      const rest = places * c('R') + made + 2;
      const codes = rest + width(c) + 4;
      if (output === 'coefs') return codes;
      return output === 'rows'
        ? codes + places * c('R') + 2
        : 2 * (codes + places * c('R') + 4) + width(c) + 4 + WEIGHT;
    },
  },
  code_gradients: { negated: ['rows'], roundings: (c) => width(c) + 4 + WEIGHT },
  // Through the codes, the reconstruction before the step, and the codes before it.
  refined_gradients: {
    negated: ['rows', 'biases'],
    roundings: (c, _, places) => 2 * width(c) + 2 * places * c('R') + 12 + WEIGHT,
  },
  decoder_norms: { roundings: (c) => width(c) / 2 + 4 },
  normalize_rows: { roundings: (c) => width(c) / 2 + 4 },
  gradient_norm: { roundings: (c) => c('COUNT') + 3 },
  // Codes are copied; a threshold makes a step towards the smallest score.
  list_codes: { roundings: (_, output) => (output === 'thresholds' ? 8 : 0) },
  update_thresholds: {
    roundings: (c, output) => (output === 'penalty' ? 2 : 1) * (c('B') + 4),
  },
  update_rows: weightUpdate,
  update_rows_serial: weightUpdate,
  update_biases: {
    // A row of e and a share each; squares and their sum when the norm is left.
    roundings: (c, output) =>
      (output === 'penalty' ? 2 : 1) * (c('B') + seconds(c) + c('BLOCKS') + 4 + WEIGHT) + 8,
  },
};

function gradientTerms(constant: (name: string) => number): number {
  return 2 * constant('B') + constant('R') + 6 + seconds(constant);
}

/** A second product for every row, of a model that takes a step on its codes. */
function seconds(constant: (name: string) => number): number {
  const none = Number.isNaN(constant('SECOND_SECTION')) && Number.isNaN(constant('GRADIENT'));
  return none ? 0 : constant('B');
}

/** Largest error that float32 may make in every element of every float output of a pass. */
export function errorBounds(
  input: PassInput,
  outputs: readonly string[],
): Map<string, Float64Array> {
  const { kernel, constants } = input.pass;
  if (kernel.name === 'adam_clipped') return clippedAdamBounds(input);
  if (kernel.name === 'choose_columns') return chosenBounds(input);
  if (kernel.name === 'exp_thresholds') return exponentialBounds(input);
  if (kernel.name.startsWith('update_') && constants['FUSED'] === 1) return updateBounds(input);
  if (kernel.name === 'center_input' && constants['LAYER_NORM'] === 1)
    return layerNormBounds(input);
  const rule = Object.entries(rules).find(([name]) => name === kernel.name)?.[1];
  const bounds = new Map<string, Float64Array>();
  if (rule === undefined) return bounds;
  const magnitudes = runTwin(
    input,
    magnitudesOf(input.pass, input.before, rule.negated ?? []),
    UNCUT,
  );
  const places = mostPlaces(input);
  for (const name of outputs) {
    const magnitude = magnitudes[name];
    if (!(magnitude instanceof Float64Array)) continue;
    const gamma = gammaOf(rule.roundings((constant) => constants[constant] ?? NaN, name, places));
    bounds.set(
      name,
      magnitude.map((value) => gamma * Math.abs(value) + UNDERFLOW),
    );
  }
  return bounds;
}

/** Most places that a row of the pass has; 0 for a pass that reads none. */
function mostPlaces({ pass, before, uniforms }: PassInput): number {
  const parts = partsOf(pass.kernel);
  if (parts.places === undefined || pass.constants['B'] === undefined) return 0;
  const rows = rowPlaces(new KernelCall(before, pass.constants, uniforms, parts));
  return rows.reduce((most, { first, end }) => Math.max(most, end - first), 0);
}

/** Codes are dot products with a bias, anywhere in their row: units that leave its list make the others move up. */
function chosenBounds({ pass, before, uniforms }: PassInput): Map<string, Float64Array> {
  const { constants } = pass;
  const size = (name: string) => constants[name] ?? NaN;
  const places = size('SLOTS') * size('R');
  const all = { COLUMNS: places };
  const magnitudes = runTwin({ pass, before, uniforms }, magnitudesOf(pass, before, []), all);
  const bounds = floats(magnitudes, 'coefs').map(() => 0);
  for (let row = 0; row < size('B'); row += 1) {
    const first = size('CODES_OFFSET') + row * places;
    const largest = floats(magnitudes, 'coefs')
      .subarray(first, first + places)
      .reduce((most, code) => Math.max(most, code), 0);
    bounds.fill(gammaOf(4 * size('D4') + 2) * largest + UNDERFLOW, first, first + places);
  }
  return new Map([['coefs', bounds]]);
}

/** WGSL lets exp(x) be wrong by 3 + 2|x| units in the last place. */
function exponentialBounds({ before }: PassInput): Map<string, Float64Array> {
  const logs = floats(before, 'log_thresholds');
  const bounds = logs.map((x) => (3 + 2 * Math.abs(x)) * 2 * UNIT * Math.exp(x) + UNDERFLOW);
  return new Map([['thresholds', bounds]]);
}

/** γ_n */
export function gammaOf(roundings: number): number {
  return (roundings * UNIT) / (1 - roundings * UNIT);
}

/** Codes whose terms are all of one sign are not cut off at 0. */
const UNCUT = { POSITIVE: 0 };

/** Contents with every float made positive, or negative where the term enters with a minus. */
function magnitudesOf(
  { kernel, constants }: Pass,
  before: Contents,
  negated: readonly string[],
): Record<string, TwinBuffer> {
  const magnitudes = Object.fromEntries(
    Object.entries(before).map(([name, values]) => [
      name,
      values instanceof Uint32Array
        ? values.slice()
        : values.map((value) => (negated.includes(name) ? -Math.abs(value) : Math.abs(value))),
    ]),
  );
  // Of a step on the codes: η multiplies a minus in the forward pass, and q enters b_dec's gradient with a plus.
  const flip = (name: string, first: number, length: number) => {
    const values = magnitudes[name]?.subarray(first, first + length);
    values?.forEach((value, i) => (values[i] = -value));
  };
  if (kernel.name === 'decode_refined') flip('biases', constants['ETA_OFFSET'] ?? NaN, 1);
  if (kernel.name === 'update_biases' && constants['GRADIENT'] !== undefined) {
    const section = 4 * (constants['D4'] ?? NaN) * (constants['B'] ?? NaN);
    flip('rows', constants['GRADIENT'] * section, section);
  }
  return magnitudes;
}

/** Runs the twin of the pass on `contents`, which it changes, with some constants replaced. */
export function runTwin(
  { pass, uniforms }: PassInput,
  contents: Record<string, TwinBuffer>,
  replaced: Readonly<Record<string, number>> = {},
): Record<string, TwinBuffer> {
  twinKernel(pass)(
    new KernelCall(contents, { ...pass.constants, ...replaced }, uniforms, partsOf(pass.kernel)),
  );
  return contents;
}

/** A copy that a twin may change. */
export function copyOf(contents: Contents): Record<string, TwinBuffer> {
  return Object.fromEntries(
    Object.entries(contents).map(([name, values]) => [name, values.slice()]),
  );
}

function floats(contents: Contents, name: string): Float64Array {
  const values = contents[name];
  if (!(values instanceof Float64Array)) throw new RangeError(`no float buffer ${name}`);
  return values;
}

/**
 * Fused updates: the gradient has the bound of a sum, and Adam carries it on. Gradients come from the
 * twin's unfused form, once on the data and once on magnitudes.
 */
function updateBounds(input: PassInput): Map<string, Float64Array> {
  const { constants, kernel } = input.pass;
  const ofBiases = kernel.name === 'update_biases';
  const rule = Object.entries(rules).find(([name]) => name === kernel.name)?.[1];
  const tensor = ofBiases ? 'biases' : 'weights';
  const roundings = (output: string) =>
    gammaOf((rule ?? weightUpdate).roundings((name) => constants[name] ?? NaN, output, 0));
  const exact = runTwin(input, copyOf(input.before), { FUSED: 0 });
  const magnitude = runTwin(input, magnitudesOf(input.pass, input.before, []), { FUSED: 0 });
  const gradient = floats(exact, 'moment1');
  const error = floats(magnitude, 'moment1').map((value) => roundings('moment1') * Math.abs(value));
  const matrix = kernel.name.startsWith('update_rows');
  const decay = !matrix ? 0 : (input.uniforms['weight_decay'] ?? NaN);
  const bounds = adamBounds(input, tensor, gradient, error, decay);
  bounds.set(
    'penalty',
    floats(magnitude, 'penalty').map((value) => roundings('penalty') * value + UNDERFLOW),
  );
  return bounds;
}

function clippedAdamBounds(input: PassInput): Map<string, Float64Array> {
  const norm = at(floats(input.before, 'penalty'), input.pass.constants['NORM_OFFSET'] ?? NaN);
  const clip = Math.min(1, (input.uniforms['max_grad_norm'] ?? NaN) / (norm + 1e-6));
  const gradient = floats(input.before, 'gradient').map((value) => clip * value);
  const error = gradient.map((value) => gammaOf(6) * Math.abs(value));
  const decay = input.pass.constants['DECAY'] === 1 ? (input.uniforms['weight_decay'] ?? NaN) : 0;
  return adamBounds(input, 'weights', gradient, error, decay);
}

/**
 * Adam's outputs for a gradient known to ±error. With a = m̂ and b = √v̂ + ε, both known to within
 * δa and δb, |a/b − a'/b'| ≤ (δa + |a/b| δb) / (b − δb); where v̂ might be 0, b' is at least ε. Five more
 * roundings make the step of it.
 */
function adamBounds(
  { pass, before, uniforms }: PassInput,
  tensor: string,
  gradient: Float64Array,
  error: Float64Array,
  decay: number,
): Map<string, Float64Array> {
  const uniform = (name: string) => uniforms[name] ?? NaN;
  const weights = floats(before, tensor);
  const [m0, v0] = [floats(before, 'moment1'), floats(before, 'moment2')];
  const call = new KernelCall(before, pass.constants, uniforms, partsOf(pass.kernel));
  const bounds = [weights, m0, v0].map(({ length }) => new Float64Array(length));
  const [forWeight, forM, forV] = bounds;
  gradient.forEach((g, i) => {
    const delta = at(error, i);
    const { beta1, beta2, correction1: c1, correction2: c2 } = betasOf(call, i);
    const m = beta1 * at(m0, i) + (1 - beta1) * g;
    const dm =
      (1 - beta1) * delta +
      gammaOf(3) * (beta1 * Math.abs(at(m0, i)) + (1 - beta1) * (Math.abs(g) + delta)) +
      UNDERFLOW;
    const v = beta2 * at(v0, i) + (1 - beta2) * g * g;
    const dv =
      (1 - beta2) * (2 * Math.abs(g) * delta + delta ** 2) +
      gammaOf(4) * (v + (1 - beta2) * delta ** 2) +
      UNDERFLOW;
    const root = Math.sqrt(c2 * v);
    const b = root + uniform('epsilon');
    const lowest = Math.sqrt(Math.max(0, c2 * (v - dv))) * (1 - gammaOf(4)) + uniform('epsilon');
    const direction = (c1 * m) / b;
    const dDirection =
      (c1 * dm + Math.abs(direction) * (b - lowest)) / lowest + gammaOf(8) * Math.abs(direction);
    const w = at(weights, i);
    const lr = uniform('lr');
    if (forM !== undefined) forM[i] = dm;
    if (forV !== undefined) forV[i] = dv;
    if (forWeight === undefined) return;
    const moved = lr * (Math.abs(direction) + dDirection + decay * Math.abs(w));
    forWeight[i] = lr * dDirection + gammaOf(4) * (moved + Math.abs(w));
  });
  return new Map([
    [tensor, forWeight ?? new Float64Array()],
    ['moment1', forM ?? new Float64Array()],
    ['moment2', forV ?? new Float64Array()],
  ]);
}

/**
 * Layer norm: μ has the error of a sum, x − μ and ρ inherit it, n = (x − μ)/ρ divides by ρ. A row of one
 * value has ρ = 1e-5, where float32 leaves nothing of x − μ; the bound says so.
 */
function layerNormBounds(input: PassInput): Map<string, Float64Array> {
  const { constants } = input.pass;
  const [B, d] = [constants['B'] ?? NaN, constants['D'] ?? NaN];
  const stride = 4 * (constants['D4'] ?? NaN);
  const [x, biases] = [floats(input.before, 'x'), floats(input.before, 'biases')];
  const exact = runTwin(input, copyOf(input.before));
  const [rows, stats] = [floats(exact, 'rows'), floats(exact, 'row_stats')];
  const forRows = new Float64Array(rows.length);
  const forStats = new Float64Array(stats.length);
  const biasOffset = constants['BIAS_OFFSET'] ?? NaN;
  const applied = constants['APPLY_B_DEC'] === 1;
  for (let b = 0; b < B; b += 1) {
    const row = x.subarray(b * stride, b * stride + d);
    const total = row.reduce((sum, value) => sum + Math.abs(value), 0);
    const meanError = gammaOf(d + 2) * (total / d);
    const rho = at(stats, b * 8);
    // ‖x − μ‖/√(d−1) moves by at most the error of its entries, and rounds as a root of a sum.
    const spread = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * UNIT;
    const offError = meanError + 2 * spread;
    const rhoError = offError * Math.sqrt(d / Math.max(d - 1, 1)) + gammaOf(d / 2 + 6) * rho;
    forStats[b * 8] = rhoError;
    for (let c = 0; c < d; c += 1) {
      const bias = applied ? at(biases, biasOffset + c) : 0;
      const n = Math.abs(at(rows, b * stride + c) + bias);
      forRows[b * stride + c] =
        (offError + n * rhoError) / (rho - rhoError) + gammaOf(5) * (n + Math.abs(bias));
    }
  }
  // The power and the energy of a row are plain sums, in either normalisation.
  const plain = { ...input.pass, constants: { ...constants, LAYER_NORM: 0 } };
  const sums = errorBounds({ ...input, pass: plain }, ['row_stats']).get('row_stats') ?? forStats;
  for (let b = 0; b < B; b += 1) {
    for (const column of [1, 4]) forStats[b * 8 + column] = at(sums, b * 8 + column);
  }
  return new Map([
    ['rows', forRows],
    ['row_stats', forStats],
  ]);
}
