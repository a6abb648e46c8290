/**
 * The run file and the link: what is refused is named with its value and its range, links are short and
 * bring back the same run, junk in a link gives a sentence, and docs and JSON Schema say what the schema
 * says.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../../src/sae/config';
import { labVersion } from '../../../src/base/version';
import { presets } from '../../../src/lab/run/presets';
import { parseRunConfig, type RunInput } from '../../../src/lab/run/run_config';
import { runJsonSchema, settingsTables } from '../../../src/lab/run/run_schema';
import { readShareLink, writeShareLink } from '../../../src/lab/run/share_link';
import { complaint, numberSequence } from '../io/complaint';

const root = new URL('../../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const base = {
  data: { kind: 'words' },
  models: [{ architecture: 'topk', d_sae: 64, k: 4 }],
  training: { training_samples: 1000, train_batch_size_samples: 10 },
};
const withModel = (settings: object) => ({
  ...base,
  models: [{ ...base.models[0], ...settings }],
});
/** Features of one's own, with a child, so that objects lie in objects and lists. */
const spec = {
  width: 32,
  features: [
    { kind: 'circle', count: 4, scale: [0.5, 2] },
    { kind: 'line', name: 'leaf_1', child_of: { parent: 'circle 1', probability: 0.25 } },
  ],
  frequency: { kind: 'zipf', probability: 0.5 },
  noise: 0.3,
};
const withMadeData = (settings: object) => ({
  ...base,
  data: { kind: 'synthetic', ...settings },
});
const withTraining = (settings: object) => ({
  ...base,
  training: { ...base.training, ...settings },
});

