/**
 * The person's own files in the engine: what the data of a run are, where their files are found again, copies that fit
 * or do not, and that a copy goes when no run needs it.
 */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { MemoryFileStore } from '../../../src/io/file_store';
import { KeptRuns } from '../../../src/lab/keep/kept_runs';
import { UNDO_MS } from '../../../src/lab/protocol/kept_protocol';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { RunData } from '../../../src/lab/train/run_data';
import { PageModels } from '../../../src/lab/worker/page_models';
import { RunFilesHost } from '../../../src/lab/worker/run_files_host';
import { MemoryIndex, MemoryLocks, memoryData } from '../../support/memory_runs';
import { dataFile, identityOf, npyFile } from '../../support/own_files';
import { keptRecord } from '../../support/kept_record';

const config = (data: object) =>
  parseRunConfig({
    data,
    models: [{ architecture: 'topk', d_sae: 4, k: 1 }],
    training: { training_samples: 100 },
  });
const onRows = config({ kind: 'npy', path: 'acts.npy' });
const onText = config({ kind: 'lm', model: 'mine', layer: 2, corpus: 'own.txt' });

/** An engine of a visit, over what a browser keeps. */
function visit(kept = memoryData()) {
  const data = new RunData(() => ({
    shipped: () => Promise.reject(new RangeError('nothing ships here')),
    matrix: () => Promise.reject(new RangeError('nobody reads')),
    text: () => Promise.reject(new RangeError('nobody reads')),
    languageModels: () => Promise.reject(new RangeError('no language model here')),
  }));
  const models = new PageModels();
  const host = new RunFilesHost({
    data,
    models,
    placeModel: (id, files) => {
      models.keepDropped(id, files);
      return Promise.resolve();
    },
    kept: () => Promise.resolve(kept),
  });
  return { data, models, host };
}

const source = { width: 2, size: { all: 50 } };
const acts = npyFile('acts.npy', 50);

it('says what a run was trained on: rows, a text, and a dropped language model', async () => {
  const { data, models, host } = visit();
  expect(await host.identityOf(onRows, source, undefined)).toBeNull();
  await data.open(onRows, acts).catch(() => undefined);
  expect(await host.identityOf(onRows, source, acts)).toEqual(await identityOf(acts, 50));

  const text = new File(['Once upon a time.'], 'own.txt');
  const model = ['config.json', 'tokenizer.json', 'model.safetensors'].map(
    (name) => new File([`the ${name} of mine`], name),
  );
  models.keepDropped('mine', model);
  await data.open(onText, text).catch(() => undefined);
  const identity = await host.identityOf(onText, source, text);
  expect(identity?.files).toEqual([
    await dataFile(text, 'corpus'),
    ...(await Promise.all(model.map((file) => dataFile(file, 'model')))),
  ]);
  // All of it is found again in this visit, and by the next one once it is given.
  if (identity === null) return;
  expect(await host.find('r', onText, identity)).toBeUndefined();
  const next = visit();
  await expect(next.host.find('r', onText, identity)).rejects.toMatchObject({
    code: 'needs_data',
    message: /^This run needs own.txt \(17 bytes, sha256 \w+…\), which is not open in this page.$/,
  });
  expect(await next.host.give(identity, [text, ...model.slice(1)])).toMatchObject({
    lacking: [{ name: 'config.json' }],
    wrong: [],
  });
  await next.host.give(identity, model);
  expect(new TextDecoder().decode(await bytesOf(next.host.find('r', onText, identity)))).toBe(
    'Once upon a time.',
  );
  expect(next.models.droppedFiles('mine').map(({ name }) => name)).toEqual(
    model.map(({ name }) => name),
  );
});

