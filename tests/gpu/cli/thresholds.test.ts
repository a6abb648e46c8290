/**
 * Models with thresholds on the command line: a folder from elsewhere means what SAELens computes from it, a model trained
 * on batches is evaluated by the threshold that its folder holds, an interrupted run ends at the same bytes, and rows of
 * another size train the same model.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../../src/io/npy';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { fakeTerminal } from '../../unit/cli/fake_terminal';
import {
  figuresOf,
  randomModel,
  readModel,
  writeForeign,
  type Figures,
  type ThresholdModel,
} from './threshold_folder';
import {
  explained,
  json,
  lab,
  makeRows,
  path,
  removeRows,
  report,
  ROWS,
  sasa,
  WIDTH,
  writeRun,
} from './tiny_rows';

const LATENTS = 16;
const batchtopk = { architecture: 'batchtopk', name: 'batch', d_sae: 8, k: 3 };
const jumprelu = { architecture: 'jumprelu', name: 'jump', d_sae: 8 };
const groups = {
  ...sasa,
  architecture: 'batch_topk_sasa',
  name: 'groups',
  k_groups: 1,
  score: 'decoded_energy',
};

let x: Float32Array = new Float32Array();
beforeAll(() => {
  makeRows();
  x = readNpy(readFileSync(path('x.npy')), 'x').values;
});
afterAll(removeRows);

async function evaluated(folder: string): Promise<ModelReport> {
  const { code, out, err } = await lab(['eval', '--model', path(folder), '--data', path('x.npy')]);
  expect(err).not.toContain('lab:');
  expect(code).toBe(0);
  return JSON.parse(out) as ModelReport;
}

function expectClose(found: ModelReport, expected: Figures): void {
  expect(Math.abs(explained(found) - expected.explained_variance)).toBeLessThan(1e-5);
  expect(Math.abs(found.mse / expected.mse - 1)).toBeLessThan(1e-5);
  expect(Math.abs(found.l0 - expected.l0)).toBeLessThan(0.01);
}

describe('a folder from elsewhere', () => {
  const above = randomModel(LATENTS, 0.05, 3);
  const applied = randomModel(LATENTS, -0.2, 6);
  it.each<[string, ThresholdModel]>([
    ['thresholds above 0', above],
    ['thresholds of 0', { ...above, threshold: new Float32Array(LATENTS) }],
    ['thresholds below 0', randomModel(LATENTS, -1, 4)],
    ['thresholds on both sides of 0', randomModel(LATENTS, -0.5, 5)],
    ['b_dec applied to the input', { ...applied, appliesBias: true }],
  ])('is evaluated as SAELens does: %s', async (name, model) => {
    const folder = name.replaceAll(' ', '-');
    writeForeign(folder, model);
    const expected = figuresOf(model, x);
    // Some latents are on, and not all.
    expect(expected.l0).toBeGreaterThan(1);
    expect(expected.l0).toBeLessThan(LATENTS - 1);
    expectClose(await evaluated(folder), expected);
  });
});

describe('a run', () => {
  beforeAll(async () => {
    const run = writeRun('whole.json', [batchtopk, jumprelu, groups], {
      training_samples: 16 * 60,
    });
    expect((await lab(['train', '--config', run, '--out', path('whole')])).code).toBe(0);
  });

  it.each(['batch', 'jump'])('of %s says what its folder makes of the rows', async (name) => {
    const folder = `whole/${name}`;
    expect(json(`${folder}/cfg.json`)).toMatchObject({ architecture: 'jumprelu', d_sae: 8 });
    const model = readModel(folder, 8);
    if (name === 'batch') expect(new Set(model.threshold).size).toBe(1);
    expect(Math.min(...model.threshold)).toBeGreaterThan(0);
    const trained = report(`${folder}/report.json`);
    const again = await evaluated(folder);
    expectClose(again, figuresOf(model, x));
    for (const key of ['mse', 'l0'] as const) {
      expect(Math.abs(again[key] - trained[key])).toBeLessThan(1e-5);
    }
    expect(Math.abs(explained(again) - explained(trained))).toBeLessThan(1e-5);
  });

  it('of groups says what the groups above the threshold of its folder make of the rows', async () => {
    expect(json('whole/groups/cfg.json')).toMatchObject({
      architecture: 'batch_topk_sasa',
      n_groups: 4,
      group_rank: 2,
    });
    const model = readModel('whole/groups', 8, 'batch_topk_sasa');
    expect(new Set(model.threshold).size).toBe(1);
    const expected = figuresOf(model, x, 2);
    // A gate of one group on average: some rows have none, some have more.
    expect(expected.l0).toBeGreaterThan(1);
    expect(expected.l0).toBeLessThan(4);
    const again = await evaluated('whole/groups');
    expectClose(again, expected);
    expect(Math.abs(explained(again) - explained(report('whole/groups/report.json')))).toBeLessThan(
      1e-5,
    );
  });

  it('that is interrupted ends at the same weights, byte for byte', async () => {
    const terminal = fakeTerminal();
    const write = (text: string) => {
      terminal.messages.push(text);
      if (text.includes('%')) terminal.interrupt();
    };
    const words = ['train', '--config', path('whole.json'), '--out', path('parts')];
    const stopped = await lab(words, { ...terminal, write });
    expect(stopped.err).toMatch(/Stopped after [1-5]?\d of 60 steps; the state is saved/);
    expect((await lab([...words, '--resume'])).code).toBe(0);
    for (const file of [
      'batch/sae_weights.safetensors',
      'jump/sae_weights.safetensors',
      'groups/sae_weights.safetensors',
      'checkpoint.safetensors',
    ]) {
      const [parts, whole] = ['parts', 'whole'].map((run) => readFileSync(path(`${run}/${file}`)));
      expect(parts?.equals(whole ?? Buffer.of()), file).toBe(true);
    }
  });

  it('on rows that are a thousand times larger or smaller gives the same figures', async () => {
    const figures = [];
    for (const [name, factor] of [
      ['same', 1],
      ['large', 1000],
      ['small', 1 / 1000],
    ] as const) {
      const values = x.map((value) => value * factor);
      writeFileSync(path(`${name}.npy`), writeNpy({ rows: ROWS, width: WIDTH, values }));
      const training = { training_samples: 16 * 200 };
      const run = writeRun(`${name}.json`, [batchtopk, jumprelu], training, `${name}.npy`);
      expect((await lab(['train', '--config', run, '--out', path(name)])).code).toBe(0);
      figures.push(['batch', 'jump'].map((model) => report(`${name}/${model}/report.json`)));
    }
    const [same = [], ...others] = figures;
    for (const reports of others) {
      reports.forEach((found, model) => {
        const own = same[model];
        if (own === undefined) throw new RangeError('a report is missing');
        expect(Math.abs(explained(found) - explained(own))).toBeLessThan(1e-2);
        expect(Math.abs(found.l0 - own.l0)).toBeLessThan(1e-2);
        // Codes are chosen, and they explain something.
        expect(own.l0).toBeGreaterThan(0.5);
        expect(own.l0).toBeLessThan(8);
        expect(explained(own)).toBeGreaterThan(0.3);
      });
    }
  });
});