describe('a run file', () => {
  it.each<[unknown, string]>([
    [withTraining({ lr: 5 }), 'training.lr is 5; it must be a number above 0 and at most 1.'],
    [
      withTraining({ adam_beta1: 1 }),
      'training.adam_beta1 is 1; it must be a number of at least 0 and below 1.',
    ],
    [
      withTraining({ log_every: 1.5 }),
      'training.log_every is 1.5; it must be a whole number from 1 to 1000000.',
    ],
    [withTraining({ seed: '7' }), 'training.seed is "7"; it must be a whole number from 0 to'],
    [
      withTraining({ lr_warmup_steps: 3 }),
      'training.lr_warmup_steps is 3, but there is no such setting (did you mean lr_warm_up_steps?).',
    ],
    [
      withModel({ nuclear_coefficient: 1 }),
      'models.0.nuclear_coefficient is 1, but there is no such setting (only architecture, name,',
    ],
    [
      withModel({ architecture: 'nonesuch' }),
      `models.0.architecture is "nonesuch"; it must be one of ${architectures.map(({ id }) => `"${id}"`).join(', ')}.`,
    ],
    [withModel({ k: null }), 'models.0.k is null; it must be a whole number from 1 to 4096.'],
    [withModel({ name: '../up' }), 'models.0.name is "../up"; it must be text that matches'],
    [
      { ...base, data: {} },
      'data.kind is missing; it must be one of "synthetic", "words", "npy", "lm".',
    ],
    [
      { ...base, data: { kind: 'lm', model: 'x', layer: -1 } },
      'data.layer is -1; it must be a whole number from 0 to 1000.',
    ],
    [
      { ...base, data: { kind: 'lm', model: 'x', layer: 1, contex_size: 8 } },
      'data.contex_size is 8, but there is no such setting (did you mean context_size?).',
    ],
    [
      { ...base, data: { kind: 'npy', path: 'x', order: 'random' } },
      'data.order is "random"; it must be one of "shuffled", "sequential".',
    ],
    [
      withMadeData({ spec: { ...spec, nois: 0.1 } }),
      'data.spec.nois is 0.1, but there is no such setting (did you mean noise?).',
    ],
    [
      withMadeData({ spec: { ...spec, features: [{ kind: 'circle', count: 0 }] } }),
      'data.spec.features.0.count is 0; it must be a whole number from 1 to 1024.',
    ],
    [
      withMadeData({ preset: 'zoo3' }),
      'data.preset is "zoo3"; it must be one of "figure1", "zoo", "zoo_independent", "zoo2".',
    ],
    [{ ...base, models: [] }, 'models is an empty list; it must be a list of 1 to 6 entries.'],
    [{ models: base.models }, 'data is missing; it must be an object with settings.'],
    [[1], 'the run is a list; it must be an object with settings.'],
    [null, 'the run is null; it must be an object with settings.'],
  ])('is refused with key, value and range: %j', (run, sentence) => {
    const said = complaint(() => parseRunConfig(run));
    expect(said).toContain('bad_config: This run cannot be read: ');
    expect(said).toContain(sentence);
  });

  it.each<[unknown, string]>([
    [
      withMadeData({ seed: 1 }),
      'data.preset is missing; give the name of a preset, or features as data.spec.',
    ],
    [
      withMadeData({ preset: 'zoo', spec }),
      'data.spec is given beside data.preset, which is "zoo"; only one can be meant.',
    ],
    [withModel({ k: 65 }), 'models.0.k is 65; it must be a whole number from 1 to d_sae (64).'],
    [
      withModel({ architecture: 'topk_sasa', d_sae: undefined, k: undefined }),
      'models.0.n_groups is missing',
    ],
    [
      {
        ...base,
        models: [{ architecture: 'topk_sasa', n_groups: 4, group_rank: 2, k_groups: 5 }],
      },
      'models.0.k_groups is 5; it must be a whole number from 1 to n_groups (4).',
    ],
    [
      withModel({ d_in: 1, normalize_activations: 'layer_norm' }),
      'models.0.normalize_activations is layer_norm, but a row has one dimension: less its own mean it is 0',
    ],
    [
      { ...base, models: [...base.models, { ...base.models[0], name: 'topk sae' }] },
      'models.1.name is "topk sae", as is that of models.0; every model needs a name of its own.',
    ],
    [
      { ...base, models: [...base.models, { ...base.models[0], name: 'Run.JSON' }] },
      'models.1.name is "Run.JSON", the name of a file of the run; the model\'s folder needs another.',
    ],
    [
      withTraining({ lr_warm_up_steps: 101 }),
      'training.lr_warm_up_steps is 101; it must be a whole number from 0 to 100, the steps of',
    ],
    [
      withTraining({ lr_warm_up_steps: 60, lr_decay_steps: 60 }),
      'training.lr_decay_steps is 60; it must be a whole number from 0 to 40, the steps of',
    ],
    [
      { ...base, data: { kind: 'lm', model: 'stories15m', layer: 7, context_size: 257 } },
      'data.layer is 7; for stories15m it must be a whole number from 0 to 6 (6 is the residual stream after the last block). data.context_size is 257; for stories15m it must be a whole number from 2 to 256.',
    ],
  ])('is refused when two settings cannot go together: %j', (run, sentence) => {
    expect(complaint(() => parseRunConfig(run))).toContain(sentence);
  });

  it('names all that is wrong at once', () => {
    const said = complaint(() =>
      parseRunConfig({ ...withTraining({ lr: -1, seed: -1 }), data: { kind: 'x' } }),
    );
    for (const name of ['data.kind', 'training.lr', 'training.seed']) expect(said).toContain(name);
  });
});

/** A text with its tables as Prettier pads them and as a program writes them alike. */
function cellsOf(text: string): string {
  return text
    .replaceAll(/ *\| */g, '|')
    .replaceAll(/-{3,}/g, '---')
    .replaceAll('||', '| |')
    .replaceAll('||', '| |');
}

