/**
 * Another program can replay a run: whole runs of the command line on a file in sequential order, from the
 * weights of a folder, against an implementation written from docs/run-file.md alone (replay.ts). Batch
 * order, normalisation, statistics, losses, both auxiliary losses, schedule, Adam, clipping and the folder's
 * conventions must all agree for the weights to agree.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { runCommandLine } from '../../../src/cli/commands';
import { writeNpy } from '../../../src/io/npy';
import { transpose, writeSaeFolder } from '../../../src/io/sae_folder';
import { floatTensor, readSafetensors } from '../../../src/io/safetensors';
import { publishFiles } from '../../../src/cli/written_files';
import { modelSchema, shapeOf, type ModelInput } from '../../../src/sae/config';
import { fakeTerminal } from '../../unit/cli/fake_terminal';
import { numberSequence } from '../../unit/io/complaint';
import { replay, type ReplayModel, type ReplayWeights } from './replay';

const WIDTH = 7;
const ROWS = 90;
const BATCH = 32;
const STEPS = 12;
const schedule = { lr: 0.01, warmUp: 3, decay: 5, weightDecay: 0.02 };

let folder = '';
const path = (name: string): string => join(folder, name);

const next = numberSequence(21);
const numbers = (length: number, size: number): Float32Array =>
  Float32Array.from({ length }, () => size * (next() - 0.5));
const values = numbers(ROWS * WIDTH, 4).map((value) => value + 0.3);

function matrix(flat: Float32Array, width: number): Float64Array[] {
  return Array.from({ length: flat.length / width }, (_, row) =>
    Float64Array.from(flat.subarray(row * width, (row + 1) * width)),
  );
}

const sasa = {
  architecture: 'topk_sasa',
  n_groups: 9,
  group_rank: 2,
  k_groups: 2,
  nuclear_target: 'weight_decay',
  nuclear_coefficient_relative: 1e-3,
  dead_group_window: 2 * BATCH,
  aux_coefficient: 0.5,
} as const;
const group: ReplayModel = {
  architecture: 'topk_sasa',
  groups: 9,
  rank: 2,
  slots: 2,
  normalization: 'none',
  applyDecoderBias: true,
  encoderBias: false,
  lambdaRelative: 1e-3,
  l1: 0,
  auxiliary: 'residual',
  alpha: 0.5,
  kAux: 3,
  deadWindow: 2 * BATCH,
};
const scalar: ReplayModel = { ...group, groups: 20, rank: 1, encoderBias: true, lambdaRelative: 0 };

type Case = [name: string, model: ModelInput, replayed: ReplayModel];

/** Two runs: the first leaves gradients as they are, the second clips them. */
const plain: Case[] = [
  [
    'layer norm',
    { ...sasa, normalize_activations: 'layer_norm', use_encoder_bias: true },
    { ...group, normalization: 'layer_norm', encoderBias: true },
  ],
  [
    'topk',
    { architecture: 'topk', d_sae: 20, k: 3, dead_group_window: 2 * BATCH, k_aux: 6 },
    {
      ...scalar,
      architecture: 'topk',
      slots: 3,
      auxiliary: 'preact',
      alpha: 1 / 32,
      kAux: 6,
    },
  ],
  [
    'relu',
    { architecture: 'standard', d_sae: 20, l1_coefficient: 0.1 },
    { ...scalar, architecture: 'standard', slots: 20, l1: 0.1, auxiliary: 'none' },
  ],
];
const clipped: Case[] = [
  [
    'scaled',
    {
      ...sasa,
      normalize_activations: 'expected_average_only_in',
      apply_b_dec_to_input: false,
      aux_loss: 'preact',
      k_aux: 5,
    },
    {
      ...group,
      normalization: 'expected_average_only_in',
      applyDecoderBias: false,
      auxiliary: 'preact',
      kAux: 5,
    },
  ],
];

function randomWeights(model: ModelInput): Dictionary {
  const { groups, rank } = shapeOf(modelSchema.parse(model));
  const size = groups * rank * WIDTH;
  // The last third of the rows is so short that it never wins a gate: those groups die.
  const decoder = numbers(size, 0.7).map((value, i) => (i < (2 * size) / 3 ? value : value / 50));
  return {
    groups,
    rank,
    width: WIDTH,
    encoder: decoder.map((value) => value * (0.9 + 0.2 * next())),
    decoder,
    encoderBias: new Float32Array(groups * rank),
    decoderBias: numbers(WIDTH, 0.2),
  };
}

