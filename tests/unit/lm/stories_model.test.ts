/**
 * The reader of models of the Llama form: the shipped stories15M through the lab's door, and what a folder
 * gets whose settings or tensors are not what they should be. Numbers are checked by the forward pass's tests.
 */
import { describe, expect, it } from 'vitest';
import {
  loadLanguageModel,
  SHIPPED_BYTES,
  STORIES,
} from '../../../src/lab/language/language_models';
import { writeSafetensors } from '../../../src/io/safetensors';
import { readStoredModel } from '../../../src/lab/language/stored_tensors';
import {
  StoredModelReader,
  type StoredModel,
  type StoredNumbers,
} from '../../../src/lm/stored_model';
import { readStoriesConfig, readStoriesWeights } from '../../../src/lm/stories_model';
import { complaint } from '../io/complaint';
import { readShippedFile } from './shipped_files';

const settings = {
  model_type: 'llama2.c',
  dim: 8,
  hidden_dim: 12,
  n_layers: 2,
  n_heads: 4,
  n_kv_heads: 2,
  vocab_size: 300,
  max_seq_len: 16,
  norm_eps: 1e-5,
};

/** The shapes of a checkpoint of these settings. */
function shapes(): Map<string, number[]> {
  const list: [string, number[]][] = [
    ['tok_embeddings.weight', [300, 8]],
    ['norm.weight', [8]],
  ];
  for (const layer of [0, 1]) {
    const block: [string, number[]][] = [
      ['attention_norm.weight', [8]],
      ['attention.wq.weight', [8, 8]],
      ['attention.wk.weight', [4, 8]],
      ['attention.wv.weight', [4, 8]],
      ['attention.wo.weight', [8, 8]],
      ['ffn_norm.weight', [8]],
      ['feed_forward.w1.weight', [12, 8]],
      ['feed_forward.w2.weight', [8, 12]],
      ['feed_forward.w3.weight', [12, 8]],
    ];
    for (const [name, shape] of block) list.push([`layers.${layer}.${name}`, shape]);
  }
  return new Map(list);
}

function checkpoint(of: ReadonlyMap<string, number[]>): StoredModel {
  const tensors = [...of].map(([name, shape], index) => {
    const count = shape.reduce((product, n) => product * n, 1);
    const values = Float32Array.from({ length: count }, (_, i) => index + i / 1000);
    const numbers = (): StoredNumbers => ({ format: 'f32', values });
    return [name, { dtype: 'F32', shape, numbers, floats: () => values }] as const;
  });
  return { label: 'tiny.safetensors', tensors: new Map(tensors) };
}

const config = readStoriesConfig(settings, 'config.json');

describe('stories15M as it ships', () => {
  it('loads with its settings, rounded matrices and tokenizer', async () => {
    const {
      info,
      config: own,
      weights,
      tokenizer,
    } = await loadLanguageModel(STORIES, {
      shipped: readShippedFile,
      files: () => Promise.reject(new RangeError('nothing else is asked for')),
    });
    expect(own).toEqual({
      form: 'llama',
      width: 288,
      hidden: 768,
      layers: 6,
      heads: 6,
      kvHeads: 6,
      vocabulary: 32000,
      context: 256,
      epsilon: 1e-5,
    });
    expect(info).toMatchObject({ id: 'stories15m', layers: 6, width: 288, vocabulary: 32000 });
    expect(info.bytes).toBe(SHIPPED_BYTES);
    expect(weights.blocks).toHaveLength(6);
    const { tokenEmbedding } = weights;
    if (tokenEmbedding.format !== 'i8') throw new Error('the embedding is not in int8');
    expect(tokenEmbedding.scales).toHaveLength(32000);
    // A scale is the row's largest value over 127, so each row reaches 127.
    const row = tokenEmbedding.values.subarray(9038 * 288, 9039 * 288);
    expect(Math.max(...row.map(Math.abs))).toBe(127);
    expect(tokenizer.vocabulary).toBe(32000);
  });
});

describe('a folder of the Llama form', () => {
  it('gives every tensor its place', () => {
    const names = [...shapes().keys()];
    const weights = readStoriesWeights(config, checkpoint(shapes()));
    const first = (matrix: { values: ArrayLike<number> }) => matrix.values[0];
    const block = weights.blocks[1];
    expect(first(weights.tokenEmbedding)).toBe(names.indexOf('tok_embeddings.weight'));
    expect(
      block === undefined
        ? []
        : [block.gate, block.up, block.down, block.key].map((linear) =>
            linear === null ? null : first(linear.weight),
          ),
    ).toEqual(
      ['feed_forward.w1', 'feed_forward.w3', 'feed_forward.w2', 'attention.wk'].map((name) =>
        names.indexOf(`layers.1.${name}.weight`),
      ),
    );
    expect(block?.key.weight).toMatchObject({ rows: 4, columns: 8, format: 'f32' });
  });

  it('refuses settings by name', () => {
    const refusal = (change: object) =>
      complaint(() => readStoriesConfig({ ...settings, ...change }, 'config.json'));
    expect(refusal({ dim: 0 })).toBe(
      'bad_file: config.json does not describe a model of the Llama form: dim is 0; it must be a whole number from 1 to 65536.',
    );
    expect(refusal({ n_heads: 3 })).toMatch('n_heads is 3; it must divide dim (8) into even parts');
    expect(refusal({ n_kv_heads: 3 })).toMatch('n_kv_heads is 3; it must divide n_heads (4)');
    expect(refusal({ rope_theta: 1e6 })).toMatch('rope_theta is 1000000, but there is no such');
  });

  it('refuses scales of int8 rows that are not finite', () => {
    const bytes = writeSafetensors([
      { name: 'w.weight', shape: [2, 3], values: new Int8Array(6) },
      { name: 'w.scale', shape: [2], values: Float32Array.of(1, 2) },
    ]);
    bytes.set(new Uint8Array(Float32Array.of(NaN).buffer), bytes.length - 4);
    const reader = new StoredModelReader(readStoredModel(bytes, 'int8'));
    expect(complaint(() => reader.matrix('w', 2, 3))).toBe(
      'bad_data: int8: tensor "w.scale" holds 1 NaN and 0 infinite values; the first is at position 1 (counted from 0).',
    );
  });

  it('refuses tensors that are missing, left over or of another shape, by name', () => {
    const refusal = (change: (tensors: Map<string, number[]>) => unknown) => {
      const tensors = shapes();
      change(tensors);
      return complaint(() => readStoriesWeights(config, checkpoint(tensors)));
    };
    expect(refusal((tensors) => tensors.delete('layers.1.attention.wk.weight'))).toBe(
      'bad_file: tiny.safetensors has no tensor "layers.1.attention.wk.weight" of shape [4, 8].',
    );
    expect(refusal((tensors) => tensors.set('layers.0.feed_forward.w2.weight', [12, 8]))).toBe(
      'bad_file: tiny.safetensors has tensor "layers.0.feed_forward.w2.weight" of shape [12, 8] where [8, 12] is needed: it is transposed.',
    );
    expect(refusal((tensors) => tensors.set('output.weight', [300, 8]))).toBe(
      'bad_file: tiny.safetensors has tensors that this model has no place for: "output.weight" [300, 8].',
    );
  });
});
