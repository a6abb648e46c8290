/**
 * Float64 twins of the kernels of a language model in the kernels' own padded layout, each with a bound on
 * what float32 may differ, derived from the data of the pass at hand. Tests run one pass on the GPU and its
 * twin on what the GPU had before it, so errors never pile up.
 *
 * u = 2⁻²⁴. A sum of n products errs by at most γ_n Σ|terms|, γ_n = n u / (1 − n u), in any order (Higham,
 * "Accuracy and Stability of Numerical Algorithms", section 3.1). WGSL's accuracy table adds: a division
 * 2.5 ulp, an inverse square root 2 ulp, exp(x) 3 + 2|x| ulp; an ulp is at most 2u of the value.
 */
import { at } from '../../../src/base/array';
import type { Pass } from '../../../src/gpu/plan';
import { Action } from '../../../src/lm/linear_passes';
import { halfToNumber } from '../../../src/lm/pack_matrix';

const UNIT = 2 ** -24;
const ULP = 2 * UNIT;
/** Below the smallest normal number float32 may flush to zero. */
const UNDERFLOW = 2 ** -120;

const gamma = (roundings: number): number => (roundings * UNIT) / (1 - roundings * UNIT);
/** Relative error of exp(x), the rounding of x aside. */
const expError = (x: number): number => (3 + 2 * Math.abs(x)) * ULP;

export interface TwinValue {
  readonly value: number;
  readonly bound: number;
}

/** Elements of one output binding that the pass writes, by index. */
export type TwinOutput = Map<number, TwinValue>;

export class PassContents {
  constructor(
    readonly pass: Pass,
    readonly position: number,
    private readonly buffers: ReadonlyMap<string, ArrayBuffer>,
  ) {}

  c(name: string): number {
    return this.pass.constants[name] ?? NaN;
  }

  floats(binding: string): Float32Array {
    return new Float32Array(this.buffer(binding));
  }

  words(binding: string): Uint32Array {
    return new Uint32Array(this.buffer(binding));
  }

  /** Entries of `weights` [rows, 16·C] before the factors of their rows. */
  weights(): Float32Array {
    const buffer = this.buffer('weights');
    if (this.c('FORMAT') === 0) return new Float32Array(buffer);
    if (this.c('FORMAT') === 1) return Float32Array.from(new Uint16Array(buffer), halfToNumber);
    return Float32Array.from(new Int8Array(buffer));
  }

  private buffer(binding: string): ArrayBuffer {
    const found = this.buffers.get(this.pass.bindings[binding] ?? '');
    if (found === undefined) throw new Error(`no contents for ${binding}`);
    return found;
  }
}

/** What the pass writes: output binding → elements. */
export function passTwin(contents: PassContents): [string, TwinOutput] {
  const { name } = contents.pass.kernel;
  if (name === 'embed_tokens') return ['residual', embedTwin(contents)];
  if (name === 'norm_residual') return ['normed', normTwin(contents)];
  if (name.startsWith('project_heads')) return ['heads', headsTwin(contents)];
  if (name.startsWith('project')) return ['out', projectTwin(contents)];
  if (name.startsWith('unembed')) return ['out', logitsTwin(contents)];
  if (name.startsWith('attention')) return ['attended', attentionTwin(contents)];
  throw new Error(`no twin for ${name}`);
}

function embedTwin(p: PassContents): TwinOutput {
  const [m, d4, chunks] = [p.c('M'), p.c('D4'), p.c('C')];
  const [weights, terms, tokens, table] = [
    p.weights(),
    p.floats('terms'),
    p.words('tokens'),
    p.floats('positions'),
  ];
  const out: TwinOutput = new Map();
  for (let row = 0; row < m; row += 1) {
    const position = p.position + (row % p.c('POSITIONS'));
    const sequence = Math.floor(row / p.c('POSITIONS'));
    const token = at(tokens, sequence * p.c('CAPACITY') + position);
    for (let i = 0; i < 4 * d4; i += 1) {
      const learned = p.c('LEARNED') === 1 ? at(table, position * 4 * d4 + i) : 0;
      const entry = at(weights, token * 16 * chunks + i) * at(terms, token);
      const bound = gamma(2) * (Math.abs(entry) + Math.abs(learned)) + UNDERFLOW;
      out.set(row * 4 * d4 + i, { value: entry + learned, bound });
    }
  }
  return out;
}

/**
 * The mean errs by δ = γ_{D+1} mean|x|, x − mean by δ + u|x − mean|; squares, their mean, the inverse root and
 * the products follow to first order.
 */
