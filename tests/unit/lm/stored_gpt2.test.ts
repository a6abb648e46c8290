/**
 * stored GPT-2 models through the lab's door, from files that the test makes in the hub's formats: every
 * number lands in its place for every layout, and each kind of wrong file is refused by name.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { LabError } from '../../../src/base/lab_error';
import {
  loadLanguageModel,
  type LoadedLanguageModel,
} from '../../../src/lab/language/language_models';
import type { Matrix } from '../../../src/lm/language_model';
import {
  floatTensor,
  safetensorsOf,
  tinyConfig,
  tinyShapes,
  tinyTensors,
  tinyTokenizer,
  tinyValue,
  type TinyTensor,
} from './tiny_gpt2';

interface Given {
  readonly config?: object;
  readonly tensors?: ReadonlyMap<string, TinyTensor>;
  readonly bytes?: Uint8Array;
}

const jsonBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function load({
  config = {},
  tensors = tinyTensors(),
  bytes,
}: Given): Promise<LoadedLanguageModel> {
  const files = new Map([
    ['config.json', jsonBytes({ ...tinyConfig, ...config })],
    ['tokenizer.json', jsonBytes(tinyTokenizer())],
    ['model.safetensors', bytes ?? safetensorsOf(tensors)],
  ]);
  return loadLanguageModel('tiny', {
    shipped: () => Promise.reject(new RangeError('nothing ships here')),
    files: () =>
      Promise.resolve({
        label: 'tiny',
        names: [...files.keys()],
        read: (name: string) => Promise.resolve(files.get(name) ?? null),
      }),
  });
}

async function refusal(given: Given): Promise<string> {
  try {
    await load(given);
    return 'accepted';
  } catch (error) {
    return error instanceof LabError ? `${error.code}: ${error.message}` : String(error);
  }
}

const indexOf = new Map(tinyShapes().map(([name], index) => [name, index]));

/** What the file has at [row, column] of a matrix. */
function inFile(name: string, row: number, column: number): number {
  const index = indexOf.get(name) ?? NaN;
  const columns = tinyShapes()[index]?.[1].at(-1) ?? NaN;
  return tinyValue(index, row * columns + column);
}

function floats(matrix: Matrix): number[] {
  if (matrix.format === 'f16') {
    return Array.from(matrix.values, (bits) => {
      const sign = bits & 0x8000 ? -1 : 1;
      const exponent = (bits >> 10) & 31;
      return exponent === 0 ? 0 : sign * (1 + (bits & 1023) / 1024) * 2 ** (exponent - 15);
    });
  }
  return Array.from(matrix.values);
}

/** Every entry of a linear layer [out, in] against the Conv1D matrix [in, …] that it came from. */
function expectTurned(matrix: Matrix, name: string, firstColumn: number): void {
  const values = floats(matrix);
  for (let out = 0; out < matrix.rows; out += 1) {
    for (let input = 0; input < matrix.columns; input += 1) {
      expect(at(values, out * matrix.columns + input)).toBe(inFile(name, input, firstColumn + out));
    }
  }
}

