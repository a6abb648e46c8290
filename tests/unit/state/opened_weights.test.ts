/**
 * Opening model folders: the run that comes out is the one that was exported, several models of the same data
 * are one run, and what cannot be opened is refused in a sentence.
 */
import { describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { zipFolder } from '../../../src/io/archive';
import { metricsToJsonl } from '../../../src/io/metrics_text';
import { writeSaeFolder } from '../../../src/io/sae_folder';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { changesToJsonl, type ModelChange } from '../../../src/lab/run/run_history';
import { modelSchema, shapeOf, type ModelInput } from '../../../src/sae/config';
import { readOpenedRun } from '../../../src/state/opened_weights';

const WIDTH = 5;
const training = { lr: 1e-3, train_batch_size_samples: 64, training_samples: 640 };
const sasa: ModelInput = {
  architecture: 'topk_sasa',
  name: 'Map',
  n_groups: 6,
  group_rank: 2,
  k_groups: 2,
  nuclear_coefficient: 0.003,
};
const topk: ModelInput = { architecture: 'topk', d_sae: 12, k: 3 };
const draft = parseRunConfig({ data: { kind: 'words' }, models: [topk], training });

function weightsOf(model: ModelInput): Dictionary {
  const { groups, rank } = shapeOf(modelSchema.parse(model));
  const numbers = (length: number, first: number) =>
    Float32Array.from({ length }, (_, i) => first + i / length);
  return {
    groups,
    rank,
    width: WIDTH,
    encoder: numbers(groups * rank * WIDTH, 1),
    decoder: numbers(groups * rank * WIDTH, 2),
    encoderBias: new Float32Array(groups * rank),
    decoderBias: numbers(WIDTH, 3),
  };
}

function folder(model: ModelInput, provenance: Record<string, unknown>) {
  const config = modelSchema.parse(model);
  const frequency = new Float32Array(shapeOf(config).groups);
  return writeSaeFolder({ config, weights: weightsOf(model), frequency, provenance });
}

const zip = (name: string, model: ModelInput, provenance: Record<string, unknown>) =>
  new File([Uint8Array.from(zipFolder(name, folder(model, provenance)))], `${name}.zip`);

const zoo = { data: { kind: 'synthetic', preset: 'zoo', seed: 2 }, training };

describe('opening the folders that were saved', () => {
  it('gives back models, weights, data and training of a run', async () => {
    const { input, weights } = await readOpenedRun(
      [zip('a', sasa, zoo), zip('b', topk, zoo)],
      draft,
    );
    const config = parseRunConfig(input);
    expect(config.data).toEqual(zoo.data);
    expect(config.training).toMatchObject(training);
    expect(config.models).toMatchObject([sasa, topk]);
    expect(weights).toEqual([weightsOf(sasa), weightsOf(topk)]);
  });

  it('takes data for the same in whatever order their settings stand, defaults or not', async () => {
    const turned = { ...zoo, data: { seed: 2, preset: 'zoo', kind: 'synthetic' } };
    const { input } = await readOpenedRun([zip('a', sasa, zoo), zip('b', topk, turned)], draft);
    expect(input.data).toEqual(zoo.data);
    const short = { ...zoo, data: { preset: 'zoo', kind: 'synthetic' } };
    const whole = { ...zoo, data: { kind: 'synthetic', preset: 'zoo', seed: 0 } };
    const two = await readOpenedRun([zip('a', sasa, short), zip('b', topk, whole)], draft);
    expect(two.input.data).toEqual(whole.data);
  });

  it('takes loose files as one folder', async () => {
    const files = Object.entries(folder(topk, zoo)).map(
      ([name, bytes]) => new File([Uint8Array.from(bytes)], name),
    );
    const { weights } = await readOpenedRun(files, null);
    expect(weights).toEqual([weightsOf(topk)]);
  });

  it('takes the data in the draft where a folder does not say', async () => {
    const { input } = await readOpenedRun([zip('a', topk, {})], draft);
    expect(input).toMatchObject({ data: { kind: 'words' }, training });
  });
});

describe('the account of a folder', () => {
  const change: ModelChange = {
    step: 40,
    setting: 'nuclear_coefficient',
    from: 0.003,
    to: 0.3,
    lambda: 0.3,
  };
  const report = {
    rows: 2000,
    split: 'held_out',
    explained_variance: 0.615,
    mse: 1.2,
    l0: 8,
    dead_groups: 3,
  };
  const record = {
    step: 391,
    samples: 25_024,
    seconds: 2.5,
    values: { 'metrics/explained_variance': 0.671, 'metrics/l0': NaN },
    rankHistogram: [2, 4],
  };
  const provenance = { ...zoo, steps: 391, samples: 25_024, changes: [change] };
  const zipped = (more: Readonly<Record<string, string>>) => {
    const files = Object.entries(more).map(
      ([name, text]) => [name, new TextEncoder().encode(text)] as const,
    );
    const all = { ...folder(sasa, provenance), ...Object.fromEntries(files) };
    return new File([Uint8Array.from(zipFolder('a', all))], 'a.zip');
  };

  it('comes with the weights: steps, changes, curves and the evaluation', async () => {
    // Earlier versions wrote null where there was no number.
    const finite = { ...record, values: { ...record.values, 'metrics/l0': 7 } };
    const metrics = metricsToJsonl([{ ...finite, modelName: 'Map' }]).replace(
      '"metrics/l0":7',
      '"metrics/l0":null',
    );
    const files = { 'report.json': JSON.stringify({ ...report, ...provenance }) };
    const zip = zipped({
      ...files,
      'metrics.jsonl': metrics,
      'changes.jsonl': changesToJsonl([change, { ...change, step: 50 }]),
    });
    const { before, reports, unread } = await readOpenedRun([zip], draft);
    expect(unread).toEqual([]);
    expect(reports).toEqual([report]);
    // changes.jsonl is the source, of which cfg.json has a copy.
    expect(before).toEqual([
      {
        steps: 391,
        samples: 25_024,
        changes: [change, { ...change, step: 50 }],
        metrics: [record],
      },
    ]);
    const { before: copied } = await readOpenedRun([zipped(files)], draft);
    expect(at(copied, 0)).toMatchObject({ changes: [change], metrics: [] });
  });

  it('that cannot be read is named, and the weights open', async () => {
    const { weights, before, reports, unread } = await readOpenedRun(
      [
        zipped({
          'report.json': '{"rows": "many"}',
          'metrics.jsonl': 'no\n',
          'changes.jsonl': '{"step":1}\n',
        }),
      ],
      draft,
    );
    expect(weights).toEqual([weightsOf(sasa)]);
    expect(reports).toEqual([null]);
    expect(before).toMatchObject([{ steps: 391, changes: [change], metrics: [] }]);
    expect(unread).toHaveLength(3);
    expect(unread.join(' ')).toMatch(
      /report\.json: rows is "many".*changes\.jsonl, line 1.*metrics\.jsonl, line 1: is not JSON/,
    );
  });

  it('of a folder from elsewhere is empty', async () => {
    const { before, reports } = await readOpenedRun([zip('a', topk, {})], draft);
    expect(before).toEqual([{ steps: 0, samples: 0, changes: [], metrics: [] }]);
    expect(reports).toEqual([null]);
  });
});

describe('what is refused', () => {
  const refusal = (files: readonly File[]) => readOpenedRun(files, draft);

  it('models that were trained on different data', async () => {
    const other = { ...zoo, data: { kind: 'words' } };
    await expect(refusal([zip('a', sasa, zoo), zip('b', topk, other)])).rejects.toThrow(
      /number 2 on \{"kind":"words"\}/,
    );
  });

  it('a file that is no .zip, a .zip of two models, a folder without weights', async () => {
    await expect(refusal([new File(['PK no'], 'x.zip')])).rejects.toThrow(/x\.zip is not a \.zip/);
    const twice = zipFolder('m', {
      'a/cfg.json': new Uint8Array(1),
      'b/cfg.json': new Uint8Array(1),
    });
    await expect(refusal([new File([Uint8Array.from(twice)], 'two.zip')])).rejects.toThrow(
      /several files named cfg\.json/,
    );
    const half = zipFolder('m', { 'cfg.json': folder(topk, zoo)['cfg.json'] ?? new Uint8Array() });
    await expect(refusal([new File([Uint8Array.from(half)], 'half.zip')])).rejects.toThrow(
      /has no sae_weights\.safetensors/,
    );
    await expect(refusal([])).rejects.toThrow(/No file was chosen/);
  });
});
