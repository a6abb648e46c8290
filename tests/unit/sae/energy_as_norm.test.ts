/**
 * A gate on decoded energies is saved as one on norms of codes: the same reconstruction, and codes whose norm is the
 * energy of what they decode to, for blocks of every rank.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { Dictionary } from '../../../src/base/dictionary';
import { WEIGHTS_FILE } from '../../../src/io/sae_folder';
import { readSaeFolder } from '../../../src/io/sae_folder_reader';
import type { ModelInput } from '../../../src/sae/config';
import { folderOf, json, randomWeights, WIDTH } from '../io/made_folders';

const model: ModelInput = {
  architecture: 'topk_sasa',
  n_groups: 4,
  group_rank: 3,
  k_groups: 2,
  score: 'decoded_energy',
  use_encoder_bias: true,
};

/** The second block has two equal rows, the third a row of zeros, the last nothing. */
function weightsWithSingularBlocks(): Dictionary {
  const weights = randomWeights(4, 3);
  const row = (latent: number) => weights.decoder.subarray(latent * WIDTH, (latent + 1) * WIDTH);
  row(4).set(row(3));
  row(7).fill(0);
  [9, 10, 11].forEach((latent) => row(latent).fill(0));
  return weights;
}

/** Codes and contribution of a group, in float64. */
function coded(
  { rank, encoder, encoderBias, decoder, decoderBias }: Dictionary,
  group: number,
  x: number[],
) {
  const codes = Array.from({ length: rank }, (_, i) => {
    const latent = group * rank + i;
    return x.reduce(
      (sum, value, c) => sum + (value - at(decoderBias, c)) * at(encoder, latent * WIDTH + c),
      at(encoderBias, latent),
    );
  });
  const output = x.map((_, c) =>
    codes.reduce((sum, code, i) => sum + code * at(decoder, (group * rank + i) * WIDTH + c), 0),
  );
  return { codes, output };
}

const square = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0);

describe('the folder of a model with a gate on decoded energies', () => {
  const weights = weightsWithSingularBlocks();
  const files = folderOf(model, weights);
  const read = readSaeFolder(files, 'out');

  it('is one of a gate on norms', () => {
    expect(json(files['cfg.json'])).toMatchObject({ architecture: 'topk_sasa', k_groups: 2 });
    expect(json(files['cfg.json'])).not.toHaveProperty('score');
    expect(read.config).toMatchObject({ ...model, score: undefined });
    // Saved once more it stays what it is.
    expect(folderOf({ ...model, score: 'code_norm' }, read.weights)[WEIGHTS_FILE]).toEqual(
      files[WEIGHTS_FILE],
    );
  });

  it.each([0, 1, 2, 3])('has the contributions and the scores of group %i', (group) => {
    const x = [0.3, -1.2, 0.7, 2, -0.4];
    const own = coded(weights, group, x);
    const saved = coded(read.weights, group, x);
    // The ridge of the gate: 1e-6 of the trace for every unit of the codes' own square.
    const trace = square([...weights.decoder.subarray(group * 3 * WIDTH, (group + 1) * 3 * WIDTH)]);
    const score = square(own.output) + 1e-6 * trace * square(own.codes);
    // Roots of a block whose smallest eigenvalue is 1e-6 of the largest, stored in float32.
    const tolerance = 1e3 * 2 ** -24 * 16;
    expect(Math.abs(square(saved.codes) - score)).toBeLessThan(tolerance * (score + 1e-6));
    saved.output.forEach((value, c) => {
      expect(Math.abs(value - at(own.output, c))).toBeLessThan(tolerance);
    });
    expect(read.weights.decoder.every(Number.isFinite)).toBe(true);
  });
});

it('leaves the weights of a gate on norms as they are', () => {
  const weights = weightsWithSingularBlocks();
  const read = readSaeFolder(folderOf({ ...model, score: 'code_norm' }, weights), 'out');
  expect(read.weights).toEqual(weights);
});