describe('a tiny GPT-2', () => {
  for (const dtype of ['F32', 'F16', 'BF16']) {
    for (const prefix of ['', 'transformer.']) {
      it(`lands in its places from ${dtype} tensors named "${prefix}…"`, async () => {
        const { config, weights } = await load({ tensors: tinyTensors(prefix, dtype) });
        expect(config).toEqual({
          form: 'gpt2',
          width: 6,
          hidden: 24,
          layers: 2,
          heads: 3,
          kvHeads: 3,
          vocabulary: 300,
          context: 10,
          epsilon: 1e-5,
        });
        const block = at(weights.blocks, 1);
        expectTurned(block.query.weight, 'h.1.attn.c_attn.weight', 0);
        expectTurned(block.key.weight, 'h.1.attn.c_attn.weight', 6);
        expectTurned(block.value.weight, 'h.1.attn.c_attn.weight', 12);
        expectTurned(block.output.weight, 'h.1.attn.c_proj.weight', 0);
        expectTurned(block.up.weight, 'h.1.mlp.c_fc.weight', 0);
        expectTurned(block.down.weight, 'h.1.mlp.c_proj.weight', 0);
        expect(block.gate).toBeNull();
        expect(at(block.value.bias ?? [], 2)).toBe(inFile('h.1.attn.c_attn.bias', 0, 14));
        expect(at(block.mlpNorm.bias ?? [], 3)).toBe(inFile('h.1.ln_2.bias', 0, 3));
        expect(weights.tokenEmbedding.format).toBe(dtype === 'F16' ? 'f16' : 'f32');
        expect(at(floats(weights.tokenEmbedding), 299 * 6 + 5)).toBe(inFile('wte.weight', 299, 5));
        const { positionEmbedding } = weights;
        expect(positionEmbedding === null ? [] : floats(positionEmbedding)).toHaveLength(60);
      });
    }
  }

  it('may carry causal masks and its head once more', async () => {
    const tensors = tinyTensors('transformer.');
    tensors.set('transformer.h.0.attn.bias', floatTensor(7, [1, 1, 10, 10]));
    tensors.set('transformer.h.1.attn.masked_bias', floatTensor(7, []));
    tensors.set('lm_head.weight', floatTensor(0, [300, 6]));
    expect(await refusal({ tensors })).toBe('accepted');
  });

  it('may have an embedding that is padded, in the file alone or with the settings', async () => {
    const tensors = tinyTensors();
    tensors.set('wte.weight', floatTensor(0, [320, 6]));
    const cut = await load({ tensors });
    expect(cut.weights.tokenEmbedding).toMatchObject({ rows: 300, columns: 6 });
    expect(cut.weights.tokenEmbedding.values).toHaveLength(1800);
    const kept = await load({ tensors, config: { vocab_size: 320 } });
    expect(kept.weights.tokenEmbedding.rows).toBe(320);
    expect(kept.tokenizer.vocabulary).toBe(320);
  });

  it('takes the defaults of transformers for settings that are not there', async () => {
    const { config } = await load({ config: { n_inner: null, layer_norm_epsilon: undefined } });
    expect(config).toMatchObject({ hidden: 24, epsilon: 1e-5 });
  });
});

describe('a config.json that is not of a GPT-2 that the lab runs', () => {
  const cases: [config: object, sentence: string][] = [
    [{ n_head: 4 }, 'n_head is 4; it must divide n_embd (6)'],
    [{ n_embd: undefined }, 'n_embd is missing; it must be a whole number from 1 to 65536'],
    [
      { activation_function: 'relu' },
      'activation_function is "relu"; it must be one of "gelu_new", "gelu_pytorch_tanh"',
    ],
    [
      { scale_attn_by_inverse_layer_idx: true },
      'scale_attn_by_inverse_layer_idx is true; it must be false',
    ],
    [{ tie_word_embeddings: false }, 'tie_word_embeddings is false; it must be true'],
  ];
  for (const [config, sentence] of cases) {
    it(`is refused: ${sentence}`, async () => {
      expect(await refusal({ config })).toBe(
        `bad_file: tiny/config.json does not describe a GPT-2 model that the lab can run: ${sentence}.`,
      );
    });
  }

  it('is refused for another architecture, by its name', async () => {
    expect(await refusal({ config: { model_type: 'bert' } })).toBe(
      'bad_file: tiny/config.json is of a model of type "bert"; the lab runs "gpt2" and its own "llama2.c".',
    );
  });
});

