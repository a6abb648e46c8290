/** Where files go that are dropped onto the page, whatever page it is, and what is said of those that go nowhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zipFolder } from '../../../src/io/archive';
import { useCarried } from '../../../src/state/carried_runs';
import { takeFiles } from '../../../src/state/dropped_files';
import { engine, setWorkerFactory } from '../../../src/state/engine_store';
import { setTraining, useExperiment } from '../../../src/state/experiment_store';
import { useLanguageModels } from '../../../src/state/language_models_store';
import { useNotices } from '../../../src/state/notices_store';
import { modelKey, questionOf, useQuestions } from '../../../src/state/questions';
import { followEngine, useRuns } from '../../../src/state/runs_store';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';

const fake = new FakeEngine({
  interval: 0,
  stepsPerTurn: 1,
  adapter: FAKE_ADAPTER,
  imported: [{ from: 'Run 7', outcome: 'imported', runId: 'a', name: 'Run 7' }],
});
setWorkerFactory(() => fake);
followEngine(engine);

const reset = () => {
  useNotices.setState({ notices: [] });
  useLanguageModels.setState({ fetches: {} });
  useExperiment.setState(useExperiment.getInitialState());
};
beforeEach(reset);
afterEach(reset);

const file = (name: string, content = 'x') => new File([content], name);
const titles = () => useNotices.getState().notices.map(({ title }) => title);
const data = () => useExperiment.getState().draft.data;

const run = {
  data: { kind: 'words' },
  models: [{ architecture: 'topk', d_sae: 12, k: 3 }],
  training: { training_samples: 6400 },
};

describe('into the draft go', () => {
  it('activations', async () => {
    expect(await takeFiles([file('Rows.NPY')])).toBe('draft');
    expect(data()).toMatchObject({ kind: 'npy', path: 'Rows.NPY' });
  });

  it.each(['book.txt', 'book.md', 'book.jsonl', 'book.ndjson'])('text: %s', async (name) => {
    expect(await takeFiles([file(name)])).toBe('draft');
    expect(data()).toMatchObject({ kind: 'lm', corpus: name });
  });

  it('a list of texts in JSON', async () => {
    expect(await takeFiles([file('texts.json', '["a", "b"]')])).toBe('draft');
    expect(data()).toMatchObject({ kind: 'lm', corpus: 'texts.json' });
  });

  it('a run file, as an experiment', async () => {
    expect(await takeFiles([file('run.json', JSON.stringify(run))])).toBe('draft');
    expect(useExperiment.getState().config).toMatchObject(run);
    expect(titles()).toEqual(['run.json is chosen for the next run.']);
  });

  it('and what was there comes back', async () => {
    const before = useExperiment.getState().draft;
    await takeFiles([file('run.json', JSON.stringify(run))]);
    // Whatever was edited meanwhile: the notice takes back what it names, not the last change.
    setTraining('lr', 0.5);
    useNotices.getState().notices[0]?.action?.run();
    expect(useExperiment.getState().draft).toEqual(before);
  });
});

describe('the folder of a trained model', () => {
  const frozen = join(import.meta.dirname, '../../fixtures/version2/runs/figure1/finished');
  const filesOf = (folder: string) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile()
        ? [new File([Uint8Array.from(readFileSync(join(folder, entry.name)))], entry.name)]
        : [],
    );
  const change = { step: 8, setting: 'lr', from: 0.002, to: 0.02, lambda: null };
  const opened = () => {
    const { runs, order } = useRuns.getState();
    return runs[order.at(-1) ?? ''];
  };

  it('brings its evaluation, its curves and its changes, as a .zip of it does', async () => {
    const changes = file('changes.jsonl', `${JSON.stringify(change)}\n`);
    // What lies beside it in the folder of a run of one model is let through unread.
    const beside = [file('run.json', '{}'), file('run.lock')];
    expect(await takeFiles([...filesOf(join(frozen, 'SASA')), changes, ...beside])).toBe('run');
    const run = opened();
    expect(run?.models[0]?.before).toMatchObject({ steps: 24, changes: [change] });
    expect(run?.models[0]?.before.metrics.map(({ step }) => step)).toEqual([
      1, 4, 8, 12, 16, 20, 24,
    ]);
    const report = JSON.parse(readFileSync(join(frozen, 'SASA/report.json'), 'utf8')) as {
      mse: number;
    };
    const { answer } = questionOf(useQuestions.getState(), 'evaluate', modelKey(run?.id ?? '', 0));
    expect(answer?.report).toMatchObject({ mse: report.mse });
  });

  it('is not mixed up with a .zip that an account lies beside', async () => {
    const folder = Object.fromEntries(
      ['cfg.json', 'sae_weights.safetensors'].map((name) => [
        name,
        Uint8Array.from(readFileSync(join(frozen, 'SASA', name))),
      ]),
    );
    const zip = new File([Uint8Array.from(zipFolder('SASA', folder))], 'SASA.zip');
    expect(await takeFiles([file('report.json', '{}'), zip])).toBe('run');
    expect(opened()?.models[0]?.before.metrics).toEqual([]);
    expect(titles()).toEqual([]);
  });
});

describe('the folder of a run', () => {
  /** The files that the engine was last given to import, by their places. */
  const given = () =>
    fake.commands.flatMap((command) =>
      command.kind === 'ask' && command.name === 'import_runs'
        ? [command.ask.files.map(({ path }) => path)]
        : [],
    );
  /** A file of a folder, as a chooser gives it. */
  const placed = (path: string) =>
    Object.defineProperty(file(path.slice(path.lastIndexOf('/') + 1)), 'webkitRelativePath', {
      value: path,
    });

  it('is imported, whether it is packed, chosen with its folder or loose', async () => {
    const bytes = new Uint8Array();
    const packed = { 'run.json': bytes, 'kept.json': bytes, 'SASA/cfg.json': bytes };
    const zip = new File([Uint8Array.from(zipFolder('Run 7', packed))], 'all.zip');
    expect(await takeFiles([zip])).toBe('kept');
    const paths = ['Run 7/run.json', 'Run 7/checkpoint.safetensors', 'Run 7/SASA/cfg.json'];
    expect(await takeFiles(paths.map(placed))).toBe('kept');
    const loose = ['run.json', 'checkpoint.safetensors', 'cfg.json'];
    expect(await takeFiles(loose.map((name) => file(name)))).toBe('kept');
    expect(given()).toEqual([['all.zip'], paths, loose]);
    expect(titles()).toEqual(Array(3).fill('Imported Run 7'));
    expect(useCarried.getState().current).toBeNull();
  });

  it('is none without a state: then its weights are opened', async () => {
    const before = given().length;
    const weights = ['run.json', 'cfg.json', 'sae_weights.safetensors'];
    await takeFiles(weights.map((name) => file(name)));
    expect(given()).toHaveLength(before);
    expect(titles()[0]).toContain('cfg.json');
  });
});

