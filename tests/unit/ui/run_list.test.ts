/** Which runs a filter lets through, in which order they stand, and in what they differ; without a page. */
import { describe, expect, it } from 'vitest';
import { presets } from '../../../src/lab/run/presets';
import { parseRunConfig, type RunConfig } from '../../../src/lab/run/run_config';
import { modelKey, NOT_ASKED, type Question } from '../../../src/state/questions';
import { createRun, type Run } from '../../../src/state/run_record';
import { differencesOf, differingColumns } from '../../../src/ui/pages/runs/differences';
import { runColumn } from '../../../src/ui/pages/runs/run_columns';
import { factsOf, type Evaluations } from '../../../src/ui/pages/runs/run_facts';
import { parseRunFilter } from '../../../src/ui/pages/runs/run_filter';
import { listRuns } from '../../../src/ui/pages/runs/run_list';
import { NEWEST_FIRST, type RunOrder } from '../../../src/ui/pages/runs/runs_view';

const figure1 = parseRunConfig(presets.figure1.config);
const words = parseRunConfig(presets.words.config);
const training = (own: Partial<RunConfig['training']>) => ({
  ...figure1,
  training: { ...figure1.training, ...own },
});
const runNamed = (name: string, config: RunConfig, own: Partial<Run> = {}): Run => ({
  ...createRun(name, name, config, 1),
  status: 'finished',
  step: 1000,
  samples: 256_000,
  ...own,
});
const said = { starred: false, tags: [], note: '' };
const all = [
  runNamed('Run 2', figure1),
  runNamed('Run 10', training({ lr: 1e-3 }), {
    about: { starred: true, tags: ['week'], note: 'keep it' },
  }),
  runNamed('Bert', words, { status: 'failed', about: { ...said, tags: ['weekend'] } }),
  runNamed('Carl', training({ seed: 4 }), {
    settings: training({ seed: 4, lr: 1e-2 }),
    kept: {
      step: 1000,
      checkpoints: [1000],
      bytes: 5 * 2 ** 20,
      data: null,
      logged: null,
      elsewhere: false,
      read: false,
    },
  }),
];
const runs = Object.fromEntries(all.map((run) => [run.id, run]));
const evaluation = (runId: string, model: number, ev: number): [string, Question<'evaluate'>] => {
  const report = {
    rows: 9,
    split: 'all' as const,
    explained_variance: ev,
    mse: 1 - ev,
    l0: 4,
    dead_groups: 0,
  };
  const answer = { model, step: 1000, report };
  return [modelKey(runId, model), { ...NOT_ASKED, asked: { runId, model }, answer }];
};
const evaluations: Evaluations = Object.fromEntries([
  evaluation('Run 2', 0, 0.5),
  evaluation('Run 2', 1, 0.9),
  evaluation('Run 10', 0, 0.7),
  evaluation('Carl', 0, 0.8),
  evaluation('Carl', 1, 0.1),
]);
const ids = all.map(({ id }) => id);
const list = (text: string, order: RunOrder = { column: 'name', descending: false }) => {
  const read = parseRunFilter(text);
  if (!read.ok) throw new Error(read.problem.message);
  return listRuns(runs, ids, evaluations, read.expression, order);
};

