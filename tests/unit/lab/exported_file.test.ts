/** The file that a person takes home of a run says what it lacks. */
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { unzipFolder } from '../../../src/io/archive';
import { accountOf, exportFile, type ExportedRun } from '../../../src/lab/keep/exported_file';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import type { EvaluatedModel } from '../../../src/lab/keep/run_evaluations';
import type { RunMove } from '../../../src/lab/run/run_moves';
import { evaluatedModel } from './evaluated_model';

const failure = new LabError('not_finite', 'SASA on rows: mse is Infinity.', 'Scale the data.');

/** A run of one model. */
function runOf(evaluated: EvaluatedModel): ExportedRun {
  const { config } = evaluated;
  const source = { label: 'rows' } as ExportedRun['source'];
  return {
    step: 3,
    source,
    modelConfig: () => config,
    settings: parseRunConfig({
      data: { kind: 'words' },
      models: [config],
      training: { training_samples: 640 },
    }),
    records: [],
    changes: [],
    before: [],
    evaluate: () => Promise.resolve(evaluated),
  };
}

async function exported(evaluated: EvaluatedModel) {
  const file = await exportFile(runOf(evaluated), 0, 'saelens_folder', {});
  const names = ['cfg.json', 'report.json', 'metrics.jsonl'];
  const files = unzipFolder(file.bytes, names, file.filename);
  const cfg = JSON.parse(new TextDecoder().decode(files['cfg.json'])) as {
    metadata: { sasa_lab: Record<string, unknown> };
  };
  return { file, names: Object.keys(files).sort(), account: cfg.metadata.sasa_lab };
}

describe('the folder of a model', () => {
  it('whose evaluation is not finite says in cfg.json and to the page why it has no report.json', async () => {
    const { file, names, account } = await exported(evaluatedModel(3, { report: failure }));
    expect(names).toEqual(['cfg.json', 'metrics.jsonl']);
    expect(account).toMatchObject({ steps: 3, not_evaluated: 'SASA on rows: mse is Infinity.' });
    const { code, message, wayOut } = failure;
    expect(file.withoutReport).toEqual({ code, message, wayOut });
  });

  it('that has its report.json says nothing of the kind', async () => {
    const { file, names, account } = await exported(evaluatedModel(3));
    expect(names).toContain('report.json');
    expect(account).not.toHaveProperty('not_evaluated');
    expect(file).not.toHaveProperty('withoutReport');
  });
});

it('has what was changed up to its step in its account, but not the moves that follow its weights', () => {
  const change = { step: 3, model: 0, setting: 'lr' as const, from: 1, to: 2, lambda: null };
  const move = (step: number): RunMove => ({
    model: 0,
    step,
    move: 'unpack',
    from: [0],
    components: [{ group: 0, axes: 1, energy: 1 }],
    loss: [1, 1],
  });
  const run = { ...runOf(evaluatedModel(3)), changes: [move(2), change, move(3)] };
  expect(accountOf(run, 0, 3).changes).toEqual([move(2), change]);
});