async function train(out: string, cases: readonly Case[], training: object): Promise<void> {
  const run = {
    data: { kind: 'npy', path: 'x.npy', order: 'sequential' },
    models: cases.map(([name, model]) => ({ ...model, name })),
    training: {
      train_batch_size_samples: BATCH,
      training_samples: BATCH * STEPS,
      lr: schedule.lr,
      lr_warm_up_steps: schedule.warmUp,
      lr_decay_steps: schedule.decay,
      weight_decay: schedule.weightDecay,
      ...training,
    },
  };
  writeFileSync(path(`${out}.json`), JSON.stringify(run));
  const terminal = fakeTerminal();
  const words = [
    '--config',
    path(`${out}.json`),
    '--out',
    path(out),
    '--init',
    path(`start-${out}`),
  ];
  const code = await runCommandLine(['train', ...words], terminal);
  expect(terminal.messages.join('')).not.toContain('lab:');
  expect(code).toBe(0);
}

const starts = new Map<string, Dictionary>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lab-replay-'));
  writeFileSync(path('x.npy'), writeNpy({ rows: ROWS, width: WIDTH, values }));
  for (const [name, model] of [...plain, ...clipped]) {
    const weights = randomWeights(model);
    starts.set(name, weights);
    const files = writeSaeFolder({
      // A folder holds no scale, and a run measures its own.
      config: modelSchema.parse(model),
      weights,
      frequency: new Float32Array(weights.groups),
      provenance: {},
    });
    // The start of a run with one model is that model's own folder.
    await publishFiles(path(name === 'scaled' ? 'start-clipped' : `start-plain/${name}`), files);
  }
  await train('plain', plain, {});
  await train('clipped', clipped, { max_grad_norm: 0.5 });
});
afterAll(() => rmSync(folder, { recursive: true }));

function readWeights(name: string, latents: number): ReplayWeights {
  const file = readSafetensors(readFileSync(path(`${name}/sae_weights.safetensors`)), name);
  const encoder = transpose(floatTensor(file, 'W_enc', [WIDTH, latents]), WIDTH, latents);
  return {
    encoder: matrix(encoder, WIDTH),
    decoder: matrix(floatTensor(file, 'W_dec', [latents, WIDTH]), WIDTH),
    encoderBias: Float64Array.from(floatTensor(file, 'b_enc', [latents])),
    decoderBias: Float64Array.from(floatTensor(file, 'b_dec', [WIDTH])),
  };
}

const flat = (weights: ReplayWeights): number[] =>
  [...weights.encoder, ...weights.decoder, weights.encoderBias, weights.decoderBias].flatMap(
    (row) => Array.from(row),
  );
/** Root mean square difference. */
const distance = (a: number[], b: number[]): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - at(b, i)) ** 2, 0) / a.length);

describe.each([
  ['plain', plain, null],
  ['clipped', clipped, 0.5],
] as const)('a %s run', (run, cases, maxGradNorm) => {
  it.each(cases)(
    'of %s ends at the weights that the documentation implies',
    (name, _model, own) => {
      const start = starts.get(name);
      if (start === undefined) throw new RangeError(name);
      const from: ReplayWeights = {
        encoder: matrix(start.encoder, WIDTH),
        decoder: matrix(start.decoder, WIDTH),
        encoderBias: Float64Array.from(start.encoderBias),
        decoderBias: Float64Array.from(start.decoderBias),
      };
      const training = { batch: BATCH, steps: STEPS, maxGradNorm, ...schedule };
      const expected = flat(replay(matrix(values, WIDTH), own, training, from));
      const place = cases.length === 1 ? run : `${run}/${name}`;
      const found = flat(readWeights(place, start.groups * start.rank));
      // Adam moves a weight by about lr a step whatever the size of its gradient, so a relative error δ
      // of a gradient moves it by about lr · δ a step. δ is the rounding of a sum of B products that
      // cancels to a hundredth of its terms, the worst that is common; single gradients cancel further,
      // hence the mean over all weights. Weights themselves are rounded once a step; a scale 1/c = 1.5
      // carries both on. A coefficient that is 3 % wrong moves the weights farther.
      const delta = 100 * BATCH * 2 ** -24;
      const tolerance = STEPS * (schedule.lr * delta + 2 ** -24) * 1.5;
      expect(distance(found, expected)).toBeLessThan(tolerance);
      expect(distance(found, flat(from))).toBeGreaterThan(schedule.lr);
    },
  );
});
