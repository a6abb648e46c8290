/**
 * Models that take a step on their codes, on the command line: at first they are the models without it, bit for bit; their
 * folders mean what an independent program in float64 makes of them; and an interrupted run ends at the same bytes, η
 * among them.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { readNpy } from '../../../src/io/npy';
import { floatTensor, readSafetensors } from '../../../src/io/safetensors';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { fakeTerminal } from '../../unit/cli/fake_terminal';
import {
  explained,
  lab,
  makeRows,
  path,
  removeRows,
  report,
  sasa,
  topk,
  WIDTH,
  writeRun,
} from './tiny_rows';

const LATENTS = 8;
/** Norms and scales are for other tests. */
const plain = [
  { ...topk, name: 'latents', normalize_activations: 'none' },
  { ...sasa, name: 'groups' },
  { ...topk, architecture: 'batchtopk', name: 'batch', normalize_activations: 'none' },
  { ...sasa, architecture: 'batch_topk_sasa', name: 'batch groups' },
];
const training = { training_samples: 16 * 60, max_grad_norm: 0.5, log_every: 1 };

let x: Float32Array = new Float32Array();
beforeAll(async () => {
  makeRows();
  x = readNpy(readFileSync(path('x.npy')), 'x').values;
  const refined = plain.map((model) => ({ ...model, refine: true }));
  const run = writeRun('refined.json', refined, training);
  expect((await lab(['train', '--config', run, '--out', path('refined')])).code).toBe(0);
});
afterAll(removeRows);

type Logged = Readonly<Record<string, number>>;