it('takes no other file for the one that is needed', async () => {
  const { host } = visit();
  const identity = await identityOf(acts, 50);
  const other = npyFile('acts.npy', 50, 7);
  const { lacking, wrong } = await host.give(identity, [npyFile('acts.npy', 40), other]);
  expect(lacking).toEqual(identity.files);
  expect(wrong).toMatchObject([
    { rows: 40, sha256: null },
    { rows: 50, sha256: (await dataFile(other)).sha256 },
  ]);
  await expect(host.find('r', onRows, identity)).rejects.toMatchObject({ code: 'needs_data' });
});

it('does not go on with a file that was changed after it was given', async () => {
  const { host } = visit();
  const identity = await identityOf(acts, 50);
  const given = npyFile('acts.npy', 50);
  await host.give(identity, [given]);
  given.arrayBuffer = () => Promise.reject(new DOMException('changed', 'NotReadableError'));
  given.slice = () => given;
  await expect(host.find('r', onRows, identity)).rejects.toMatchObject({ code: 'needs_data' });
});

it('keeps a copy that fits, and reads it in the next visit', async () => {
  const kept = memoryData(new MemoryFileStore(2000));
  const { host } = visit(kept);
  const identity = await identityOf(acts, 50);
  await expect(host.copy(onRows, identity)).rejects.toMatchObject({ code: 'needs_data' });
  await host.give(identity, [acts]);
  expect((await host.copy(onRows, identity)).copies).toMatchObject([
    { sha256: at(identity.files, 0).sha256, bytes: 528 + 256 },
  ]);
  const next = visit(kept);
  expect(await next.host.give(identity, [])).toEqual({ lacking: [], wrong: [] });
  expect(await bytesOf(next.host.find('r', onRows, identity))).toEqual(await acts.bytes());
  await next.host.removeCopy(at(identity.files, 0).sha256);
  await expect(next.host.find('r', onRows, identity)).rejects.toMatchObject({ code: 'needs_data' });
});

it('keeps nothing half-written where there is no room', async () => {
  const identity = await identityOf(acts, 50);
  const small = visit(memoryData(new MemoryFileStore(1000)));
  await small.host.give(identity, [acts]);
  await expect(small.host.copy(onRows, identity)).rejects.toMatchObject({ code: 'out_of_memory' });
  // Nobody knows what is free, until it is used up.
  const store = new MemoryFileStore(600);
  store.available = () => Promise.resolve(null);
  const full = visit(memoryData(store));
  await full.host.give(identity, [acts]);
  await expect(full.host.copy(onRows, identity)).rejects.toMatchObject({ code: 'out_of_memory' });
  expect(await store.folders()).toEqual([]);
});

it('lets files go with the last run that needs them, a minute after it was deleted', async () => {
  const identity = await identityOf(acts, 50);
  const [{ sha256 }] = [at(identity.files, 0)];
  const data = memoryData();
  let now = 0;
  const places = { files: new MemoryFileStore(), index: new MemoryIndex(), data };
  // A deletion of another visit is as old as the clock says.
  const visited = () => new KeptRuns({ ...places, locks: new MemoryLocks(), now: () => now });
  const runs = visited();
  const run = (id: string) => keptRecord(id, { config: onRows, status: 'stopped', data: identity });
  await runs.add(run('a'));
  await runs.add(run('b'));
  const { host } = visit(data);
  await host.give(identity, [acts]);
  await host.copy(onRows, identity);
  await host.remember({ ...at(identity.files, 0), handle: null, declined: false });
  const kept = async () => {
    await visited().list();
    const { copies, remembered } = await data.list();
    return [copies.map((copy) => copy.sha256), remembered.map((file) => file.sha256)];
  };
  await runs.delete('a');
  now = 2 * UNDO_MS;
  expect(await kept()).toEqual([[sha256], [sha256]]);
  await runs.delete('b');
  expect(await kept()).toEqual([[sha256], [sha256]]);
  now = 4 * UNDO_MS;
  expect(await kept()).toEqual([[], []]);
});

async function bytesOf(found: Promise<Uint8Array | Blob | undefined>): Promise<Uint8Array> {
  const content = await found;
  if (content === undefined) throw new Error('it is open already');
  return content instanceof Blob ? content.bytes() : content;
}
