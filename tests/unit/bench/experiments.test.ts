/**
 * The queue of an experiment and its table, on a disk and with a trainer that trains nothing: what is skipped, what
 * goes on, what a failure leaves alone, and what mean, interval and worst seed are.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markdownTable, readResults, summarize } from '../../../bench/experiments/collect';
import { modelsOf, readSeeds, type Experiment } from '../../../bench/experiments/experiment';
import { experiments } from '../../../bench/experiments/experiments';
import { queueOf, standingOf, workThrough, type QueuedRun } from '../../../bench/experiments/queue';
import { recordText } from '../../../bench/experiments/record';
import { parseRunConfig } from '../../../src/lab/run/run_config';

const training = { training_samples: 1000 };
const models = [{}];
const experiment: Experiment = {
  title: 'Two arms',
  arms: [
    { name: 'a', run: { data: { kind: 'synthetic', preset: 'zoo' }, models, training } },
    { name: 'b', run: { data: { kind: 'words' }, models, training } },
  ],
  measures: [
    { label: 'EV', path: 'explained_variance', decimals: 3, best: 'largest' },
    { label: 'packed', path: 'recovery.packed_features', decimals: 1, best: 'smallest' },
  ],
  bits: false,
  leastSquares: false,
};

let out = '';
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'experiment-'));
});
afterEach(() => {
  rmSync(out, { recursive: true });
});

const queue = (seeds = '0,1', only: readonly string[] = []) =>
  queueOf(experiment, readSeeds(seeds), out, only);

function write(folder: string, name: string, value: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(value));
}

/** Works through a queue with a trainer that writes reports, except for the run that is `broken`. */
async function worked(runs: readonly QueuedRun[], broken = '', stopAfter = Infinity) {
  const trained: string[] = [];
  const said: string[] = [];
  const outcomes = await workThrough(runs, {
    train: (run, resume) => {
      trained.push(resume ? `${run.name} on` : run.name);
      if (run.name === broken) return Promise.reject(new Error('lab: no such setting.'));
      write(run.folder, 'report.json', { explained_variance: 0.5 });
      return Promise.resolve();
    },
    tell: (line) => {
      said.push(line);
    },
    stopped: () => trained.length >= stopAfter,
  });
  return { trained, said, outcomes };
}

describe('the queue', () => {
  it('gives every arm one seed before a second, and made data a seed of their own', () => {
    expect(queue('0,3-1').map(({ name }) => name)).toEqual(['a/0', 'b/0', 'a/3-1', 'b/3-1']);
    expect(queue('3-1').map(({ run }) => run)).toEqual([
      {
        data: { kind: 'synthetic', preset: 'zoo', seed: 1 },
        models,
        training: { ...training, seed: 3 },
      },
      { data: { kind: 'words' }, models, training: { ...training, seed: 3 } },
    ]);
    expect(queue('0', ['b']).map(({ name }) => name)).toEqual(['b/0']);
    expect(() => queue('0', ['c'])).toThrow('there is no arm c (only a, b)');
    expect(() => readSeeds('0,x')).toThrow('"x" is no seed');
  });

  it('keeps the run files, and skips what is finished when it is called again', async () => {
    const first = await worked(queue());
    expect(first.trained).toEqual(['a/0', 'b/0', 'a/1', 'b/1']);
    const [run] = queue();
    expect(JSON.parse(readFileSync(run?.runFile ?? '', 'utf8'))).toEqual(run?.run);
    const again = await worked(queue('0,1,2'));
    expect(again.trained).toEqual(['a/2', 'b/2']);
    expect(again.outcomes).toEqual([
      ...['skipped', 'skipped', 'skipped', 'skipped'],
      ...['trained', 'trained'],
    ]);
  });

  it('goes on with what was interrupted, and begins anew what had saved nothing', async () => {
    const [first, second] = queue('0');
    write(first?.folder ?? '', 'checkpoint.safetensors', {});
    writeFileSync(first?.runFile ?? '', JSON.stringify(first?.run));
    write(second?.folder ?? '', 'run.lock', {});
    // Its settings may still change: nothing was trained with them.
    writeFileSync(second?.runFile ?? '', '{}');
    expect(queue('0').map(standingOf)).toEqual(['interrupted', 'new']);
    expect((await worked(queue('0'))).trained).toEqual(['a/0 on', 'b/0']);
  });

  it('tells a failure, trains the others, and tries again the next time', async () => {
    const first = await worked(queue(), 'b/0');
    expect(first.outcomes).toEqual(['trained', 'failed', 'trained', 'trained']);
    expect(first.said).toContain('2 of 4: b/0 failed: lab: no such setting.');
    expect((await worked(queue())).trained).toEqual(['b/0']);
  });

  it('does not mix runs of other settings into a table', async () => {
    const [run] = queue('0');
    mkdirSync(join(out, 'a'), { recursive: true });
    writeFileSync(run?.runFile ?? '', JSON.stringify({ ...run?.run, training: { seed: 9 } }));
    write(run?.folder ?? '', 'report.json', {});
    const { trained, outcomes, said } = await worked(queue('0'));
    expect([trained, outcomes]).toEqual([['b/0'], ['failed', 'trained']]);
    expect(said[0]).toContain('0.json says something else');
  });

  it('begins nothing more once it is stopped; the run that was interrupted has not failed', async () => {
    const { trained, outcomes } = await worked(queue(), 'b/0', 2);
    expect(trained).toEqual(['a/0', 'b/0']);
    expect(outcomes).toEqual(['trained', 'stopped', 'stopped', 'stopped']);
  });
});

