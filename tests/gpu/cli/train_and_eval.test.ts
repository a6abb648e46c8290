/**
 * The command line from end to end, on a tiny file of rows: a run file becomes a SAELens folder whose
 * evaluation agrees with the report; an interrupted run goes on to the same weights bit for bit; weights of
 * a folder start another run; and whatever is refused leaves nothing behind. Codes and reconstructions are
 * checked against the weights of the folder by sums written out here.
 */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { readNpy, writeNpy } from '../../../src/io/npy';
import { floatTensor, readSafetensors, writeSafetensors } from '../../../src/io/safetensors';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { fakeTerminal } from '../../unit/cli/fake_terminal';
import { numberSequence } from '../../unit/io/complaint';

import {
  WIDTH,
  ROWS,
  path,
  json,
  report,
  explained,
  lab,
  writeRun,
  sasa,
  topk,
  makeRows,
  removeRows,
} from './tiny_rows';

/** What the first run said, on which most tests stand. */
let first = { code: -1, out: '', err: '' };

beforeAll(async () => {
  makeRows();
  const run = writeRun('two.json', [sasa, { ...topk, name: 'scaled' }], {
    training_samples: 16 * 12,
  });
  first = await lab(['train', '--config', run, '--out', path('two'), '--bits', '--least-squares']);
});
afterAll(removeRows);

