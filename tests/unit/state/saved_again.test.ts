/**
 * A folder of the command line that is opened in the page and saved again: what its data were is said of its weights
 * as long as they are those that were opened, and of nothing that the page did itself.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { writeSaeFolder } from '../../../src/io/sae_folder';
import type { FileSet } from '../../../src/io/whole_files';
import type { DataIdentity } from '../../../src/lab/run/data_identity';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { folderOfRun } from '../../../src/lab/keep/run_evaluations';
import { readOpenedRun, type OpenedRun } from '../../../src/state/opened_weights';
import { evaluatedModel } from '../lab/evaluated_model';

const training = { training_samples: 640, train_batch_size_samples: 64 };
const data = { kind: 'npy', path: '/there/rows.npy', order: 'shuffled' };
const file = { setting: 'path', name: 'rows.npy', path: '/there/rows.npy', bytes: 88 } as const;
const sha256 = 'a1'.repeat(32);
const identity: DataIdentity = {
  rows: 7,
  width: 3,
  files: [{ ...file, relative: '../rows.npy', sha256 }],
};
/** The same without its place as seen from the folder: nobody knows where the new one is unpacked. */
const carried = { ...identity, files: [{ ...file, sha256 }] };
function written(provenance: Record<string, unknown>): FileSet {
  const { config, weights, frequency } = evaluatedModel(0);
  return writeSaeFolder({ config, weights, frequency, provenance });
}

const opened = (files: FileSet): Promise<OpenedRun> =>
  readOpenedRun(
    Object.entries(files).map(([name, bytes]) => new File([Uint8Array.from(bytes)], name)),
    null,
  );

/** The folder that the page saves of opened weights after `step` more steps. */
function saved({ input, before }: OpenedRun, step: number): FileSet {
  const settings = parseRunConfig(input);
  const account = { settings, before: at(before, 0), changes: [], records: [] };
  return folderOfRun(0, evaluatedModel(step), account);
}

const json = (files: FileSet, name: string): unknown =>
  JSON.parse(new TextDecoder().decode(files[name]));
const account = (files: FileSet) =>
  (json(files, 'cfg.json') as { metadata: { sasa_lab: object } }).metadata.sasa_lab;

describe('what the data of opened weights were', () => {
  const folder = written({ data, data_identity: identity, training, steps: 10, samples: 640 });

  it('is said of the same weights when they are saved again, and again', async () => {
    const once = saved(await opened(folder), 0);
    expect(account(once)).toMatchObject({ steps: 10 });
    expect(account(once)).toHaveProperty('data_identity', carried);
    const twice = saved(await opened(once), 0);
    expect(account(twice)).toHaveProperty('data_identity', carried);
  });

  it('is not said of weights that the page trained on', async () => {
    const on = account(saved(await opened(folder), 1));
    expect(on).toMatchObject({ steps: 11 });
    expect(on).not.toHaveProperty('data_identity');
  });

  it('is not said of the rows that the page evaluated them on, which it does not check', async () => {
    const again = saved(await opened(folder), 0);
    expect(json(again, 'report.json')).toMatchObject({ mse: 1, steps: 10 });
    expect(json(again, 'report.json')).not.toHaveProperty('data_identity');
  });

  it('is named when it cannot be read, and the weights open without it', async () => {
    const broken = written({ data, data_identity: { rows: 'many' }, training });
    const { before, unread } = await opened(broken);
    expect(unread).toEqual([
      'What The chosen folder/cfg.json says of its data cannot be read (metadata.sasa_lab.data_identity).',
    ]);
    expect(before).toEqual([{ steps: 0, samples: 0, changes: [], metrics: [] }]);
  });
});

it('a folder that names the place of its file opens on the file of that name', async () => {
  const paths = ['/there/rows.npy', 'C:\\there\\rows.npy', '../rows.npy', 'rows.npy'];
  for (const path of paths) {
    const { input } = await opened(written({ data: { ...data, path }, training }));
    expect(input.data).toMatchObject({ kind: 'npy', path: 'rows.npy' });
  }
  const text = { kind: 'lm', model: 'stories15m', layer: 4, corpus: '/there/texts.jsonl' };
  const { input } = await opened(written({ data: text, training }));
  expect(input.data).toMatchObject({ model: 'stories15m', corpus: 'texts.jsonl' });
});
