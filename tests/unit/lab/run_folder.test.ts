/**
 * A run's folder: what is saved of a run comes back wherever it is kept, what was logged after the state is dropped by a
 * run that goes on, and folders of earlier versions are read and written again as they were.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { DiskFiles } from '../../../src/cli/disk_files';
import { CheckedFiles } from '../../../src/io/checked_files';
import { MemoryFileStore } from '../../../src/io/file_store';
import { MemoryFiles, type FileChanges, type WholeFiles } from '../../../src/io/whole_files';
import { logFiles, logsUpTo, NO_LOGS } from '../../../src/lab/keep/model_logs';
import { evaluatedFiles, readLogs, readState, savedFiles } from '../../../src/lab/keep/run_folder';
import { readKeptModel } from '../../../src/lab/keep/kept_model';
import { parseRunConfig, type RunConfig } from '../../../src/lab/run/run_config';
import { MODEL_FILES, modelFolder, runFiles } from '../../../src/lab/run/run_files';
import { changesToJsonl, type ModelChange } from '../../../src/lab/run/run_history';
import { NOTHING_MOVED, type ModelState } from '../../../src/lab/train/session_types';
import { shapeOf } from '../../../src/sae/config';
import { frozenRuns, readJsonFile } from '../../fixtures/versions';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | null | undefined): string | null =>
  bytes === null || bytes === undefined ? null : new TextDecoder().decode(bytes);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-run-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const models = [
  { architecture: 'topk_sasa', n_groups: 5, group_rank: 3, k_groups: 2 },
  { architecture: 'topk', d_sae: 7, k: 2 },
] as const;
const runOf = (count: number): RunConfig =>
  parseRunConfig({
    data: { kind: 'words' },
    models: models.slice(0, count),
    training: { training_samples: 6400 },
  });

const WIDTH = 6;
function stateOf(run: RunConfig, model: number): ModelState {
  const { groups, rank } = shapeOf(at(run.models, model));
  const parameters = (sign: number) => ({
    encoder: Float32Array.from({ length: groups * rank * WIDTH }, (_, i) => sign * i),
    decoder: new Float32Array(groups * rank * WIDTH).fill(sign),
    encoderBias: new Float32Array(groups * rank),
    decoderBias: new Float32Array(WIDTH),
  });
  return {
    step: 8,
    weights: { groups, rank, width: WIDTH, ...parameters(1) },
    firstMoment: parameters(-1),
    secondMoment: parameters(2),
    tokensSinceFired: new Uint32Array(groups),
    inputScale: 1,
    lambda: null,
    moved: NOTHING_MOVED,
  };
}

const line = (step: number, more = '') => `{"step":${step},"details/seconds":${step / 2}${more}}\n`;
const change = (step: number): ModelChange => ({
  step,
  setting: 'lr',
  from: 0.002,
  to: step / 1000,
  lambda: null,
});

const saved = (count: number, metrics = line(4) + line(8), changes = [change(2)]) => {
  const config = runOf(count);
  return {
    config,
    step: 8,
    states: config.models.map((_, model) => stateOf(config, model)),
    logs: config.models.map(() => ({ metrics, changes })),
  };
};

const places: [name: string, open: () => WholeFiles][] = [
  ['in memory', () => new MemoryFiles('run')],
  ['on a disk', () => new DiskFiles(join(folder, 'out'))],
  ['in a store of the browser', () => new CheckedFiles(new MemoryFileStore(), 'run')],
];

describe.each(places)('a run that is kept %s', (_, open) => {
  it.each([1, 2])('comes back: %i models', async (count) => {
    const files = open();
    const run = saved(count);
    await files.write(savedFiles(run));
    const { config, step, states } = run;
    const state = await readState(files);
    expect(state).toEqual({ config, step, states });
    expect(await readLogs(files, { config, step })).toEqual(
      run.logs.map((logs) => ({ ...logs, seconds: 4 })),
    );
  });

  it('has no state before one is saved', async () => {
    expect(await readState(open())).toBeNull();
  });

  it('goes on without what was logged and changed after its state', async () => {
    const files = open();
    await files.write(savedFiles(saved(2)));
    // The next state was never written, or is torn.
    const later = line(4) + line(8) + line(12);
    const { 'checkpoint.safetensors': _next, ...rest } = savedFiles(
      saved(2, later, [change(2), change(9)]),
    );
    await files.write(rest);
    const state = await readState(files);
    const logs = state === null ? [] : await readLogs(files, state);
    expect(logs).toEqual([1, 2].map(() => ({ ...at(saved(2).logs, 0), seconds: 4 })));
  });

  it('has no changes any more, when all of them came after its state', async () => {
    const files = open();
    await files.write(savedFiles(saved(1, line(8), [change(9)])));
    const [logs = NO_LOGS] = await readLogs(files, saved(1));
    expect(textOf(await files.read('changes.jsonl'))).toBe(changesToJsonl([change(9)]));
    await files.write(savedFiles({ ...saved(1), logs: [logs] }));
    expect(await files.read('changes.jsonl')).toBeNull();
  });
});

describe('what is written', () => {
  const names = (files: FileChanges) =>
    Object.entries(files).flatMap(([name, bytes]) => (bytes === null ? [] : [name]));

  it('is in one folder for one model, in one for each of several, the state last', () => {
    expect(names(savedFiles(saved(1)))).toEqual([
      'run.json',
      'metrics.jsonl',
      'changes.jsonl',
      'checkpoint.safetensors',
    ]);
    expect(names(savedFiles(saved(2, line(8), [])))).toEqual([
      'run.json',
      'SASA/metrics.jsonl',
      'TopK SAE/metrics.jsonl',
      'checkpoint.safetensors',
    ]);
  });

  it('is among the names that a run tries before it trains', () => {
    for (const count of [1, 2]) {
      const { config } = saved(count);
      const all = runFiles(config);
      const folders = config.models.map(() =>
        Object.fromEntries(MODEL_FILES.map((name) => [name, bytesOf(name)])),
      );
      const written = [savedFiles(saved(count)), evaluatedFiles(config, folders)];
      expect(new Set(written.flatMap((files) => Object.keys(files)))).toEqual(new Set(all));
    }
  });

  it('takes the place of an evaluation that has no numbers now', () => {
    const own = { 'cfg.json': bytesOf('{}'), ...logFiles(NO_LOGS) };
    const files = evaluatedFiles(runOf(1), [own]);
    expect(files).toMatchObject({ 'cfg.json': own['cfg.json'], 'report.json': null });
    expect(files['changes.jsonl']).toBeNull();
    expect(Object.keys(files).at(-1)).toBe('run.json');
  });
});

describe('logs up to a step', () => {
  it('keep the lines of metrics as they are, whatever a later lab logs beside', () => {
    const lines = line(2, ',"metrics/new":null,"note":"é"') + line(8);
    const { metrics, seconds } = logsUpTo(
      { step: 8 },
      { metrics: bytesOf(lines + line(9)), changes: null },
    );
    expect(metrics).toBe(lines);
    expect(seconds).toBe(4);
  });

  it('leave out a line that was cut off, and what is no record', () => {
    const logs = logsUpTo(
      { step: 8 },
      {
        metrics: bytesOf(`${line(2)}\n[1]\nnull\n{"step":3}\n${line(4).slice(0, -9)}`),
        changes: bytesOf(`${changesToJsonl([change(1)])}{"step":2,"setting":"lr"}\n{"step":3,"set`),
      },
    );
    expect(logs).toEqual({ metrics: line(2), changes: [change(1)], seconds: 1 });
  });

  it('hold the moves before that step, not those that follow a state of it, which are made again', () => {
    const move = (step: number) => ({
      step,
      move: 'unpack' as const,
      from: [3],
      components: [
        { group: 3, axes: 2, energy: 0.75 },
        { group: 7, axes: 1, energy: 0.25 },
      ],
      loss: [0.5, 0.4] as [number, number],
    });
    const changes = bytesOf(changesToJsonl([move(4), change(8), move(8)]));
    expect(logsUpTo({ step: 8 }, { metrics: null, changes }).changes).toEqual([move(4), change(8)]);
    expect(logsUpTo({ step: 9 }, { metrics: null, changes }).changes).toEqual([
      move(4),
      change(8),
      move(8),
    ]);
    // What the weights had behind them when the run began with them stays, moves after their last step too.
    const began = { step: 8, changesBefore: 3 };
    expect(logsUpTo(began, { metrics: null, changes }).changes).toHaveLength(3);
  });

  it('are none where there are no files', () => {
    expect(logsUpTo({ step: 8 }, { metrics: null, changes: null })).toEqual({
      ...NO_LOGS,
      seconds: 0,
    });
  });
});

describe.each(frozenRuns)('the folder of %s', (_, place, name) => {
  const path = (part: string) => join(place, 'runs', name, part);

  it('goes on with all that it had logged until its state, which is written again as it was', async () => {
    const files = new DiskFiles(path('halfway'));
    const state = await readState(files);
    if (state === null) throw new Error('there is no state');
    const logs = await readLogs(files, state);
    state.config.models.forEach((model, index) => {
      const metrics = join(path('halfway'), modelFolder(state.config, model), 'metrics.jsonl');
      expect(at(logs, index).metrics).toBe(readFileSync(metrics, 'utf8'));
      expect(at(logs, index).changes).toHaveLength(at(state.states, index).moved.made);
      expect(at(logs, index).seconds).toBeGreaterThan(0);
    });
    const again = savedFiles({ ...state, logs });
    const run = readJsonFile(path('halfway'), 'run.json') as RunConfig;
    expect(JSON.parse(textOf(again['run.json']) ?? '')).toMatchObject(run);
  });

  it('has models with their account', async () => {
    const config = parseRunConfig(readJsonFile(path('finished'), 'run.json'));
    const state = await readState(new DiskFiles(path('finished')));
    for (const [index, model] of config.models.entries()) {
      const own = join(path('finished'), modelFolder(config, model));
      const kept = await readKeptModel(new DiskFiles(own), own, []);
      expect(kept).toMatchObject({ unread: [], before: { steps: 24 } });
      // Nothing was set otherwise.
      expect(kept.before.changes).toHaveLength(at(state?.states ?? [], index).moved.made);
      expect(kept.before.metrics).toHaveLength(7);
      expect(kept.report?.rows).toBeGreaterThan(0);
    }
  });
});