describe('lab train', () => {
  it('writes a folder for each model, and lab eval of it agrees with its report', async () => {
    const { code, out, err } = first;
    expect(err).toContain('Training SASA, scaled on x.npy');
    expect(code).toBe(0);
    expect(out).toMatch(/^SASA: explained variance \d\.\d{4}, l0 4\.00, /);
    expect(readdirSync(path('two')).sort()).toEqual([
      'SASA',
      'checkpoint.safetensors',
      'run.json',
      'scaled',
    ]);
    for (const model of ['SASA', 'scaled']) {
      expect(readdirSync(path(`two/${model}`)).sort()).toEqual([
        'cfg.json',
        'metrics.jsonl',
        'report.json',
        'sae_weights.safetensors',
        'sparsity.safetensors',
      ]);
      const trained = report(`two/${model}/report.json`);
      const words = ['--model', path(`two/${model}`), '--data', path('x.npy')];
      const flags = ['--bits', '--least-squares', '--dry-moves'];
      const evaluated = await lab(['eval', ...words, ...flags]);
      expect(evaluated.code).toBe(0);
      const again = JSON.parse(evaluated.out) as ModelReport;
      expect(Math.abs(explained(again) - explained(trained))).toBeLessThan(1e-5);
      expect(again).toMatchObject({
        rows: ROWS,
        l0: trained.l0,
        architecture: trained.architecture,
        pruned_l0: trained.pruned_l0,
        rate_curve: [],
      });
      const isScalar = model === 'scaled';
      const judged = Math.floor(ROWS / 4);
      expect(JSON.parse(evaluated.out)).toMatchObject({
        dry_moves: isScalar ? null : { found_rows: ROWS - judged, judged_rows: judged },
      });
      // The file has too few rows to count bits on.
      expect(trained.not_defined?.['bits_per_token']).toMatch(/^Bits need 100/);
      expect(again.not_defined).toEqual(trained.not_defined);
      for (const kind of ['least_squares', 'prune2'] as const) {
        const [own, other] = [trained.codes?.[kind], again.codes?.[kind]];
        const share = own?.explained_variance ?? NaN;
        expect(share).toBeGreaterThan(explained(trained));
        expect(Math.abs((other?.explained_variance ?? NaN) - share)).toBeLessThan(1e-5);
        expect(own?.l0).toBeLessThanOrEqual(trained.l0);
        expect(own?.not_defined?.['bits_per_token']).toMatch(/^Bits need 100/);
      }
    }
    const steps = readFileSync(path('two/SASA/metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { step: number }).step);
    expect(steps).toEqual([1, 2, 4, 6, 8, 10, 12]);
  });

  it('goes on after an interruption to the same weights, bit for bit', async () => {
    const run = writeRun('long.json', [sasa], { training_samples: 16 * 40 });
    await lab(['train', '--config', run, '--out', path('whole')]);

    const terminal = fakeTerminal();
    const write = (text: string) => {
      terminal.messages.push(text);
      if (text.includes('%')) terminal.interrupt();
    };
    const words = ['train', '--config', run, '--out', path('parts')];
    const stopped = await lab(words, { ...terminal, write });
    expect(stopped.code).toBe(1);
    expect(stopped.err).toMatch(
      /lab: Stopped after \d+ of 40 steps; the state is saved in .*parts\./,
    );
    expect(readdirSync(path('parts')).sort()).toEqual([
      'checkpoint.safetensors',
      'metrics.jsonl',
      'run.json',
    ]);

    const refused = await lab(words);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('is not empty; it holds a run. Continue that run with --resume');

    expect((await lab([...words, '--resume'])).code).toBe(0);
    for (const file of ['sae_weights.safetensors', 'checkpoint.safetensors']) {
      expect(readFileSync(path(`parts/${file}`)).equals(readFileSync(path(`whole/${file}`)))).toBe(
        true,
      );
    }
    const withoutTime = (name: string): string =>
      readFileSync(path(name), 'utf8').replace(/"details\/seconds":[^,]*,/g, '');
    expect(withoutTime('parts/metrics.jsonl')).toBe(withoutTime('whole/metrics.jsonl'));
  });

  it('goes on with the changes that its folder says of it, as far as its state goes', async () => {
    const words = (steps: number, ...more: string[]) => {
      const run = writeRun('changed.json', [sasa], { training_samples: 16 * steps });
      return ['train', '--config', run, '--out', path('changed'), ...more];
    };
    await lab(words(4));
    expect(existsSync(path('changed/changes.jsonl'))).toBe(false);
    const change = { step: 2, setting: 'lr', from: 0.02, to: 0.01, lambda: null };
    const line = (step: number) => `${JSON.stringify({ ...change, step })}\n`;
    writeFileSync(path('changed/changes.jsonl'), line(2) + line(9));
    expect((await lab(words(8, '--resume'))).code).toBe(0);
    expect(readFileSync(path('changed/changes.jsonl'), 'utf8')).toBe(line(2));
    expect(json('changed/report.json')).toMatchObject({ steps: 8, changes: [change] });
    expect(json('changed/cfg.json')).toMatchObject({
      metadata: { sasa_lab: { changes: [change] } },
    });
  });

  it('starts from the weights of a folder', async () => {
    // One step at a learning rate below the rounding of the weights leaves them as they were.
    const run = writeRun('again.json', [{ ...sasa, name: 'again' }], {
      training_samples: 16,
      lr: 1e-12,
    });
    const words = ['train', '--config', run, '--out', path('again'), '--init', path('two/SASA')];
    const { code, err } = await lab(words);
    expect(err).not.toContain('lab:');
    expect(code).toBe(0);
    const before = explained(report('two/SASA/report.json'));
    expect(Math.abs(explained(report('again/report.json')) - before)).toBeLessThan(1e-6);

    const other = writeRun('other.json', [{ ...sasa, group_rank: 3 }], { training_samples: 16 });
    const refused = await lab([
      'train',
      '--config',
      other,
      '--out',
      path('other'),
      '--init',
      path('two/SASA'),
    ]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('its rank of a group is 2 and should be 3');
    expect(existsSync(path('other'))).toBe(false);
  });

  it('keeps the last good weights when a number overflows, and says which', async () => {
    const next = numberSequence(12);
    const large = Float32Array.from({ length: ROWS * WIDTH }, () => (next() < 0.5 ? 3e8 : -3e8));
    writeFileSync(path('large.npy'), writeNpy({ rows: ROWS, width: WIDTH, values: large }));
    const training = { training_samples: 16 * 40, lr: 1 };
    const run = writeRun('large.json', [sasa], training, 'large.npy');
    const { code, err } = await lab(['train', '--config', run, '--out', path('large')]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /lab: SASA: (losses\/mse_loss|details\/grad_norm) is (Infinity|NaN) at step \d+\./,
    );
    expect(err).toContain(`The weights from before are in ${path('large')}.`);
    const file = readSafetensors(readFileSync(path('large/sae_weights.safetensors')), 'w');
    expect(floatTensor(file, 'W_dec', [8, WIDTH]).every(Number.isFinite)).toBe(true);
  });

  it('of rows that are all the same keeps its weights and says that nothing is explained', async () => {
    const values = new Float32Array(ROWS * WIDTH).fill(2);
    writeFileSync(path('same.npy'), writeNpy({ rows: ROWS, width: WIDTH, values }));
    const run = writeRun('same.json', [sasa], { training_samples: 16 * 4 }, 'same.npy');
    const { code, out } = await lab(['train', '--config', run, '--out', path('same')]);
    expect(code).toBe(0);
    const reason = 'All rows are the same: there is no variance to explain.';
    expect(out).toContain(`SASA: explained variance not defined (${reason}), l0 `);
    const trained = report('same/report.json');
    const stated = { explained_variance: null, not_defined: { explained_variance: reason } };
    expect(trained).toMatchObject(stated);
    const evaluated = await lab(['eval', '--model', path('same'), '--data', path('same.npy')]);
    expect(evaluated.code).toBe(0);
    expect(JSON.parse(evaluated.out)).toMatchObject(stated);
    const logged = readFileSync(path('same/metrics.jsonl'), 'utf8');
    expect(logged).not.toContain('"metrics/explained_variance"');
    expect(logged).not.toContain('null');
  });
});

describe('lab eval', () => {
  it('writes codes and reconstructions that agree with the weights', async () => {
    const model = path('two/scaled');
    const words = ['--model', model, '--data', path('x.npy')];
    const files = ['--codes', path('codes.npy'), '--reconstruction', path('rows.npy')];
    expect((await lab(['eval', ...words, ...files])).code).toBe(0);
    const codes = readNpy(readFileSync(path('codes.npy')), 'codes');
    const rows = readNpy(readFileSync(path('rows.npy')), 'rows');
    const { values: x } = readNpy(readFileSync(path('x.npy')), 'x');
    expect([codes.rows, codes.width, rows.rows, rows.width]).toEqual([ROWS, 8, ROWS, WIDTH]);
    const file = readSafetensors(readFileSync(join(model, 'sae_weights.safetensors')), 'w');
    const wEnc = floatTensor(file, 'W_enc', [WIDTH, 8]);
    const wDec = floatTensor(file, 'W_dec', [8, WIDTH]);
    const bEnc = floatTensor(file, 'b_enc', [8]);
    const bDec = floatTensor(file, 'b_dec', [WIDTH]);
    // Sums of 8 products of numbers below 8 in float32: 8 · 64 · 2⁻²⁴, and room for the order of sums.
    const tolerance = 2 * 8 * 64 * 2 ** -24;
    for (let row = 0; row < ROWS; row++) {
      const pre = Array.from({ length: 8 }, (_, latent) => {
        let sum = at(bEnc, latent);
        for (let j = 0; j < WIDTH; j++) {
          sum += (at(x, row * WIDTH + j) - at(bDec, j)) * at(wEnc, j * 8 + latent);
        }
        return sum;
      });
      // The k largest signed pre-activations, then ReLU.
      const third = at(
        pre.toSorted((a, b) => b - a),
        2,
      );
      pre.forEach((value, latent) => {
        const expected = value >= third ? Math.max(0, value) : 0;
        expect(Math.abs(at(codes.values, row * 8 + latent) - expected)).toBeLessThan(tolerance);
      });
      for (let j = 0; j < WIDTH; j++) {
        let sum = at(bDec, j);
        for (let latent = 0; latent < 8; latent++) {
          sum += at(codes.values, row * 8 + latent) * at(wDec, latent * WIDTH + j);
        }
        expect(Math.abs(at(rows.values, row * WIDTH + j) - sum)).toBeLessThan(tolerance);
      }
    }
  });

  it('refuses rows whose errors exceed float32, and writes nothing', async () => {
    const { values } = readNpy(readFileSync(path('x.npy')), 'x');
    // A model that makes rows a thousand times larger.
    const model = path('loud');
    cpSync(path('two/SASA'), model, { recursive: true });
    const weights = path('loud/sae_weights.safetensors');
    const file = readSafetensors(readFileSync(weights), 'w');
    const tensors = [...file.tensors].map(([name, { shape }]) => ({
      name,
      shape,
      values: floatTensor(file, name, shape).map((weight) => weight * (name === 'W_dec' ? 1e3 : 1)),
    }));
    writeFileSync(weights, writeSafetensors(tensors));
    for (const [factor, code, words] of [
      [1e19, 2, 'far.npy holds values up to'],
      [1e18, 1, 'far.npy: mse is Infinity.'],
    ] as const) {
      const far = values.map((value) => value * factor);
      writeFileSync(path('far.npy'), writeNpy({ rows: ROWS, width: WIDTH, values: far }));
      const asked = ['eval', '--model', model, '--data', path('far.npy')];
      const said = await lab([...asked, '--codes', path('far-codes.npy')]);
      expect(said.err).toContain(words);
      expect(said).toMatchObject({ code, out: '' });
      expect(readdirSync(path('.')).filter((name) => name.includes('far-codes'))).toEqual([]);
    }
  });

  it('refuses what does not fit, and writes nothing', async () => {
    const narrow = new Float32Array(10).fill(1);
    writeFileSync(path('narrow.npy'), writeNpy({ rows: 2, width: 5, values: narrow }));
    const model = ['eval', '--model', path('two/SASA'), '--data'];
    const wide = await lab([...model, path('narrow.npy'), '--codes', path('c.npy')]);
    expect(wide).toMatchObject({ code: 2, out: '' });
    expect(wide.err).toContain('has rows of width 5, but');
    const same = await lab([...model, path('x.npy'), '--codes', path('x.npy')]);
    expect(same.code).toBe(2);
    expect(same.err).toContain('--codes and --data are the same file');
    const missing = await lab(['eval', '--model', path('nowhere'), '--data', path('x.npy')]);
    expect(missing.code).toBe(2);
    expect(missing.err).toContain('nowhere cannot be read: there is no such folder.');
    expect(existsSync(path('c.npy'))).toBe(false);
  });
});
