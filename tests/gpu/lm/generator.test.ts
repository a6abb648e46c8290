/**
 * Generation with a key-value cache against whole passes: every token that a generator chose must be the best
 * of what a whole pass over the finished sequence gives at the position before it.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { readBuffer } from '../../../src/gpu/readback';
import type {
  GenerateOptions,
  LanguageModel,
  ResidualEdit,
  TransformerConfig,
} from '../../../src/lm/language_model';
import { sampleValues } from '../../../src/lm/sampling';
import { createLanguageModel } from '../../../src/lm/transformer';
import { randomTokens, randomTransformer } from '../../unit/lm/random_transformer';
import { testDevice } from '../adapter';
import { forwardCases } from './forward_cases';

const LENGTH = 17;

/** float32 sums of a tiny model stay this close in any order; see forward.test.ts. */
const CLOSE = 1e-4;

/** Prompts of 1, 2, 3 … tokens. */
function prompts(sequences: number, config: TransformerConfig): Uint32Array[] {
  return Array.from({ length: sequences }, (_, i) => randomTokens(i + 1, config.vocabulary, i));
}

/** Logits [sequences, LENGTH, V] of whole passes, with an edit in front of its block. */
async function logitsOf(
  model: LanguageModel,
  sequences: readonly Uint32Array[],
  edit?: ResidualEdit,
): Promise<Float32Array> {
  const device = await testDevice();
  const shape = { sequences: sequences.length, positions: LENGTH };
  const until = edit?.layer ?? 0;
  const first = await model.forward({ ...shape, from: 0, until });
  const rest = await model.forward({ ...shape, from: until, until: 'logits', continues: first });
  const edited = await edit?.prepare(device, first.residual, sequences.length * LENGTH);
  first.setTokens(Uint32Array.from(sequences.flatMap((tokens) => [...tokens])));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  first.record(pass);
  edited?.record(pass);
  rest.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  if (rest.logits === null) throw new Error('no logits');
  const logits = new Float32Array(await readBuffer(device, rest.logits));
  edited?.destroy();
  rest.destroy();
  first.destroy();
  return logits;
}

/** Every chosen token has the best value, up to rounding; prompts are untouched. */
function expectBest(
  sequences: readonly Uint32Array[],
  logits: Float32Array,
  vocabulary: number,
  options: GenerateOptions,
): void {
  sequences.forEach((tokens, sequence) => {
    const prompt = at(options.prompts, sequence);
    expect(tokens.slice(0, prompt.length)).toEqual(prompt);
    for (let position = prompt.length; position < LENGTH; position += 1) {
      const row = (sequence * LENGTH + position - 1) * vocabulary;
      const values = sampleValues(logits.subarray(row, row + vocabulary), {
        temperature: options.temperature,
        seed: options.seed,
        stream: options.streams?.[sequence] ?? sequence,
        position,
      });
      const best = Math.max(...values);
      expect(best - at(values, at(tokens, position))).toBeLessThan(CLOSE * Math.max(1, best));
    }
  });
}

/**
 * Adds a constant to every other number of the stream entering block 1, in sequences of `positions` rows but not
 * at their first: a generator leaves position 0 alone.
 */
function shift(positions: number): ResidualEdit {
  return {
    layer: 1,
    prepare: async (device, residual, rows) => {
      const skipped = positions === 1 ? 'false' : `row % ${positions}u == 0u`;
      const width = residual.size / 4 / rows;
      const module = device.createShaderModule({
        code: `
          @group(0) @binding(0) var<storage, read_write> residual: array<f32>;
          @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let row = id.x / ${width}u;
            if (row >= ${rows}u || id.x % 2u == 0u || ${skipped}) { return; }
            residual[id.x] += 0.7;
          }`,
      });
      const pipeline = await device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module },
      });
      const group = device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [{ binding: 0, resource: { buffer: residual } }],
      });
      return {
        record: (pass) => {
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(Math.ceil((rows * width) / 64));
        },
        destroy: () => undefined,
      };
    },
  };
}

it.each([
  { ...at(forwardCases, 1), sequences: 5, family: 'quads' },
  { ...at(forwardCases, 0), sequences: 1, family: 'tiled' },
  { ...at(forwardCases, 3), sequences: 3, family: 'direct' },
] as const)(
  '$family kernels choose the best token at every position: $name',
  async ({ config, sequences, family }) => {
    const device = await testDevice();
    const { weights } = randomTransformer(config, 'i8');
    const model = await createLanguageModel(device, config, weights, { family });
    const generator = await model.generator({ sequences, length: LENGTH });
    for (const temperature of [0, 0.8]) {
      const options = { prompts: prompts(sequences, config), temperature, seed: 7 };
      const written = await generator.generate(options);
      expectBest(written, await logitsOf(model, written), config.vocabulary, options);
    }
    generator.destroy();
    model.destroy();
  },
);

