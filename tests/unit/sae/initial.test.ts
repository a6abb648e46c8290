/**
 * What a model starts from (docs/method/training.md, Optimiser): rows on the sphere, the encoder equal to the decoder,
 * and the same numbers for the same seed on every machine.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { modelSchema, type ModelInput } from '../../../src/sae/config';
import { padRows } from '../../../src/base/padded_rows';
import type { Dictionary } from '../../../src/base/dictionary';
import { initialNorm, initialWeights, withVectors } from '../../../src/sae/initial';

const sasa: ModelInput = { architecture: 'topk_sasa', n_groups: 6, group_rank: 3, k_groups: 2 };
const topk: ModelInput = { architecture: 'topk', d_sae: 10, k: 2 };
const WIDTH = 7;
const mean = Float32Array.from({ length: WIDTH }, (_, i) => i / 3);

function start(model: ModelInput, seed = 5, index = 0, rms = 1) {
  return initialWeights(modelSchema.parse(model), WIDTH, mean, seed, index, rms);
}

function rowNorms(values: Float32Array): number[] {
  return Array.from({ length: values.length / WIDTH }, (_, row) =>
    Math.hypot(...values.subarray(row * WIDTH, (row + 1) * WIDTH)),
  );
}

const norms: readonly (readonly [name: string, model: ModelInput, norm: number])[] = [
  ['map objective', sasa, 0.5],
  ['decoder objective', { ...sasa, nuclear_target: 'decoder' }, 1],
  ['topk', topk, 1],
  ['a norm that was set', { ...sasa, decoder_init_norm: 0.25 }, 0.25],
];

describe('initial weights', () => {
  it.each(norms)('have decoder rows of the norm of the %s', (_name, model, norm) => {
    expect(initialNorm(modelSchema.parse(model))).toBe(norm);
    for (const found of rowNorms(start(model).decoder)) expect(found).toBeCloseTo(norm, 6);
  });

  it('have the shape of the configuration', () => {
    const weights = start(sasa);
    expect([weights.groups, weights.rank, weights.width]).toEqual([6, 3, WIDTH]);
    expect(weights.decoder).toHaveLength(18 * WIDTH);
    expect(weights.encoderBias).toHaveLength(18);
    expect(start(topk).decoder).toHaveLength(10 * WIDTH);
  });

  it('have an encoder that equals the decoder but is an array of its own', () => {
    const { encoder, decoder } = start(sasa);
    expect(encoder).toEqual(decoder);
    encoder[0] = 99;
    expect(decoder[0]).not.toBe(99);
  });

  it('have no encoder bias, and the given mean as decoder bias, copied', () => {
    const weights = start(sasa);
    expect(weights.encoderBias.every((value) => value === 0)).toBe(true);
    expect(weights.decoderBias).toEqual(mean);
    expect(weights.decoderBias).not.toBe(mean);
  });

  it('depend on seed and place of the model alone, bit for bit', () => {
    expect(start(sasa).decoder).toEqual(start(sasa).decoder);
    expect(start(sasa, 6).decoder).not.toEqual(start(sasa).decoder);
    expect(start(sasa, 5, 1).decoder).not.toEqual(start(sasa).decoder);
  });

  it('point everywhere: the mean of many rows is near zero, every octant is met', () => {
    const wide = initialWeights(
      modelSchema.parse({ ...sasa, n_groups: 700 }),
      3,
      new Float32Array(3),
      1,
      0,
      1,
    ).decoder;
    const rows = wide.length / 3;
    const octants = new Set<string>();
    const sum = [0, 0, 0];
    for (let row = 0; row < rows; row += 1) {
      const values = Array.from(wide.subarray(row * 3, row * 3 + 3));
      octants.add(values.map((value) => (value > 0 ? '+' : '-')).join(''));
      values.forEach((value, i) => (sum[i] = at(sum, i) + value / rows));
    }
    expect(octants.size).toBe(8);
    // Coordinates of a random point on a sphere of radius 0.5 have variance 1/12: five standard errors.
    for (const value of sum) expect(Math.abs(value)).toBeLessThan(5 * Math.sqrt(1 / 12 / rows));
  });
});

describe('padded rows', () => {
  it('end in zeros up to a whole vec4', () => {
    const padded = padRows(Float32Array.of(1, 2, 3, 4, 5, 6), 3);
    expect(Array.from(padded)).toEqual([1, 2, 3, 0, 4, 5, 6, 0]);
  });

  it('are the rows themselves where the width is a multiple of four', () => {
    expect(Array.from(padRows(Float32Array.of(1, 2, 3, 4), 4))).toEqual([1, 2, 3, 4]);
  });
});

describe('weights of another model', () => {
  const jumprelu = { architecture: 'jumprelu', d_sae: 4, jumprelu_init_threshold: 0.5 } as const;
  const batchtopk = { architecture: 'batchtopk', d_sae: 4, k: 2 } as const;
  const plain = start({ architecture: 'topk', d_sae: 4, k: 2 });
  const thresholds = Float32Array.of(1, 2, 3, 4);
  const own = {
    ...plain,
    vectors: { thresholds, log_thresholds: thresholds.map((value) => Math.log(value)) },
  };
  const vectorsFor = (model: ModelInput, weights: Dictionary) =>
    withVectors(modelSchema.parse(model), weights, 2).vectors;

  it('keep thresholds that they have, and get initial ones otherwise', () => {
    expect(vectorsFor(jumprelu, own)).toEqual(own.vectors);
    expect(vectorsFor(jumprelu, plain)).toEqual(start(jumprelu, 5, 0, 2).vectors);
    // Thresholds without their logarithms, or of another model.
    const some = { ...plain, vectors: { thresholds } };
    expect(vectorsFor(jumprelu, some)).toEqual(start(jumprelu, 5, 0, 2).vectors);
  });

  it('give one threshold for all where a model has one, and none where it has none', () => {
    expect(vectorsFor(batchtopk, own)).toEqual({ thresholds: Float32Array.of(1) });
    expect(vectorsFor(batchtopk, plain)).toEqual({ thresholds: Float32Array.of(0) });
    expect(vectorsFor({ architecture: 'topk', d_sae: 4, k: 2 }, own)).toBeUndefined();
  });
});
