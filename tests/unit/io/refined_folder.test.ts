/**
 * Folders of models that take a step on their codes: a name that says so, η beside the weights, and the same model when
 * they are read again, with the lab's account of its training and without.
 */
import { describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { WEIGHTS_FILE } from '../../../src/io/sae_folder';
import { readSaeFolder } from '../../../src/io/sae_folder_reader';
import { floatTensor, readSafetensors, writeSafetensors } from '../../../src/io/safetensors';
import {
  architectureOf,
  architectures,
  modelSchema,
  type ModelInput,
} from '../../../src/sae/config';
import { complaint } from './complaint';
import { folderOf, json, randomWeights, text } from './made_folders';

const ETA = 0.4375;
const groups = { n_groups: 6, group_rank: 2, k_groups: 2, refine: true } as const;
const scalar = { d_sae: 12, k: 3, refine: true } as const;
const thresholds = { thresholds: Float32Array.of(0.75) };
const eta = { eta: Float32Array.of(ETA) };

const models: Readonly<Record<string, readonly [ModelInput, Dictionary]>> = {
  topk_refined: [
    { architecture: 'topk', ...scalar },
    { ...randomWeights(12, 1), vectors: eta },
  ],
  topk_signed_refined: [
    { architecture: 'topk_signed', ...scalar },
    { ...randomWeights(12, 1), vectors: eta, encoderBias: new Float32Array(12) },
  ],
  batchtopk_refined: [
    { architecture: 'batchtopk', normalize_activations: 'none', ...scalar },
    { ...randomWeights(12, 1), vectors: { ...thresholds, ...eta } },
  ],
  topk_sasa_refined: [
    { architecture: 'topk_sasa', ...groups },
    { ...randomWeights(6, 2), vectors: eta, encoderBias: new Float32Array(12) },
  ],
  batch_topk_sasa_refined: [
    { architecture: 'batch_topk_sasa', ...groups, use_encoder_bias: true },
    { ...randomWeights(6, 2), vectors: { ...thresholds, ...eta } },
  ],
};

describe.each(Object.entries(models))('%s', (name, [model, weights]) => {
  const files = folderOf(model, weights);

  it('is its name in the folder, and η lies beside the weights', () => {
    expect(json(files['cfg.json'])['architecture']).toBe(name);
    const file = readSafetensors(files[WEIGHTS_FILE] ?? new Uint8Array(), 'w');
    expect(floatTensor(file, 'eta', [1])).toEqual(eta.eta);
  });

  it('is read as it was written', () => {
    const read = readSaeFolder(files, 'out');
    expect(read.config).toMatchObject(model);
    expect(read.weights).toEqual(weights);
    expect(folderOf(model, read.weights)).toEqual(files);
  });

  it('means what it says without the lab’s account of its training', () => {
    const { metadata: _, ...rest } = json(files['cfg.json']);
    const read = readSaeFolder({ ...files, 'cfg.json': text(rest) }, 'out');
    expect(read.config).toMatchObject(model);
    expect(read.weights).toEqual(weights);
  });
});

it('are of all architectures that can take a step', () => {
  const able = architectures.filter((known) => known.refines !== undefined).map(({ id }) => id);
  expect(able.sort()).toEqual(
    Object.values(models)
      .map(([{ architecture }]) => architecture)
      .sort(),
  );
});

const [model, weights] = models['topk_refined'] ?? [];
const files = model === undefined ? {} : folderOf(model, weights);

it('without η are refused', () => {
  const file = readSafetensors(files[WEIGHTS_FILE] ?? new Uint8Array(), 'w');
  const kept = [...file.tensors].filter(([name]) => name !== 'eta');
  const bytes = writeSafetensors(
    kept.map(([name, { shape }]) => ({ name, shape, values: floatTensor(file, name, shape) })),
  );
  expect(complaint(() => readSaeFolder({ ...files, [WEIGHTS_FILE]: bytes }, 'out'))).toContain(
    '"eta"',
  );
});

it('with η under the name of a model that takes no step are refused', () => {
  const cfg = { ...json(files['cfg.json']), architecture: 'topk' };
  expect(complaint(() => readSaeFolder({ ...files, 'cfg.json': text(cfg) }, 'out'))).toContain(
    'has a tensor "eta" that no model of architecture "topk" has',
  );
});

it('of an architecture that takes no step are refused', () => {
  const cfg = { ...json(files['cfg.json']), architecture: 'standard_refined' };
  expect(complaint(() => readSaeFolder({ ...files, 'cfg.json': text(cfg) }, 'out'))).toContain(
    'describes a model of architecture "standard_refined"',
  );
});

it('take no step where the name says none, whatever the lab remembers', () => {
  const plain = folderOf({ architecture: 'topk', d_sae: 12, k: 3 });
  const cfg = json(plain['cfg.json']);
  const metadata = { ...(cfg['metadata'] as object), sasa_lab: { model } };
  const read = readSaeFolder({ ...plain, 'cfg.json': text({ ...cfg, metadata }) }, 'out');
  expect(architectureOf(read.config).refines?.(read.config)).toBe(false);
  expect(read.weights.vectors).toBeUndefined();
});

it('do not go with moves', () => {
  const config = modelSchema.parse({ architecture: 'topk_sasa', ...groups, moves: {} });
  expect(architectureOf(config).rules(config)).toEqual([
    {
      setting: 'moves',
      sentence:
        'is on; with `refine` codes depend on each other, and a move is judged by codes that do not: leave out one of the two',
    },
  ]);
});
