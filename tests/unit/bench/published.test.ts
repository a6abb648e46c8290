/**
 * The records of experiments, and the tables of docs/results that are made of them: what is read back, what stands where
 * there are earlier and new runs, and that the page says what the records hold.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../bench/experiments/collect';
import { modelsOf, type Experiment } from '../../../bench/experiments/experiment';
import { experiments } from '../../../bench/experiments/experiments';
import {
  publishedMarkdown,
  publishedPictures,
  publishedTables,
} from '../../../bench/experiments/published';
import { joinResults, readRecord, recordText } from '../../../bench/experiments/record';
import {
  armTable,
  measureColumn,
  rateColumn,
  sweepTable,
  seedsColumn,
  tokensTable,
  withTables,
} from '../../../bench/experiments/result_tables';

const result = (arm: string, seed: string, more: Partial<Result> = {}): Result => ({
  arm,
  seed,
  folder: null,
  values: {},
  steps: null,
  seconds: null,
  logged: [],
  ...more,
});

const measured: Pick<Experiment, 'measures'> = {
  measures: [
    { label: 'EV', path: 'explained_variance', decimals: 4, best: 'largest' },
    { label: 'bits', path: 'bits_per_token', decimals: 1, best: 'smallest' },
  ],
};

describe('a record', () => {
  it('gives back what was put into it, and null for what it has no column of', () => {
    const folder = mkdtempSync(join(tmpdir(), 'record-'));
    const path = join(folder, 'words.csv');
    const results = [
      result('topk', '0', {
        values: { explained_variance: 0.75, bits_per_token: null },
        steps: 100,
        seconds: 1.5,
        logged: [
          { rows: 512, explained: 0.25 },
          { rows: 1024, explained: -0.5 },
        ],
      }),
      result('topk', '3-1', { values: { explained_variance: 0.5, bits_per_token: 40 } }),
    ];
    try {
      expect(readRecord(measured, path)).toEqual([]);
      writeFileSync(path, recordText(measured, results));
      expect(readRecord(measured, path)).toEqual(results);
      // Written before there were bits and logs.
      writeFileSync(path, 'arm,seed,explained_variance,steps,seconds\ntopk,0,0.75,100,1.5\n');
      expect(readRecord(measured, path)).toEqual([{ ...results[0], logged: [] }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes what was trained anew for what it had, in the order of arms and seeds', () => {
    const earlier = [result('b', '0'), result('a', '10', { steps: 1 }), result('gone', '0')];
    const now = [result('a', '10', { steps: 2 }), result('a', '2')];
    expect(joinResults(['a', 'b'], earlier, now)).toEqual([now[1], now[0], earlier[0]]);
  });
});

describe('a table', () => {
  const found = (arm: string, seed: string, bits: number, explained: number) =>
    result(arm, seed, {
      values: { explained_variance: explained, bits_per_token: bits },
      logged: [0.1, 0.1, 0.1, explained, explained, explained].map((value, i) => ({
        rows: i + 1,
        explained: value,
      })),
    });
  const results = [
    found('topk', '0', 100, 0.8),
    found('topk-k8', '0', 50, 0.7),
    found('sasa-r2-s8', '0', 100, 0.9),
    found('sasa-r2-s8', '1', 90, 0.7),
  ];

  it('has a row for every arm of which there is something, with mean, interval and worst seed', () => {
    const { markdown } = armTable(
      'model',
      [
        ['TopK', 'topk'],
        ['Two', 'sasa-r2-s8'],
        ['Four', 'sasa-r4-s4'],
      ],
      [
        seedsColumn,
        measureColumn('EV', 'explained_variance', 2, 'largest'),
        measureColumn('bits', 'bits_per_token', 0),
        rateColumn('gain', 'plain', 'gain', 2),
      ],
    );
    expect(markdown(results).split('\n')).toEqual([
      '| model | seeds | EV | bits | gain |',
      '| --- | --- | --- | --- | --- |',
      '| TopK | 1 | 0.80 | 100 | 0.00 |',
      // Student's t at one degree of freedom: 12.71.
      '| Two | 2 | 0.80 ± 1.27 (0.70) | 95 ± 64 | 0.10 |',
      '',
    ]);
    expect(markdown([])).toBe('');
  });

  it('of rows of training says how many seeds get there', () => {
    const { markdown } = tokensTable([['Two', 'sasa-r2-s8']]);
    expect(
      markdown([...results, found('topk', '1', 100, 0.8)])
        .split('\n')
        .slice(2, 4),
    ).toEqual([
      '| it needs for what TopK explains at its end | 1.00 in 1 of 2 |',
      '| TopK needs for what it explains at its end | 1.00 in 1 of 2 |',
    ]);
    expect(markdown([])).toBe('');
  });

  it('of a sweep has the values that were tried, and the best in bold', () => {
    const { arms, markdown } = sweepTable(
      'learning rate',
      [1, 2, 3],
      [
        ['TopK', (rate) => `topk-lr${rate}`],
        ['Two', (rate) => (rate === 3 ? null : `two-lr${rate}`)],
      ],
    );
    expect(arms).toEqual(['topk-lr1', 'topk-lr2', 'topk-lr3', 'two-lr1', 'two-lr2']);
    expect(
      markdown([found('topk-lr2', '0', 1, 0.5), found('topk-lr3', '0', 1, 0.25)]).split('\n'),
    ).toEqual([
      '| learning rate | 2 | 3 |',
      '| --- | --- | --- |',
      '| TopK | **0.5000** | 0.2500 |',
      '',
    ]);
  });

  it('takes the place of the one below its comment, and of nothing else', () => {
    const page = 'Before.\n\n<!-- table: a -->\n\n| old |\n| --- |\n\nAfter.\n\n| other |\n';
    expect(withTables(page, { a: '| new |\n| --- |\n' })).toBe(page.replace('old', 'new'));
    const empty = withTables(page, { a: '' });
    expect(empty).toBe('Before.\n\n<!-- table: a -->\n\nAfter.\n\n| other |\n');
    expect(withTables(empty, { a: '| old |\n| --- |\n' })).toBe(page);
    expect(() => withTables(page, { b: '' })).toThrow('no place for the table "b"');
  });
});

describe('docs/results', () => {
  /** Lines without the spaces and dashes that only make tables look straight. */
  const linesOf = (text: string): string[] =>
    text
      .split('\n')
      .map((line) => line.replaceAll(/-{3,}/g, '---').replaceAll(/(?<=\|) +| +(?=\|)/g, ''));
  const page = linesOf(readFileSync('docs/results/README.md', 'utf8'));

  it.each(Object.entries(publishedMarkdown('docs/results/experiments')))(
    'has the table "%s" as its record gives it (npm run docs)',
    (name, table) => {
      const place = page.indexOf(`<!-- table: ${name} -->`);
      expect(place).toBeGreaterThan(-1);
      const below = page.slice(place + 2);
      const end = below.findIndex((line) => !line.startsWith('|'));
      expect([...below.slice(0, end), '']).toEqual(linesOf(table));
    },
  );

  it.each(Object.entries(publishedPictures('docs/results/experiments')))(
    'has the figure %s as its record gives it (npm run docs)',
    (name, picture) => {
      expect(readFileSync(`docs/images/${name}`, 'utf8') === picture).toBe(true);
    },
  );

  it.each(publishedTables)('names arms that there are in "$name"', ({ experiment, arms }) => {
    const labels = experiments[experiment].arms.flatMap(modelsOf).map(({ label }) => label);
    expect(arms.filter((arm) => !labels.includes(arm))).toEqual([]);
  });
});