describe('the JSON Schema and the documentation', () => {
  it('in docs is the one that the lab checks with', () => {
    expect(JSON.parse(textOf('docs/run-file.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(runJsonSchema())),
    );
  });

  it('explains every setting', () => {
    const visit = (node: object, section: string): void => {
      const {
        properties = {},
        oneOf = [],
        items,
      } = node as {
        properties?: Record<string, { description?: string }>;
        oneOf?: object[];
        items?: object;
      };
      for (const [name, child] of Object.entries(properties)) {
        const path = section === '' ? name : `${section}.${name}`;
        // The name of a kind says which settings there are.
        if (name !== 'kind' && name !== 'architecture') {
          expect(child.description, path).toBeTypeOf('string');
        }
        visit(child, path);
      }
      for (const child of items === undefined ? oneOf : [...oneOf, items]) visit(child, section);
    };
    visit(runJsonSchema(), '');
  });

  it.each(settingsTables())('docs/run-file.md has the table of $section', ({ markdown }) => {
    const docs = cellsOf(textOf('docs/run-file.md'));
    expect(docs).toContain(cellsOf(markdown));
  });

  it("the version is the package's", () => {
    expect((JSON.parse(textOf('package.json')) as { version: string }).version).toBe(labVersion);
  });
});

describe('the run files of docs/results', () => {
  it.each(['figure1', 'zoo', 'words', 'stories'] as const)('%s is the preset', (id) => {
    const file = parseRunConfig(JSON.parse(textOf(`docs/results/runs/${id}.json`)));
    const preset = parseRunConfig(presets[id].config);
    // How often numbers are written changes no weight.
    const { log_every } = preset.training;
    expect({ ...file, training: { ...file.training, log_every } }).toEqual(preset);
  });
});

describe('a share link', () => {
  it('brings every preset back, in less than 480 characters', () => {
    for (const { config } of Object.values(presets)) {
      const text = writeShareLink(config);
      expect(readShareLink(text)).toEqual(parseRunConfig(config));
      expect(text.length).toBeLessThan(480);
    }
  });

  it('carries features of your own, to be read and edited by hand', () => {
    const run = parseRunConfig(withMadeData({ spec, seed: 3 }));
    const text = writeShareLink(run);
    expect(text).toContain('*d.spec.features.1.child_of.parent-circle 1*');
    expect(readShareLink(text)).toEqual(run);
    expect(readShareLink(text.replace('noise-0.3', 'noise-0.2')).data).toMatchObject({
      spec: { width: 32, noise: 0.2 },
    });
    const many = Array.from({ length: 1024 }, (_, i) => ({ kind: 'circle', name: `c${i}` }));
    const long = parseRunConfig(withMadeData({ spec: { ...spec, width: 4096, features: many } }));
    expect(readShareLink(writeShareLink(long))).toEqual(long);
  });

  it('leaves out what is at its default', () => {
    const run: RunInput = {
      data: { kind: 'synthetic', preset: 'zoo', seed: 0 },
      models: [{ architecture: 'topk', d_sae: 64, k: 4, aux_loss: 'preact' }],
      training: { training_samples: 1000, lr: 2e-3, seed: 5 },
    };
    expect(writeShareLink(run)).toBe(
      'd.kind-synthetic*d.preset-zoo*m0.architecture-topk*m0.d_sae-64*m0.k-4*t.training_samples-1000*t.seed-5',
    );
  });

  it('keeps a setting whose absence means something else than its value', () => {
    const run: RunInput = {
      data: { kind: 'words' },
      models: [{ architecture: 'topk', d_sae: 64, k: 4, k_aux: 50 }],
      training: { training_samples: 1000, lr_decay_steps: 0 },
    };
    expect(readShareLink(writeShareLink(run))).toEqual(parseRunConfig(run));
  });

  it.each([
    ['', 'does not describe a run: "" is not of the form setting-value.'],
    ['d.kind-words*q.x-1', 'there is no setting q.x'],
    ['d.kind-words*d.__proto__-1', 'there is no setting d.__proto__'],
    ['d.kind-words*m1.k-3', 'it has model m1 but not m0'],
    ['d.kind-words*m0.k-3', 'models.0.architecture is missing'],
    ['d.kind-words', 'models is an empty list'],
    ['d.spec-1*d.spec.width-2', 'd.spec.width contradicts another setting'],
    ['d.spec.width-2*d.spec-1', 'd.spec contradicts another setting'],
    ['d.kind-words*d.spec..width-1', 'there is no setting d.spec..width'],
    ['d.kind-words*d-1', 'there is no setting d'],
    ['d.kind-words*m0.constructor-3', 'models.0.architecture is missing'],
  ])('with junk is refused in a sentence: %s', (text, sentence) => {
    expect(complaint(() => readShareLink(text))).toContain(sentence);
  });

  it('that is damaged anywhere gives a run or a LabError, never anything else', () => {
    const next = numberSequence(6);
    const good = writeShareLink(presets.figure1.config);
    for (let round = 0; round < 500; round++) {
      const letters = Array.from(good);
      for (let change = 0; change <= next() * 4; change++) {
        const place = Math.floor(next() * letters.length);
        letters.splice(place, next() < 0.5 ? 1 : 0, String.fromCharCode(32 + next() * 95));
      }
      expect(complaint(() => readShareLink(letters.join('')))).toMatch(
        /^(no complaint$|bad_config: This (link|run) )/,
      );
    }
  });
});