describe('what goes nowhere is said', () => {
  it('a run file with a setting that there is not', async () => {
    const wrong = { ...run, models: [{ architecture: 'topk', d_sae: -1, k: 3 }] };
    expect(await takeFiles([file('run.json', JSON.stringify(wrong))])).toBeNull();
    expect(titles()[0]).toContain('models.0.d_sae');
  });

  it('a file of another kind, with what can be dropped', async () => {
    expect(await takeFiles([file('holiday.jpg')])).toBeNull();
    const [notice] = useNotices.getState().notices;
    expect(notice).toMatchObject({
      tone: 'error',
      title: 'holiday.jpg is not something that the lab can open.',
    });
    for (const kind of ['.npy', '.txt', '.zip', 'GPT-2', 'run file']) {
      expect(notice?.detail).toContain(kind);
    }
  });

  it('several files of which only one could be taken', async () => {
    expect(await takeFiles([file('a.npy'), file('b.npy')])).toBeNull();
    expect(titles()).toEqual(['a.npy, b.npy: choose one at a time for the next run.']);
    expect(data().kind).toBe('synthetic');
  });

  it('data that came with weights', async () => {
    expect(await takeFiles([file('cfg.json'), file('rows.npy')])).toBeNull();
    expect(titles()).toEqual(['rows.npy does not belong to the weights that came with it.']);
  });

  it('weights that are none, in words about weights', async () => {
    expect(await takeFiles([file('cfg.json', '{}'), file('report.json', '{}')])).toBeNull();
    expect(titles()[0]).toMatch(/has no sae_weights\.safetensors|cannot be read/);
  });

  it('a language model while another one is loaded', async () => {
    useLanguageModels.setState({
      fetches: { 'dropped files': { status: 'fetching', files: {}, rate: null, error: null } },
    });
    await takeFiles([file('model.safetensors')]);
    expect(titles()).toEqual(['Another language model that was dropped is still being loaded.']);
  });

  it.each(['pytorch_model.bin', 'model.safetensors.index.json'])(
    'weights of a language model in another form, config.json beside them: %s',
    async (name) => {
      useLanguageModels.setState({
        fetches: { 'dropped files': { status: 'fetching', files: {}, rate: null, error: null } },
      });
      await takeFiles([file('config.json', '{}'), file(name)]);
      expect(titles()).toEqual(['Another language model that was dropped is still being loaded.']);
    },
  );

  it('an archive of arrays, with how to take one out', async () => {
    expect(await takeFiles([file('rows.npz')])).toBeNull();
    expect(useNotices.getState().notices).toMatchObject([
      {
        title: 'rows.npz is a .npz archive of NumPy, which holds several arrays.',
        detail:
          'In Python: import numpy as np; z = np.load("rows.npz"); print(z.files); np.save("rows.npy", z[z.files[0]]), or another of the names instead of the first.',
      },
    ]);
  });
});
