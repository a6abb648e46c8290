/**
 * The same transformer in float64 on the CPU, written from the formulas and not from the kernels: no padding,
 * no packing, no fusing. Tests hold the GPU against it; it is far too slow for anything else.
 * Source: Radford et al. 2019 (GPT-2), Touvron et al. 2023 (Llama), Su et al. 2021 (rotary positions).
 */
import { addAt, at, largest } from '../base/array';
import type {
  BlockWeights,
  Linear,
  Norm,
  TransformerConfig,
  TransformerWeights,
} from './language_model';
import { entryOf } from './pack_matrix';

export interface TwinForward {
  /** Residual stream [rows, d] entering block L, for L = 0 … layers (the last: after the last block). */
  readonly residuals: readonly Float64Array[];
  /** [rows, V] */
  readonly logits: Float64Array;
}

/** Runs tokens [sequences, positions] through the model. */
export function twinForward(
  config: TransformerConfig,
  weights: TransformerWeights,
  tokens: Uint32Array,
  positions: number,
): TwinForward {
  let x = embed(config, weights, tokens, positions);
  const residuals = [x];
  for (const block of weights.blocks) {
    x = twinBlock(config, block, x, positions);
    residuals.push(x);
  }
  return { residuals, logits: twinLogits(config, weights, x) };
}

/** Residual stream [rows, d] entering a block → leaving it. */
function twinBlock(
  config: TransformerConfig,
  block: BlockWeights,
  x: Float64Array,
  positions: number,
): Float64Array {
  const normed = normRows(config, block.attentionNorm, x);
  const heads = [block.query, block.key].map((layer) => {
    const y = linear(layer, normed);
    return config.form === 'llama' ? rotate(config, y, layer.weight.rows, positions) : y;
  });
  const value = linear(block.value, normed);
  const attended = attention(config, at(heads, 0), at(heads, 1), value, positions);
  const middle = add(x, linear(block.output, attended));
  const mlpInput = normRows(config, block.mlpNorm, middle);
  const up = linear(block.up, mlpInput);
  const gate = block.gate === null ? null : linear(block.gate, mlpInput);
  const hidden = up.map((y, i) => (gate === null ? geluNew(y) : silu(at(gate, i)) * y));
  return add(middle, linear(block.down, hidden));
}

/** Residual stream [rows, d] after the last block → logits [rows, V]. */
function twinLogits(
  config: TransformerConfig,
  weights: TransformerWeights,
  x: Float64Array,
): Float64Array {
  return linear(
    { weight: weights.tokenEmbedding, bias: null },
    normRows(config, weights.finalNorm, x),
  );
}

function embed(
  { width }: TransformerConfig,
  { tokenEmbedding, positionEmbedding }: TransformerWeights,
  tokens: Uint32Array,
  positions: number,
): Float64Array {
  return Float64Array.from({ length: tokens.length * width }, (_, i) => {
    const row = Math.floor(i / width);
    const token = entryOf(tokenEmbedding, at(tokens, row), i % width);
    if (positionEmbedding === null) return token;
    return token + entryOf(positionEmbedding, row % positions, i % width);
  });
}

function normRows(
  { form, width, epsilon }: TransformerConfig,
  { gain, bias }: Norm,
  x: Float64Array,
): Float64Array {
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    const row = x.subarray(start, start + width);
    const mean = form === 'gpt2' ? row.reduce((sum, value) => sum + value, 0) / width : 0;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    const deviation = Math.sqrt(variance + epsilon);
    row.forEach((value, i) => {
      y[start + i] = ((value - mean) / deviation) * at(gain, i) + (bias === null ? 0 : at(bias, i));
    });
  }
  return y;
}

/** y = W x + b for every row. */
function linear({ weight, bias }: Linear, x: Float64Array): Float64Array {
  const { rows: outputs, columns } = weight;
  const rows = x.length / columns;
  const y = new Float64Array(rows * outputs);
  for (let output = 0; output < outputs; output += 1) {
    const w = Float64Array.from({ length: columns }, (_, i) => entryOf(weight, output, i));
    for (let row = 0; row < rows; row += 1) {
      let sum = bias === null ? 0 : at(bias, output);
      for (let i = 0; i < columns; i += 1) sum += at(w, i) * at(x, row * columns + i);
      y[row * outputs + output] = sum;
    }
  }
  return y;
}

/** Turns adjacent pairs of every head of y [rows, heads · head width] by its position. */
function rotate(
  { width, heads }: TransformerConfig,
  y: Float64Array,
  columns: number,
  positions: number,
): Float64Array {
  const head = width / heads;
  const turned = new Float64Array(y.length);
  for (let i = 0; i < y.length; i += 2) {
    const position = Math.floor(i / columns) % positions;
    const angle = position * 10_000 ** (-((i % columns) % head) / head);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    turned[i] = at(y, i) * cos - at(y, i + 1) * sin;
    turned[i + 1] = at(y, i) * sin + at(y, i + 1) * cos;
  }
  return turned;
}

/** Causal attention: q [rows, heads · head], k and v [rows, kv heads · head] → [rows, heads · head]. */
function attention(
  { width, heads, kvHeads }: TransformerConfig,
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  positions: number,
): Float64Array {
  const head = width / heads;
  const stride = kvHeads * head;
  const out = new Float64Array(q.length);
  for (let row = 0; row < q.length / width; row += 1) {
    const position = row % positions;
    const first = row - position;
    for (let h = 0; h < heads; h += 1) {
      const query = row * width + h * head;
      const shared = Math.floor((h * kvHeads) / heads) * head;
      const scores = Array.from({ length: position + 1 }, (_, s) => {
        let dot = 0;
        for (let i = 0; i < head; i += 1) {
          dot += at(q, query + i) * at(k, (first + s) * stride + shared + i);
        }
        return dot / Math.sqrt(head);
      });
      const peak = largest(scores);
      const parts = scores.map((score) => Math.exp(score - peak));
      const total = parts.reduce((sum, part) => sum + part, 0);
      parts.forEach((part, s) => {
        for (let i = 0; i < head; i += 1) {
          addAt(out, query + i, (part / total) * at(v, (first + s) * stride + shared + i));
        }
      });
    }
  }
  return out;
}

function add(x: Float64Array, y: Float64Array): Float64Array {
  return x.map((value, i) => value + at(y, i));
}

function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

/** GELU as GPT-2 has it, with tanh (Hendrycks & Gimpel 2016). */
function geluNew(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
