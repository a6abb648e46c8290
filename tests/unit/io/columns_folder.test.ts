/** Folders of SASA whose gate chooses columns: a name of their own, so that nobody reads them as what they are not. */
import { describe, expect, it } from 'vitest';
import { readSaeFolder } from '../../../src/io/sae_folder_reader';
import { modelSchema } from '../../../src/sae/config';
import { complaint } from './complaint';
import { folderOf, json, randomWeights, sasa, text, WIDTH } from './made_folders';

const settingsOf = (model: object) => json(folderOf({ ...sasa, ...model })['cfg.json']);
/** The folder with other settings, and without what the lab remembers of training. */
const changed = (model: object, changes: object) => ({
  ...folderOf({ ...sasa, ...model }),
  'cfg.json': text({ ...settingsOf(model), metadata: {}, ...changes }),
});

describe('a folder of chosen columns', () => {
  it.each([{}, { score: 'decoded_energy' as const }])('comes back as it was: %o', (own) => {
    const model = { ...sasa, ...own, k_columns: 3 };
    const weights = randomWeights(6, 2);
    const folder = folderOf(model, weights);
    expect(json(folder['cfg.json'])).toMatchObject({
      architecture: 'topk_sasa_columns',
      k_groups: 2,
      k_columns: 3,
      ...own,
    });
    const read = readSaeFolder(folder, 'out');
    // In the basis that its columns were chosen in.
    expect(read.weights).toEqual(weights);
    expect(read.config).toEqual({ ...modelSchema.parse(model), d_in: WIDTH });
    // Also without what the lab remembers of training.
    expect(readSaeFolder(changed(model, {}), 'out').config).toMatchObject({
      architecture: 'topk_sasa',
      k_columns: 3,
      ...own,
    });
  });

  it('is one of SASA where all columns stay', () => {
    const folder = settingsOf({ k_columns: 4 });
    expect(folder).toMatchObject({ architecture: 'topk_sasa', k_groups: 2 });
    expect(folder).not.toHaveProperty('k_columns');
  });

  it('is believed by its name: SASA with other settings beside it stays SASA', () => {
    const read = readSaeFolder(changed({}, { k_columns: 3, score: 'decoded_energy' }), 'out');
    expect(read.config).not.toHaveProperty('k_columns', 3);
    expect(read.config).not.toHaveProperty('score', 'decoded_energy');
  });

  it('has to say how many', () => {
    const folder = changed({ k_columns: 3 }, { k_columns: undefined });
    expect(complaint(() => readSaeFolder(folder, 'out'))).toContain('has no k_columns');
    const many = changed({ k_columns: 3 }, { k_columns: 5 });
    expect(complaint(() => readSaeFolder(many, 'out'))).toContain('k_columns is 5');
  });
});