describe('a model.safetensors that is not what it should be', () => {
  const changed = (change: (tensors: Map<string, TinyTensor>) => unknown) => {
    const tensors = tinyTensors();
    change(tensors);
    return refusal({ tensors });
  };

  it('is refused when a tensor is missing', async () => {
    expect(await changed((tensors) => tensors.delete('h.1.mlp.c_fc.weight'))).toBe(
      'bad_file: tiny/model.safetensors has no tensor "h.1.mlp.c_fc.weight" of shape [6, 24].',
    );
    expect(await changed((tensors) => tensors.delete('wte.weight'))).toBe(
      'bad_file: tiny/model.safetensors has no tensor "wte.weight" of shape [300, 6].',
    );
  });

  it('is refused when a tensor is left over', async () => {
    expect(await changed((tensors) => tensors.set('h.2.ln_1.weight', floatTensor(1, [6])))).toBe(
      'bad_file: tiny/model.safetensors has tensors that this model has no place for: "h.2.ln_1.weight" [6].',
    );
  });

  it('is refused when a tensor is transposed or of another size', async () => {
    const name = 'h.0.mlp.c_fc.weight';
    expect(await changed((tensors) => tensors.set(name, floatTensor(1, [24, 6])))).toBe(
      `bad_file: tiny/model.safetensors has tensor "${name}" of shape [24, 6] where [6, 24] is needed: it is transposed.`,
    );
    expect(await changed((tensors) => tensors.set('wte.weight', floatTensor(1, [299, 6])))).toBe(
      'bad_file: tiny/model.safetensors has tensor "wte.weight" of shape [299, 6] where [300, 6] is needed.',
    );
  });

  it('is refused when it is cut off, naming the tensor', async () => {
    const whole = safetensorsOf(tinyTensors());
    expect(await refusal({ bytes: whole.subarray(0, whole.length - 10) })).toMatch(
      /^bad_file: tiny\/model\.safetensors is cut off: tensor "ln_f\.bias" ends at byte \d+/,
    );
  });

  it.each([
    ['F32', Float32Array.of(NaN), Float32Array.of(-Infinity)],
    ['F16', Uint16Array.of(0x7e00), Uint16Array.of(0xfc00)],
    ['BF16', Uint16Array.of(0x7fc0), Uint16Array.of(0xff80)],
  ])('is refused when a weight of %s is NaN or infinite', async (dtype, nan, infinity) => {
    const spoil = (name: string, shape: number[], places: readonly number[]) => {
      const tensors = tinyTensors('', dtype);
      const tensor = floatTensor(0, shape, dtype);
      places.forEach((place, i) => {
        const bits = i === 0 ? nan : infinity;
        tensor.bytes.set(new Uint8Array(bits.buffer), place * bits.byteLength);
      });
      return refusal({ tensors: tensors.set(name, tensor) });
    };
    expect(await spoil('h.1.mlp.c_fc.weight', [6, 24], [3 * 24 + 5, 4 * 24])).toBe(
      'bad_data: tiny/model.safetensors: tensor "h.1.mlp.c_fc.weight" holds 1 NaN and 1 infinite values; the first is in row 3, column 5 (counted from 0).',
    );
    expect(await spoil('ln_f.bias', [6], [2])).toBe(
      'bad_data: tiny/model.safetensors: tensor "ln_f.bias" holds 1 NaN and 0 infinite values; the first is at position 2 (counted from 0).',
    );
  });

  it('is refused when a tensor is of integers', async () => {
    const integers = { dtype: 'I8', shape: [6, 24], bytes: new Uint8Array(144) };
    expect(await changed((tensors) => tensors.set('h.0.mlp.c_fc.weight', integers))).toMatch(
      'has tensor "h.0.mlp.c_fc.weight" of dtype I8; F32, F16 and BF16 can be read',
    );
  });

  it('is refused when its head is not the embedding', async () => {
    expect(
      await changed((tensors) => tensors.set('lm_head.weight', floatTensor(1, [300, 6]))),
    ).toBe(
      'bad_file: tiny/model.safetensors has tensor "lm_head.weight" that differs from "wte.weight", first in row 0; the lab runs models whose head is the token embedding.',
    );
    expect(
      await changed((tensors) => tensors.set('lm_head.weight', floatTensor(0, [6, 300]))),
    ).toMatch('has tensor "lm_head.weight" of F32 [6, 300] where "wte.weight" is of F32 [300, 6]');
  });
});