describe('a filter', () => {
  it.each([
    ['', ['Bert', 'Carl', 'Run 2', 'Run 10']],
    ['run', ['Run 2', 'Run 10']],
    ['name:"run 2"', ['Run 2']],
    ['"run 2"', ['Run 2']],
    ['ev > .85', ['Run 2']],
    ['ev > 75% and not ev > 85%', ['Carl']],
    ['not ev > 0', ['Bert']],
    ['data:words', ['Bert']],
    ['circle sasa topk', ['Carl', 'Run 2', 'Run 10']],
    ['#week', ['Run 10']],
    ['tag:week', ['Bert', 'Run 10']],
    ['starred or failed', ['Bert', 'Run 10']],
    ['changed', ['Carl']],
    ['kept mib > 4', ['Carl']],
    // A number means all that round to it: Bert's is 8e-3.
    ['lr = .01', ['Bert', 'Carl']],
    ['lr = 1e-3 or lr = .010', ['Carl', 'Run 10']],
    ['samples >= 256k seed = 4', ['Carl']],
    ['note:keep', ['Run 10']],
    ['10', ['Run 10']],
  ])('%s', (text, names) => {
    expect(list(text)).toEqual(names);
  });

  it.each([
    ['ev', 'Compare "ev" with a number: ev > 2%'],
    ['lr > 5%', '"lr" is not a share: write the number without %'],
    ['colour:red', '"colour:" is not a field. Fields: name, data, model, tag, note, status'],
    ['data:', 'A word is missing after "data:"'],
  ])('%s cannot be read', (text, message) => {
    const read = parseRunFilter(text);
    expect(read.ok ? null : read.problem.message).toBe(message);
  });
});

describe('order', () => {
  it('takes the best of several models, the unknown last in either direction', () => {
    const by = (column: RunOrder['column'], descending: boolean) =>
      list('', { column, descending });
    expect(by('ev', true)).toEqual(['Run 2', 'Carl', 'Run 10', 'Bert']);
    expect(by('ev', false)).toEqual(['Run 10', 'Carl', 'Run 2', 'Bert']);
    expect(by('loss', false)).toEqual(['Run 2', 'Carl', 'Run 10', 'Bert']);
    // Equal ones stand as they were started, the newest first.
    expect(by('l0', true)).toEqual(['Carl', 'Run 10', 'Run 2', 'Bert']);
    expect(list('', NEWEST_FIRST)).toEqual(['Carl', 'Bert', 'Run 10', 'Run 2']);
  });
});

describe('facts', () => {
  it('are made once, until the run or its results change', () => {
    const [run] = all;
    if (run === undefined) throw new Error('no run');
    const facts = factsOf(run, evaluations);
    expect(factsOf(run, { ...evaluations })).toBe(facts);
    const other = { ...evaluations, ...Object.fromEntries([evaluation(run.id, 0, 0.6)]) };
    expect(factsOf(run, other).models[0]?.heldOut?.explained_variance).toBe(0.6);
    expect(factsOf({ ...run, step: 1001 }, evaluations).age).toBe('at step 1000');
  });
});

describe('differences', () => {
  it('are the settings that not all have alike, those that changed with both values', () => {
    expect(differencesOf(all.slice(0, 1))).toEqual([]);
    expect(differencesOf([all[0], all[0]].flatMap((run) => run ?? []))).toEqual([]);
    const [a, b, , d] = all;
    const found = differencesOf([a, b, d].flatMap((run) => run ?? []));
    expect(found.map(({ label, values }) => [label, ...values.map(({ text }) => text)])).toEqual([
      ['Learning rate', '0.002', '0.001', '0.002 → 0.01'],
      ['Seed of weights', '0', '0', '4'],
    ]);
    expect(found[0]?.values.map(({ changed }) => changed)).toEqual([false, false, true]);
  });

  it('of other data are only that they are others, and what all have', () => {
    const [a, , words] = all;
    const found = differencesOf([a, words].flatMap((run) => run ?? [])).map(({ path }) => path);
    expect(found).toContain('data.kind');
    expect(found).not.toContain('data.preset');
    expect(found).toContain('models.0.n_groups');
  });

  it('are marked in the columns of settings alone', () => {
    const facts = all.slice(0, 2).map((run) => factsOf(run, evaluations));
    const columns = (['name', 'data', 'models', 'lr', 'samples', 'ev'] as const).map(runColumn);
    expect([...differingColumns(facts, columns)]).toEqual(['lr']);
    expect(differingColumns(facts.slice(0, 1), columns).size).toBe(0);
  });
});