function normTwin(p: PassContents): TwinOutput {
  const [m, d, d4] = [p.c('M'), p.c('D'), p.c('D4')];
  const centered = p.c('CENTERED') === 1;
  const [x, norm] = [p.floats('residual'), p.floats('norm')];
  const out: TwinOutput = new Map();
  for (let row = 0; row < m; row += 1) {
    const values = Array.from(x.subarray(row * 4 * d4, row * 4 * d4 + d));
    const mean = centered ? values.reduce((sum, value) => sum + value, 0) / d : 0;
    const size = values.reduce((sum, value) => sum + Math.abs(value), 0) / d;
    const delta = centered ? gamma(d + 1) * size : 0;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / d;
    const spread = values.reduce((sum, value) => sum + Math.abs(value - mean), 0) / d;
    const deviation = Math.sqrt(variance + p.c('EPSILON'));
    const varianceError = 2 * spread * delta + delta ** 2 + gamma(d + 5) * deviation ** 2;
    const relative = varianceError / (2 * deviation ** 2) + 4.5 * ULP;
    for (let i = 0; i < 4 * d4; i += 1) {
      const gain = at(norm, i);
      const bias = at(norm, 4 * d4 + i);
      const centre = at(x, row * 4 * d4 + i) - mean;
      const scaled = (centre / deviation) * gain;
      const bound =
        Math.abs(gain / deviation) * delta * (1 + relative) +
        Math.abs(scaled) * (relative + gamma(4)) +
        UNIT * Math.abs(scaled + bias) +
        UNDERFLOW;
      out.set(row * p.c('STRIDE') * 4 + i, { value: scaled + bias, bound });
    }
  }
  return out;
}