function logOf(run: string, model: string): readonly Logged[] {
  const lines = readFileSync(path(`${run}/${model}/metrics.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Logged);
}

it('are at first the models without it, bit for bit', async () => {
  const run = writeRun('plain.json', plain, { ...training, training_samples: 16 });
  expect((await lab(['train', '--config', run, '--out', path('plain')])).code).toBe(0);
  for (const { name } of plain) {
    const [first, next] = logOf('refined', name);
    const [own] = logOf('plain', name);
    for (const key of ['losses/overall_loss', 'losses/mse_loss', 'metrics/l0']) {
      expect(first?.[key], `${name}, ${key}`).toBe(own?.[key]);
    }
    expect(own?.['metrics/eta']).toBeUndefined();
    // The first step of Adam has the length of the learning rate, but for its ε.
    expect(Math.abs(first?.['metrics/eta'] ?? NaN)).toBeCloseTo(0.01, 3);
    expect(next?.['metrics/eta']).not.toBe(first?.['metrics/eta']);
  }
});

interface Model {
  readonly wEnc: Float32Array;
  readonly wDec: Float32Array;
  readonly bEnc: Float32Array;
  readonly bDec: Float32Array;
  readonly threshold: number;
  readonly eta: number;
}

function readModel(name: string): Model {
  const file = readSafetensors(readFileSync(path(`refined/${name}/sae_weights.safetensors`)), name);
  const has = file.tensors.has('threshold');
  return {
    wEnc: floatTensor(file, 'W_enc', [WIDTH, LATENTS]),
    wDec: floatTensor(file, 'W_dec', [LATENTS, WIDTH]),
    bEnc: floatTensor(file, 'b_enc', [LATENTS]),
    bDec: floatTensor(file, 'b_dec', [WIDTH]),
    threshold: has ? at(floatTensor(file, 'threshold', [LATENTS]), 0) : NaN,
    eta: at(floatTensor(file, 'eta', [1]), 0),
  };
}

const LATENT = Array.from({ length: LATENTS }, (_, i) => i);
const COLUMN = Array.from({ length: WIDTH }, (_, i) => i);
const pairs = (values: readonly number[]) =>
  LATENT.map((i) => at(values, i - (i % 2)) ** 2 + at(values, i - (i % 2) + 1) ** 2);
/** The largest of some scores, each of which `times` latents share. */
const best = (scores: readonly number[], count: number) =>
  new Set(LATENT.toSorted((a, b) => at(scores, b) - at(scores, a) || a - b).slice(0, count));

/** Which latents are on, from their pre-activations. */
const gates: Readonly<Record<string, (pre: readonly number[], model: Model) => Set<number>>> = {
  latents: (pre) => new Set([...best(pre, 3)].filter((i) => at(pre, i) > 0)),
  groups: (pre) => best(pairs(pre), 4),
  batch: (pre, { threshold }) =>
    new Set(LATENT.filter((i) => at(pre, i) > threshold && at(pre, i) > 0)),
  'batch groups': (pre, { threshold }) =>
    new Set(LATENT.filter((i) => at(pairs(pre), i) > threshold)),
};

/** Mean squared error of the rows, with v = p + η (e⁰ W_enc) on the latents that are on. */
function errorOf(
  model: Model,
  gate: (pre: readonly number[], model: Model) => Set<number>,
  positive: boolean,
): number {
  const { wEnc, wDec, bEnc, bDec, eta } = model;
  const encode = (row: readonly number[], i: number) =>
    COLUMN.reduce((sum, c) => sum + at(row, c) * at(wEnc, c * LATENTS + i), 0);
  const decode = (codes: readonly number[]) =>
    COLUMN.map((c) => LATENT.reduce((sum, i) => sum + at(codes, i) * at(wDec, i * WIDTH + c), 0));
  let error = 0;
  const rows = x.length / WIDTH;
  for (let row = 0; row < rows; row += 1) {
    const input = COLUMN.map((c) => at(x, row * WIDTH + c) - at(bDec, c));
    const pre = LATENT.map((i) => encode(input, i) + at(bEnc, i));
    const on = gate(pre, model);
    const codes = pre.map((code, i) => (on.has(i) ? code : 0));
    const first = decode(codes);
    const rest = input.map((value, c) => value - at(first, c));
    const refined = codes.map((code, i) => {
      const moved = code + eta * encode(rest, i);
      return on.has(i) ? (positive ? Math.max(0, moved) : moved) : 0;
    });
    const output = decode(refined);
    error += input.reduce((sum, value, c) => sum + (value - at(output, c)) ** 2, 0);
  }
  return error / rows;
}

it.each(plain.map(({ name }) => name))(
  'are in the folder of %s what float64 makes of it, and evaluated as in their run',
  async (name) => {
    const model = readModel(name);
    const trained = report(`refined/${name}/report.json`);
    expect(trained.eta).toBe(model.eta);
    expect(Math.abs(model.eta)).toBeGreaterThan(0.05);
    expect(logOf('refined', name).at(-1)?.['metrics/eta']).toBe(model.eta);
    const gate = gates[name] ?? (() => new Set<number>());
    const error = errorOf(model, gate, !name.includes('groups'));
    // Without the step it is another.
    const without = errorOf({ ...model, eta: 0 }, gate, !name.includes('groups'));
    expect(Math.abs(without / error - 1)).toBeGreaterThan(1e-2);
    const words = ['eval', '--model', path(`refined/${name}`), '--data', path('x.npy')];
    const { code, out } = await lab(words);
    expect(code).toBe(0);
    const again = JSON.parse(out) as ModelReport;
    expect(Math.abs(again.mse / error - 1)).toBeLessThan(1e-5);
    expect(again.eta).toBe(model.eta);
    expect(again.l0).toBe(trained.l0);
    expect(Math.abs(explained(again) - explained(trained))).toBeLessThan(1e-5);
  },
);

it('that are interrupted end at the same weights, byte for byte', async () => {
  const terminal = fakeTerminal();
  const write = (text: string) => {
    terminal.messages.push(text);
    if (text.includes('%')) terminal.interrupt();
  };
  const words = ['train', '--config', path('refined.json'), '--out', path('parts')];
  const stopped = await lab(words, { ...terminal, write });
  expect(stopped.err).toMatch(/Stopped after [1-5]?\d of 60 steps; the state is saved/);
  expect((await lab([...words, '--resume'])).code).toBe(0);
  const files = plain.map(({ name }) => `${name}/sae_weights.safetensors`);
  for (const file of [...files, 'checkpoint.safetensors']) {
    const [parts, whole] = ['parts', 'refined'].map((run) => readFileSync(path(`${run}/${file}`)));
    expect(parts?.equals(whole ?? Buffer.of()), file).toBe(true);
  }
});

it('are not looked at for moves', async () => {
  const words = ['eval', '--model', path('refined/groups'), '--data', path('x.npy')];
  const { code, err } = await lab([...words, '--dry-moves']);
  expect(code).not.toBe(0);
  expect(err).toContain('this model takes a step on its codes');
});

it('are not trained further by a model without the step, which would begin with other codes', async () => {
  const run = writeRun('without.json', [plain[1] ?? {}], { training_samples: 16 });
  const words = ['train', '--config', run, '--out', path('without'), '--init'];
  const { code, err } = await lab([...words, path('refined/groups')]);
  expect(code).toBe(2);
  expect(err).toContain('its refine is true and should be false');
});