describe('a run of several models', () => {
  const together: Experiment = {
    ...experiment,
    arms: [
      {
        name: 'all',
        run: { data: { kind: 'words' }, models: [{ name: 'topk' }, { name: 'sasa' }], training },
      },
    ],
  };

  it('is finished when every model is, and has a row of the table for each', () => {
    const [run] = queueOf(together, readSeeds('0'), out);
    const folder = run?.folder ?? '';
    mkdirSync(folder, { recursive: true });
    writeFileSync(run?.runFile ?? '', JSON.stringify(run?.run));
    write(folder, 'checkpoint.safetensors', {});
    write(join(folder, 'topk'), 'report.json', { explained_variance: 0.5 });
    expect(queueOf(together, readSeeds('0'), out).map(standingOf)).toEqual(['interrupted']);
    write(join(folder, 'sasa'), 'report.json', { explained_variance: 0.6 });
    expect(queueOf(together, readSeeds('0'), out).map(standingOf)).toEqual(['finished']);
    expect(markdownTable(together, readResults(together, out)).split('\n').slice(2, 4)).toEqual([
      '| all/topk | 1 | 0.500 | – |',
      '| all/sasa | 1 | 0.600 | – |',
    ]);
  });

  it('is refused when two models could not be told apart', () => {
    const run = { data: {}, models: [{ name: 'topk' }, {}], training };
    expect(() => modelsOf({ name: 'all', run })).toThrow('a model of arm all has no name');
  });
});

describe('the table', () => {
  it('has mean, 95 % interval and worst seed, whichever end is the better one', () => {
    // Mean 2, standard deviation 1, three values: t = 4.30 at two degrees of freedom.
    const found = summarize([1, 2, 3], 'largest');
    expect(found).toMatchObject({ mean: 2, worst: 1 });
    expect(found?.half).toBeCloseTo(4.3 / Math.sqrt(3), 12);
    expect(summarize([1, 2, 3], 'smallest')?.worst).toBe(3);
    expect(summarize([5], 'largest')).toEqual({ mean: 5, half: null, worst: 5 });
    expect(summarize([], 'largest')).toBeNull();
  });

  it('is made of the reports that are there, with the time that training took', () => {
    const report = (ev: number | null, packed: number) => ({
      explained_variance: ev,
      recovery: { packed_features: packed },
    });
    const reports = {
      'a/0': report(0.9, 4),
      'a/10': report(0.8, 6),
      'a/2': report(null, 5),
      'b/0': { explained_variance: 0.7 },
    };
    for (const [name, value] of Object.entries(reports)) {
      write(join(out, name), 'report.json', value);
    }
    writeFileSync(
      join(out, 'a/0/metrics.jsonl'),
      [
        '{"step":1,"details/seconds":1,"details/n_training_samples":256,"metrics/explained_variance":0.25}',
        '{"step":50,"details/seconds":2.5,"details/n_training_samples":512,"metrics/explained_variance":0.5}',
        '',
      ].join('\n'),
    );
    // Interrupted: it counts for nothing yet.
    write(join(out, 'b/1'), 'checkpoint.safetensors', {});
    write(join(out, 'b/0'), 'splice.json', { kl_sae: 0.25 });
    const moved = (step: number, move: string) => ({ step, move });
    const changes = [moved(69, 'unpack'), moved(76, 'unpack'), moved(76, 'repartition')];
    write(join(out, 'b/2'), 'report.json', { steps: 100, changes: [...changes, changes[1]] });
    const late = {
      label: 'late',
      path: 'late_moves.unpack',
      decimals: 1,
      best: 'smallest',
    } as const;
    expect(
      readResults({ ...experiment, measures: [late] }, out).map(({ values }) => values[late.path]),
    ).toEqual([0, 0, 0, 0, 2]);
    rmSync(join(out, 'b/2'), { recursive: true });
    const results = readResults(experiment, out);
    const kl = { label: 'KL', path: 'splice.kl_sae', decimals: 2, best: 'smallest' } as const;
    expect(
      readResults({ ...experiment, measures: [kl] }, out).map(({ values }) => values[kl.path]),
    ).toEqual([null, null, null, 0.25]);
    expect(recordText(experiment, results)).toBe(
      [
        'arm,seed,explained_variance,recovery.packed_features,steps,seconds,logged',
        'a,0,0.9,4,50,2.5,256:0.25000 512:0.50000',
        'a,2,,5,,,',
        'a,10,0.8,6,,,',
        'b,0,0.7,,,,',
        '',
      ].join('\n'),
    );
    expect(markdownTable(experiment, results).split('\n')).toEqual([
      '| arm | seeds | EV | packed |',
      '| --- | --- | --- | --- |',
      '| a | 3 | 0.850 ± 0.635 (0.800) of 2 | 5.0 ± 2.5 (6.0) |',
      '| b | 1 | 0.700 | – |',
      '',
    ]);
  });
});

describe('the arms', () => {
  const all: Readonly<Record<string, Experiment>> = experiments;
  it.each(Object.entries(all))(
    'of %s have names of their own that are names of folders',
    (_, { arms }) => {
      const names = arms.flatMap(modelsOf).map(({ label }) => label);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z0-9_./-]+$/);
    },
  );

  it.each(Object.entries(all))('of %s are runs of the lab', (_, { arms }) => {
    for (const { run } of arms) parseRunConfig(run);
  });
});