it('edits the stream of every position but the first before its block', async () => {
  const device = await testDevice();
  const { config } = at(forwardCases, 0);
  const { weights } = randomTransformer(config, 'f32');
  const model = await createLanguageModel(device, config, weights);
  const options = { prompts: prompts(3, config), temperature: 0, seed: 0 };
  const generator = await model.generator({ sequences: 3, length: LENGTH, edit: shift(1) });
  const written = await generator.generate(options);
  expectBest(written, await logitsOf(model, written, shift(LENGTH)), config.vocabulary, options);
  const plain = await model.generator({ sequences: 3, length: LENGTH });
  expect(await plain.generate(options)).not.toEqual(written);
  generator.destroy();
  plain.destroy();
  model.destroy();
});

describe('a generator', () => {
  const { config } = at(forwardCases, 0);
  const { weights } = randomTransformer(config, 'f32');
  const same = Uint32Array.of(1, 2);
  const sampled = { prompts: [same, same, same], temperature: 1, seed: 3 };

  it('draws equal noise in equal streams, other noise in others, the same again', async () => {
    const model = await createLanguageModel(await testDevice(), config, weights);
    const generator = await model.generator({ sequences: 3, length: LENGTH });
    const streams = Uint32Array.of(9, 4, 9);
    const [a, b, c] = await generator.generate({ ...sampled, streams });
    expect(c).toEqual(a);
    expect(b).not.toEqual(a);
    expect(await generator.generate({ ...sampled, streams })).toEqual([a, b, c]);
    const [other] = await generator.generate({ ...sampled, streams, seed: 4 });
    expect(other).not.toEqual(a);
    generator.destroy();
    model.destroy();
  });

  it('samples tokens as often as softmax says', async () => {
    const model = await createLanguageModel(await testDevice(), config, weights);
    const sequences = 2048;
    const generator = await model.generator({ sequences, length: 2 });
    const prompt = Uint32Array.of(5);
    const options = {
      prompts: Array<Uint32Array>(sequences).fill(prompt),
      temperature: 1,
      seed: 1,
    };
    const written = await generator.generate(options);
    const forward = await logitsOf(model, [new Uint32Array(LENGTH).fill(5)]);
    const logits = forward.slice(0, config.vocabulary);
    const peak = Math.max(...logits);
    const total = logits.reduce((sum, value) => sum + Math.exp(value - peak), 0);
    // Pearson's statistic over 33 tokens: 32 degrees of freedom, exceeded by 70 in one of 8000 draws.
    const statistic = logits.reduce((sum, value, token) => {
      const expected = (sequences * Math.exp(value - peak)) / total;
      const found = written.filter((tokens) => tokens[1] === token).length;
      return sum + (found - expected) ** 2 / expected;
    }, 0);
    expect(statistic).toBeLessThan(70);
    generator.destroy();
    model.destroy();
  });

  it('stops when told to, and says how far it is', async () => {
    const model = await createLanguageModel(await testDevice(), config, weights);
    const generator = await model.generator({ sequences: 3, length: LENGTH });
    const seen: number[] = [];
    const written = await generator.generate({
      ...sampled,
      onProgress: (positions) => {
        seen.push(positions);
        return positions >= 3;
      },
    });
    expect(written.map(({ length }) => length)).toEqual(Array(3).fill(seen.at(-1)));
    expect(seen.at(-1)).toBeLessThan(LENGTH);
    generator.destroy();
    model.destroy();
  });

  it('refuses prompts that do not fit and sequences beyond the context', async () => {
    const model = await createLanguageModel(await testDevice(), config, weights);
    const generator = await model.generator({ sequences: 1, length: 3 });
    await expect(
      generator.generate({ prompts: [new Uint32Array(4)], temperature: 0, seed: 0 }),
    ).rejects.toMatchObject({ code: 'bad_config' });
    await expect(
      model.generator({ sequences: 1, length: config.context + 1 }),
    ).rejects.toMatchObject({ code: 'bad_config' });
    generator.destroy();
    model.destroy();
  });
});
