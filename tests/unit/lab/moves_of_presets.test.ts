/**
 * What moves decide on data that the lab ships, from the dictionaries that training comes to: three shapes with a group each
 * are left alone, groups that hold several features of a zoo are taken apart. Whole runs are measured in docs/results.
 */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { zooPreset, type ZooPresetName } from '../../../src/data/zoo_presets';
import { openZooSource } from '../../../src/data/zoo_source';
import { movedState, rowsOfMoves } from '../../../src/lab/train/model_moves';
import { NOTHING_MOVED } from '../../../src/lab/train/session_types';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { gaussian } from '../analysis/worlds';

const RANK = 4;
const STEP = 100;
/** What penalty and noise leave of a feature's gain of 1, in every row of a block alike. */
const GAIN = 0.98;
/** Noise in every number of the weights. */
const NOISE = 0.005;

/** Dead groups beside those that hold something. */
const FREE = 12;

/** The moves at one point of a run on a preset, of a model whose groups hold features as `packing` says. */
async function movesOn(
  preset: ZooPresetName,
  own: { readonly active: number; readonly lambda: number; readonly rows: number },
  packing: (dimensions: readonly number[]) => readonly (readonly number[])[],
) {
  const { spec } = zooPreset(preset);
  const source = openZooSource(spec, 1, preset);
  const { features = [], width } = source;
  const held = packing(features.map(({ dimension }) => dimension));
  const groups = held.length + FREE;
  const noise = gaussian(2 * groups * RANK, width, 3);
  const encoder = Float32Array.from(
    { length: groups * RANK * width },
    (_, i) => NOISE * at(noise, i),
  );
  const decoder = Float32Array.from(encoder, (_, i) => NOISE * at(noise, encoder.length + i));
  held.forEach((some, group) => {
    let row = group * RANK;
    for (const feature of some) {
      const { frame, dimension } = at(features, feature);
      for (let i = 0; i < dimension * width; i++) {
        const place = row * width + i;
        encoder[place] = (encoder[place] ?? 0) + Math.sqrt(GAIN) * at(frame, i);
        decoder[place] = (decoder[place] ?? 0) + Math.sqrt(GAIN) * at(frame, i);
      }
      row += dimension;
    }
  });
  const { models, training } = parseRunConfig({
    data: { kind: 'synthetic', preset },
    models: [
      {
        ...{ architecture: 'topk_sasa', n_groups: groups, group_rank: RANK, k_groups: own.active },
        nuclear_coefficient: own.lambda,
        moves: {},
      },
    ],
    training: { training_samples: 512_000 },
  });
  const config = at(models, 0);
  const biases = {
    encoderBias: new Float32Array(groups * RANK),
    decoderBias: new Float32Array(width),
  };
  const zeros = () => ({
    ...{ encoder: new Float32Array(encoder.length), decoder: new Float32Array(encoder.length) },
    ...{ encoderBias: new Float32Array(groups * RANK), decoderBias: new Float32Array(width) },
  });
  const state = {
    step: STEP,
    weights: { groups, rank: RANK, width, encoder, decoder, ...biases },
    firstMoment: zeros(),
    secondMoment: zeros(),
    tokensSinceFired: Uint32Array.from({ length: groups }, (_, group) =>
      group < held.length ? 0 : config.dead_group_window,
    ),
    inputScale: 1,
    lambda: own.lambda,
    moved: NOTHING_MOVED,
  };
  const rows = await rowsOfMoves(source, STEP, 512, own.rows, {});
  return (await movedState(state, { model: 0, config, training, rows }, {})).made;
}

it('are none where a circle, a sphere and a helix have a group each', async () => {
  const own = { active: 1, lambda: 3e-3, rows: 6144 };
  expect(await movesOn('figure1', own, () => [[0], [1], [2]])).toEqual([]);
});

it('are at least five where lines of the zoo of lines, circles and spheres share groups', async () => {
  // Three lines to a group, and the circles and spheres whole, as training packs them.
  const packed = (dimensions: readonly number[]) => {
    const all = dimensions.map((_, feature) => feature);
    const lines = all.filter((feature) => dimensions[feature] === 1);
    const threes = Array.from({ length: lines.length / 3 }, (_, i) =>
      lines.slice(3 * i, 3 * i + 3),
    );
    return [...threes, ...all.filter((feature) => dimensions[feature] !== 1).map((one) => [one])];
  };
  const made = await movesOn('zoo2', { active: 3, lambda: 1e-4, rows: 4096 }, packed);
  expect(made.length).toBeGreaterThanOrEqual(5);
  expect(made.filter(({ move }) => move === 'unpack').length).toBeGreaterThanOrEqual(5);
  // Of circles and spheres nothing is taken.
  const lines = 96 / 3;
  expect(made.every(({ from }) => from.every((group) => group < lines))).toBe(true);
});