/** y = W x · factor + bias of one row and output. */
function sumOf(p: PassContents) {
  const width = 16 * p.c('C');
  const [x, weights, terms] = [p.floats('x'), p.weights(), p.floats('terms')];
  return (row: number, output: number): TwinValue => {
    let sum = 0;
    let size = 0;
    for (let i = 0; i < width; i += 1) {
      const term = at(weights, output * width + i) * at(x, row * width + i);
      sum += term;
      size += Math.abs(term);
    }
    const factor = at(terms, output);
    const bias = at(terms, p.c('N') + output);
    return {
      value: sum * factor + bias,
      bound: gamma(width + 2) * (size * Math.abs(factor) + Math.abs(bias)) + UNDERFLOW,
    };
  };
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** y σ(z) and its evaluation's relative error: exp's, weighed by its share of 1 + e^−z, a sum and a division. */
function sigmoidTimes(y: number, z: number): TwinValue {
  const value = y * sigmoid(z);
  return { value, bound: Math.abs(value) * (expError(z) + UNIT + 2.5 * ULP) + UNDERFLOW };
}

function projectTwin(p: PassContents): TwinOutput {
  const sum = sumOf(p);
  const before = p.floats('out');
  const out: TwinOutput = new Map();
  const made = p.c('ACTION') === Action.gated ? p.c('N') / 2 : p.c('N');
  for (let row = 0; row < p.c('M'); row += 1) {
    for (let i = 0; i < Math.min(p.c('COUNT'), made); i += 1) {
      const index = row * p.c('STRIDE') + i;
      out.set(index, outputOf(sum, row, i, p.c('ACTION'), at(before, index)));
    }
  }
  return out;
}

function logitsTwin(p: PassContents): TwinOutput {
  const sum = sumOf(p);
  const out: TwinOutput = new Map();
  for (let row = 0; row < p.c('M'); row += 1) {
    for (let i = 0; i < p.c('COUNT'); i += 1) out.set(row * p.c('COUNT') + i, sum(row, i));
  }
  return out;
}

function outputOf(
  sum: (row: number, output: number) => TwinValue,
  row: number,
  i: number,
  action: number,
  before: number,
): TwinValue {
  if (action === Action.gated) {
    const place = Math.floor(i / 2) * 4 + (i % 2);
    const gate = sum(row, place);
    const up = sum(row, place + 2);
    const active = sigmoidTimes(gate.value, gate.value);
    // |silu'| ≤ 1.1
    const error = active.bound + 1.1 * gate.bound;
    return {
      value: active.value * up.value,
      bound:
        error * (Math.abs(up.value) + up.bound) +
        Math.abs(active.value) * up.bound +
        UNIT * Math.abs(active.value * up.value),
    };
  }
  const y = sum(row, i);
  if (action === Action.add) {
    const value = before + y.value;
    return { value, bound: y.bound + UNIT * (Math.abs(value) + y.bound) };
  }
  const z = 2 * Math.sqrt(2 / Math.PI) * (y.value + 0.044715 * y.value ** 3);
  const active = sigmoidTimes(y.value, z);
  // z errs by γ_6 |z| (all its terms have one sign), which moves σ(z) by at most a quarter of that;
  // |gelu'| ≤ 1.13.
  const bound = active.bound + 0.25 * gamma(6) * Math.abs(z * y.value) + 1.13 * y.bound;
  return { value: active.value, bound };
}

/** Queries at their index; keys and values from 2³¹ on, so that one map holds both outputs. */
export const KEYS_VALUES_FROM = 2 ** 31;

function headsTwin(p: PassContents): TwinOutput {
  const [query, key, head] = [4 * p.c('QUERY4'), 4 * p.c('KEY4'), 4 * p.c('HD4')];
  const positions = p.c('POSITIONS');
  const sum = sumOf(p);
  const turns = p.floats('turns');
  const out: TwinOutput = new Map();
  for (let row = 0; row < p.c('M'); row += 1) {
    const position = p.position + (row % positions);
    const cell = (Math.floor(row / positions) * p.c('CAPACITY') + position) * 2 * key;
    for (let i = 0; i < query + 2 * key; i += 1) {
      const index = i < query ? row * query + i : KEYS_VALUES_FROM + cell + i - query;
      const y = sum(row, i);
      if (p.c('ROTARY') !== 1 || i >= query + key) {
        out.set(index, y);
        continue;
      }
      const other = sum(row, i % 2 === 0 ? i + 1 : i - 1);
      const pair = position * head + ((i - (i % 2)) % head);
      const [cos, sin] = [at(turns, pair), at(turns, pair + 1) * (i % 2 === 0 ? -1 : 1)];
      const size = Math.abs(y.value * cos) + Math.abs(other.value * sin);
      out.set(index, {
        value: y.value * cos + other.value * sin,
        bound:
          (Math.abs(cos) * y.bound + Math.abs(sin) * other.bound) * (1 + gamma(3)) +
          gamma(3) * size,
      });
    }
  }
  return out;
}

/**
 * A score errs by δ = γ_{h+2} SCALE Σ|q k|, h the padded head width. Its weight e^(s − peak) reaches the sum
 * through at most n + 1 exponentials (its own and the rescalings), whose arguments add up to at most the range
 * of scores: relative error ε = 2δ + Σ exp errors + a rounding each. A quotient of sums with such weights
 * errs by (2ε + γ_{n+4}) Σ p|v| / Σ p.
 */
function attentionTwin(p: PassContents): TwinOutput {
  const [hd, query4, key4] = [4 * p.c('HD4'), 4 * p.c('QUERY4'), 4 * p.c('KEY4')];
  const positions = p.pass.constants.POSITIONS ?? 1; // attention_decode has no other
  const [queries, keysValues] = [p.floats('queries'), p.floats('keys_values')];
  const out: TwinOutput = new Map();
  const rows = queries.length / query4;
  for (let row = 0; row < rows; row += 1) {
    const position = p.position + (row % positions);
    const base = Math.floor(row / positions) * p.c('CAPACITY') * 2 * key4;
    for (let head = 0; head < query4 / hd; head += 1) {
      const shared = base + Math.floor(head / p.c('GROUP')) * hd;
      let delta = 0;
      const scores = Array.from({ length: position + 1 }, (_, s) => {
        let score = 0;
        let size = 0;
        for (let i = 0; i < hd; i += 1) {
          const term =
            at(queries, row * query4 + head * hd + i) * at(keysValues, shared + s * 2 * key4 + i);
          score += term;
          size += Math.abs(term);
        }
        delta = Math.max(delta, gamma(hd + 2) * p.c('SCALE') * size);
        return score * p.c('SCALE');
      });
      const peak = Math.max(...scores);
      const range = peak - Math.min(...scores) + 2 * delta;
      const weights = scores.map((score) => Math.exp(score - peak));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const n = scores.length;
      const epsilon = 2 * delta + (n + 1) * (3 * ULP + UNIT) + 2 * range * ULP + 2 * range * UNIT;
      for (let i = 0; i < hd; i += 1) {
        let sum = 0;
        let size = 0;
        weights.forEach((weight, s) => {
          const term = weight * at(keysValues, shared + s * 2 * key4 + key4 + i);
          sum += term;
          size += Math.abs(term);
        });
        out.set(row * p.c('STRIDE') * 4 + head * hd + i, {
          value: sum / total,
          bound: ((2 * epsilon + gamma(2 * n + 8)) * size) / total + UNDERFLOW,
        });
      }
    }
  }
  return out;
}
