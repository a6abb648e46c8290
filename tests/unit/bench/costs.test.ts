/** Models compared at equal bits and at equal rows of training, from reports and logs on a disk. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readResults } from '../../../bench/experiments/collect';
import { ratePicture } from '../../../bench/experiments/picture';
import { at } from '../../../src/base/array';
import { bitsAt, compareRates, explainedAt, frontierOf } from '../../../bench/experiments/rate';
import { wordsExperiment } from '../../../bench/experiments/text';
import { shareToReach, tokenTable } from '../../../bench/experiments/tokens';

let out = '';
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'experiment-'));
});
afterEach(() => {
  rmSync(out, { recursive: true });
});

function write(folder: string, name: string, value: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(value));
}

describe('models at equal bits', () => {
  const frontier = [
    { bits: 100, explained: 0.8 },
    { bits: 60, explained: 0.7 },
  ];

  it('lie straight over the logarithm of bits between the models of the frontier, and nowhere outside', () => {
    const middle = Math.sqrt(60 * 100);
    expect(explainedAt(frontier, middle)).toBeCloseTo(0.75, 12);
    expect(bitsAt(frontier, 0.75)).toBeCloseTo(middle, 12);
    expect(explainedAt(frontier, 60)).toBe(0.7);
    expect([explainedAt(frontier, 101), bitsAt(frontier, 0.69)]).toEqual([null, null]);
  });

  it('are compared with TopK of their width and seed', () => {
    expect(frontierOf('all/sasa-r2-s8').test('all/topk-k4')).toBe(true);
    expect(frontierOf('sasa-r2-s8').test('n512-topk')).toBe(false);
    expect(frontierOf('n512-sasa-r2-s8').test('n512-topk-k8')).toBe(true);
    expect(frontierOf('n512-sasa-r2-s8').test('n512-topk_signed')).toBe(false);
    expect(frontierOf('refined/sasa-r2-s8-refine').test('refined/topk-k4-refine')).toBe(true);
    expect(frontierOf('sasa-r2-s8-refine').test('topk')).toBe(false);
    expect(frontierOf('topk-refine').test('topk-k8')).toBe(true);
    const rates: [string, number, number][] = [
      ['topk/0', 100, 0.8],
      ['topk-k8/0', 60, 0.7],
      ['sasa-r2-s8/0', 80, 0.77],
      ['topk/1', 100, 0.9],
      ['topk-k8/1', 60, 0.8],
      ['sasa-r2-s8/1', 80, 0.86],
    ];
    for (const [name, bits, explained] of rates) {
      write(join(out, name), 'report.json', {
        bits_per_token: bits,
        explained_variance: explained,
      });
    }
    const results = readResults(wordsExperiment, out);
    const found = compareRates(results, 'plain').find(({ label }) => label === 'sasa-r2-s8');
    // TopK rises by .1 while its bits grow to 10/6, of which 8/6 are reached at 80.
    const at80 = (0.1 * Math.log(8 / 6)) / Math.log(10 / 6);
    expect(found?.gain?.mean).toBeCloseTo((0.77 + 0.86 - 0.7 - 0.8) / 2 - at80, 12);
    // .77 lies 7 tenths up its line, .86 six.
    const bits = [0.7, 0.6].map((share) => 60 * (10 / 6) ** share);
    expect(found?.share?.mean).toBeCloseTo((80 / at(bits, 0) + 80 / at(bits, 1)) / 2, 12);
    expect(compareRates(results, 'prune2')).toEqual([]);
    expect(ratePicture('Words', results)).toContain('>SASA, r = 2<');
  });

  it('are no picture while none has bits', () => {
    expect(ratePicture('Words', [])).toBeNull();
  });
});

describe('rows of training', () => {
  it('are counted up to the record from which a model stays at the goal', () => {
    const progress = [0.1, 0.6, 0.4, 0.6, 0.7].map((explained, i) => ({ rows: i + 1, explained }));
    expect(shareToReach(progress, 0.5)).toBe(4 / 5);
    expect(shareToReach(progress, 0.05)).toBe(1 / 5);
    expect(shareToReach(progress, 0.8)).toBeNull();
  });

  it('are compared with those of TopK of the same seed', () => {
    const logged = {
      'topk/0': [0.1, 0.2, 0.3, 0.4, 0.5],
      'sasa-r2-s8/0': [0.3, 0.4, 0.4, 0.7, 0.7],
    };
    for (const [name, values] of Object.entries(logged)) {
      write(join(out, name), 'report.json', {});
      const lines = values.map((value, i) =>
        JSON.stringify({
          'details/n_training_samples': i + 1,
          'metrics/explained_variance': value,
        }),
      );
      writeFileSync(join(out, name, 'metrics.jsonl'), lines.join('\n'));
    }
    // Averages of three: .2 .3 .4 against .37 .5 .6, of which .5 is the first at .4 or more.
    expect(tokenTable(readResults({ ...wordsExperiment, measures: [] }, out))).toContain(
      '| sasa-r2-s8 | 1 | 0.80 | never |',
    );
  });
});
