/**
 * The Llama form in jax-js, from tokens to the residual stream that enters a block, or to the logits: the same
 * mathematics as src/lm in the library's own words (`np.matmul`, `nn.softmax`, `nn.silu`, `jit`), weights in
 * float32. Attention is written out because `nn.dotProductAttention` needs a newer Node. Arrays are reference-counted: passing one gives it away, `.ref` keeps it (jax-js README).
 */
import type { numpy } from '@jax-js/jax';
import { at } from '../../src/base/array';
import type {
  BlockWeights,
  Matrix,
  TransformerConfig,
  TransformerWeights,
} from '../../src/lm/language_model';
import { startJax } from '../jax_device';
import type { Repeatable } from '../measure';

type Array = numpy.Array;

// jax-js takes type aliases as trees of arrays, interfaces it does not.
type Block = {
  attentionGain: Array;
  query: Array;
  key: Array;
  value: Array;
  output: Array;
  mlpGain: Array;
  gate: Array;
  up: Array;
  down: Array;
};
type Parameters = { embedding: Array; blocks: Block[]; finalGain: Array; cos: Array; sin: Array };

export interface JaxForward extends Repeatable {
  /** Result of the last run: residual stream [rows, d], or logits [rows, V]. */
  result(): Promise<Float32Array>;
  destroy(): void;
}

/** [rows, columns] in float32, whatever the format. */
function floats(matrix: Matrix): Float32Array<ArrayBuffer> {
  if (matrix.format === 'f32') return Float32Array.from(matrix.values);
  if (matrix.format === 'f16') throw new RangeError('the benchmark has no half floats');
  const { scales, columns } = matrix;
  return Float32Array.from(matrix.values, (v, i) => v * at(scales, Math.floor(i / columns)));
}

/** Compiles the forward pass for tokens [sequences, positions]. */
export async function jaxForward(
  gpu: GPU,
  config: TransformerConfig,
  weights: TransformerWeights,
  tokens: Uint32Array,
  shape: {
    readonly sequences: number;
    readonly positions: number;
    readonly until: number | 'logits';
  },
): Promise<JaxForward> {
  const { numpy: np, nn, jit, tree, blockUntilReady } = await startJax(gpu);
  const { width, heads, kvHeads, layers, epsilon } = config;
  if (kvHeads !== heads) throw new RangeError('the benchmark has no grouped queries');
  const { sequences, positions, until } = shape;
  const headWidth = width / heads;
  const last = until === 'logits' ? layers : until;
  const tensor = (values: Float32Array<ArrayBuffer>, dimensions: number[]): Array =>
    np.array(values).reshape(dimensions);
  const matrix = (m: Matrix): Array => tensor(floats(m), [m.rows, m.columns]);
  const vector = (values: Float32Array): Array => np.array(Float32Array.from(values));

  const norm = (x: Array, gain: Array): Array => {
    const mean = np.square(x.ref).mean(-1, { keepdims: true });
    return x.div(np.sqrt(mean.add(epsilon))).mul(gain);
  };
  /** Turns adjacent pairs (2i, 2i + 1) of x [S, T, heads, headWidth] by the angles of the positions. */
  const turned = (x: Array, cos: Array, sin: Array): Array => {
    const pairs = x.reshape([sequences, positions, heads, headWidth / 2, 2]);
    const [even, odd] = [pairs.ref.slice([], [], [], [], 0), pairs.slice([], [], [], [], 1)];
    const first = even.ref.mul(cos.ref).sub(odd.ref.mul(sin.ref));
    const second = even.mul(sin).add(odd.mul(cos));
    return np.stack([first, second], -1).reshape([sequences, positions, heads, headWidth]);
  };
  const linear = (x: Array, w: Array): Array => np.matmul(x, w.transpose());

  const block = (x: Array, w: Block, cos: Array, sin: Array): Array => {
    const normed = norm(x.ref, w.attentionGain);
    const split = (y: Array) => y.reshape([sequences, positions, heads, headWidth]);
    const q = turned(split(linear(normed.ref, w.query)), cos.ref, sin.ref);
    const k = turned(split(linear(normed.ref, w.key)), cos, sin);
    const v = split(linear(normed, w.value));
    const scores = np.matmul(q.transpose([0, 2, 1, 3]), k.transpose([0, 2, 3, 1]));
    const scaled = scores.mul(1 / Math.sqrt(headWidth));
    const shares = nn.softmax(np.where(np.tri(positions).astype(np.bool), scaled, -1e30), -1);
    const attended = np
      .matmul(shares, v.transpose([0, 2, 1, 3]))
      .transpose([0, 2, 1, 3])
      .reshape([sequences * positions, width]);
    const middle = x.add(linear(attended, w.output));
    const inner = norm(middle.ref, w.mlpGain);
    const gated = nn.silu(linear(inner.ref, w.gate)).mul(linear(inner, w.up));
    return middle.add(linear(gated, w.down));
  };

  const forward = jit((p: Parameters, ids: Array): Array => {
    let x = np.take(p.embedding.ref, ids, 0);
    for (const w of p.blocks) x = block(x, w, p.cos.ref, p.sin.ref);
    p.cos.dispose();
    p.sin.dispose();
    if (until !== 'logits') {
      p.embedding.dispose();
      p.finalGain.dispose();
      return x;
    }
    return linear(norm(x, p.finalGain), p.embedding);
  });

  const blockOf = (w: BlockWeights): Block => {
    if (w.gate === null) throw new RangeError('the benchmark runs the Llama form');
    return {
      attentionGain: vector(w.attentionNorm.gain),
      query: matrix(w.query.weight),
      key: matrix(w.key.weight),
      value: matrix(w.value.weight),
      output: matrix(w.output.weight),
      mlpGain: vector(w.mlpNorm.gain),
      gate: matrix(w.gate.weight),
      up: matrix(w.up.weight),
      down: matrix(w.down.weight),
    };
  };
  const angles = Float32Array.from({ length: (positions * headWidth) / 2 }, (_, i) => {
    const half = headWidth / 2;
    return Math.floor(i / half) * 10_000 ** (-(i % half) / half);
  });
  const table = (values: Float32Array<ArrayBuffer>): Array =>
    tensor(values, [1, positions, 1, headWidth / 2]);
  const parameters: Parameters = {
    embedding: matrix(weights.tokenEmbedding),
    blocks: weights.blocks.slice(0, last).map(blockOf),
    finalGain: vector(weights.finalNorm.gain),
    cos: table(angles.map(Math.cos)),
    sin: table(angles.map(Math.sin)),
  };
  const ids = np.array(Int32Array.from(tokens));
  let made: Array | undefined;
  return {
    name: 'jax-js',
    run: async (times) => {
      for (let i = 0; i < times; i += 1) {
        made?.dispose();
        made = forward(tree.ref(parameters), ids.ref);
      }
      if (made !== undefined) await blockUntilReady(made);
    },
    result: async () => {
      if (made === undefined) throw new Error('nothing was run');
      return (await made.ref.data()) as Float32Array;
    },
    destroy: () => {
      made?.dispose();
      ids.dispose();
      tree.dispose(parameters);
    },
  };
}
