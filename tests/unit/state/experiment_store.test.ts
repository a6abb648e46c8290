/**
 * The experiment in the draft: edits validate field by field, every change can be taken back, and models
 * added or turned into another architecture keep their size and a name of their own.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultPreset, presetIds, presets } from '../../../src/lab/run/presets';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { readShareLink, writeShareLink } from '../../../src/lab/run/share_link';
import { architectures } from '../../../src/sae/config';
import {
  addModel,
  duplicateModel,
  matchingPreset,
  MAX_MODELS,
  openExperiment,
  openFile,
  openLanguageModel,
  readyConfig,
  redo,
  removeModel,
  selectModel,
  setArchitecture,
  setData,
  setModel,
  setTraining,
  undo,
  useExperiment,
} from '../../../src/state/experiment_store';
import { nameOf } from '../../../src/state/model_settings';

const state = () => useExperiment.getState();
const names = () => state().draft.models.map(nameOf);

beforeEach(() => {
  openExperiment(defaultPreset.config);
  useExperiment.setState({ past: [], future: [], lastField: null });
});

describe('opening an experiment', () => {
  it('fills in every default, and knows the presets again', () => {
    for (const id of presetIds) {
      openExperiment(presets[id].config);
      expect(state().config).toEqual(parseRunConfig(presets[id].config));
      expect(matchingPreset(state().draft)).toBe(id);
    }
  });

  it('no longer takes it for a preset once a setting differs', () => {
    setTraining('lr', 1e-3);
    expect(matchingPreset(state().draft)).toBeNull();
    setTraining('lr', 2e-3);
    expect(matchingPreset(state().draft)).toBe('figure1');
  });
});

describe('another language model', () => {
  it('takes the place of the one in the draft, its layer and context cut to what it has', () => {
    openExperiment(presets.gpt2.config);
    openLanguageModel({ id: 'dropped files', layers: 2, context: 64 });
    expect(state().config?.data).toMatchObject({
      kind: 'lm',
      model: 'dropped files',
      layer: 2,
      context_size: 64,
      corpus: 'generated',
    });
    undo();
    expect(matchingPreset(state().draft)).toBe('gpt2');
  });

  it('brings the experiment of one that ships when other data are in the draft', () => {
    openLanguageModel({ id: 'dropped files', layers: 12, context: 1024 });
    const { data } = parseRunConfig(presets.stories.config);
    expect(state().config?.data).toEqual({ ...data, model: 'dropped files' });
  });
});

describe('validation', () => {
  it('names the field and the allowed range, and gives no run while something is wrong', () => {
    setModel(0, { n_groups: 0 });
    expect(state().issues.get('models.0.n_groups')).toBe('Must be a whole number from 1 to 65536.');
    expect(state().config).toBeNull();
    expect(() => readyConfig()).toThrow(/n_groups/);
    setModel(0, { n_groups: 8 });
    expect(state().issues.size).toBe(0);
    expect(readyConfig().models[0]).toMatchObject({ n_groups: 8 });
  });

  it('sees what concerns two fields: a gate wider than the model, two models of one name', () => {
    setModel(0, { k_groups: 65 });
    expect([...state().issues.keys()]).toEqual(['models.0.k_groups']);
    setModel(0, { k_groups: 1, name: 'topk sae' });
    expect([...state().issues.keys()]).toEqual(['models.1.name']);
  });

  it('says nothing of a path in words that stand under the field itself', () => {
    setModel(0, { name: '***' });
    setModel(0, { k_groups: 0.5 });
    setTraining('lr', 7);
    for (const text of state().issues.values()) {
      expect(text).toMatch(/^[A-Z].*\.$/);
      expect(text).not.toMatch(/models\.|training\./);
    }
  });
});

describe('undo', () => {
  it('takes back one field at a time, however often it was typed into', () => {
    setTraining('lr', 1e-3);
    setTraining('lr', 1e-4);
    setTraining('seed', 7);
    undo();
    expect(state().draft.training).toMatchObject({ lr: 1e-4, seed: 0 });
    undo();
    expect(state().draft.training).toMatchObject({ lr: 2e-3, seed: 0 });
    redo();
    redo();
    expect(state().draft.training).toMatchObject({ lr: 1e-4, seed: 7 });
  });

  it('brings a removed model back where it was', () => {
    setModel(1, { name: 'Baseline', k: 2 });
    removeModel(1);
    expect(names()).toEqual(['SASA']);
    undo();
    expect(names()).toEqual(['SASA', 'Baseline']);
    expect(state().draft.models[1]).toMatchObject({ k: 2 });
  });

  it('forgets what could be redone after another change', () => {
    setTraining('lr', 1e-3);
    undo();
    setTraining('seed', 3);
    redo();
    expect(state().draft.training).toMatchObject({ lr: 2e-3, seed: 3 });
  });
});

describe('models', () => {
  it('can be added up to six, each under a name of its own, and are valid at once', () => {
    for (let i = 0; i < 8; i++) addModel(architectures[i % architectures.length]?.id ?? 'topk');
    expect(state().draft.models).toHaveLength(MAX_MODELS);
    expect(new Set(names()).size).toBe(MAX_MODELS);
    expect(state().config).not.toBeNull();
  });

  it('are copied below themselves with all their settings', () => {
    setModel(0, { n_groups: 32 });
    duplicateModel(0);
    expect(names()).toEqual(['SASA', 'SASA 2', 'TopK SAE']);
    expect(state().draft.models[1]).toMatchObject({ n_groups: 32, nuclear_coefficient: 0.003 });
    expect(state().selected).toBe(1);
  });

  it('keep columns and l0 when they become another architecture, and come back', () => {
    setArchitecture(0, 'topk');
    expect(state().draft.models[0]).toMatchObject({ architecture: 'topk', d_sae: 256, k: 4 });
    setArchitecture(0, 'topk_sasa');
    expect(state().draft.models[0]).toMatchObject({ n_groups: 64, group_rank: 4, k_groups: 1 });
    setArchitecture(1, 'standard');
    expect(state().draft.models[1]).toMatchObject({ architecture: 'standard', d_sae: 256 });
  });

  it('leave one at least, and show a neighbour of the one removed', () => {
    selectModel(1);
    removeModel(1);
    expect(state().selected).toBe(0);
    removeModel(0);
    expect(state().draft.models).toHaveLength(1);
  });
});

describe('a file of the person’s own', () => {
  it('becomes the data and leaves the models', () => {
    const file = new File([new Uint8Array(4)], 'activations.npy');
    openFile(file);
    expect(state().config?.data).toEqual({
      kind: 'npy',
      path: 'activations.npy',
      order: 'shuffled',
    });
    expect(state().file).toBe(file);
    expect(names()).toEqual(['SASA', 'TopK SAE']);
  });

  it('takes an absolute λ, which belongs to other data, for a relative one', () => {
    openFile(new File([], 'a.npy'));
    expect(state().draft.models[0]).not.toHaveProperty('nuclear_coefficient');
    expect(state().draft.models[0]).toMatchObject({ nuclear_coefficient_relative: 3.3e-5 });
    setModel(0, { nuclear_coefficient: 5, nuclear_coefficient_relative: undefined });
    openFile(new File([], 'b.npy'));
    expect(state().draft.models[0]).toMatchObject({ nuclear_coefficient: 5 });
  });

  it('comes back with the experiment that names it: undone, from a link, after a preset', () => {
    const files = ['a.npy', 'b.npy'].map((name) => new File([], name));
    for (const file of files) openFile(file);
    expect(state().file).toBe(files[1]);
    undo();
    expect(state().file).toBe(files[0]);
    redo();
    expect(state().file).toBe(files[1]);
    undo();
    const link = writeShareLink(readyConfig());
    openExperiment(defaultPreset.config);
    expect(state().file).toBeNull();
    openExperiment(readShareLink(link));
    expect(state().file).toBe(files[0]);
    setData('path', 'c.npy');
    expect(state().file).toBeNull();
  });

  it('is the one of its time, when another of the same name was opened later', () => {
    const [first, second] = [1, 2].map((length) => new File([new Uint8Array(length)], 'a.npy'));
    for (const file of [first, second]) if (file !== undefined) openFile(file);
    undo();
    expect(state().file).toBe(first);
    redo();
    expect(state().file).toBe(second);
  });
});

describe('the link of what is in the draft', () => {
  it('opens as the same experiment, for every preset and after edits of every kind', () => {
    const edits: (() => void)[] = [
      () => undefined,
      () => setTraining('lr', 3.3e-4),
      () => setTraining('max_grad_norm', 1),
      () => setModel(0, { name: 'My model 1.0' }),
      () => setArchitecture(1, 'standard'),
      () => duplicateModel(0),
      () => setTraining('lr_decay_steps', 0),
      () => openFile(new File([], 'late layer & more.npy')),
      () => setData('order', 'sequential'),
    ];
    for (const id of presetIds) {
      openExperiment(presets[id].config);
      for (const edit of edits) {
        edit();
        const config = readyConfig();
        const address = new URLSearchParams({ run: writeShareLink(config) }).toString();
        const text = new URLSearchParams(address).get('run') ?? '';
        expect(readShareLink(text)).toEqual(config);
      }
    }
  });
});
