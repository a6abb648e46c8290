/** An import is whole or not there: what is refused, given up or has no room leaves nothing behind. */
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryFileStore, type FileAppender } from '../../../src/io/file_store';
import type { KeptRun } from '../../../src/lab/keep/run_index';
import { receiveRuns } from '../../../src/lab/worker/run_carrier';
import { Browser, decode, encode, folderOf, only } from '../../support/carried_runs';
import { asChosen, zipOf, type Files } from '../../support/run_folders';

let here: Browser;
beforeEach(() => {
  here = new Browser();
});
describe('what is refused leaves nothing behind', () => {
  const good = folderOf('figure1/finished');
  const cut = (bytes: Uint8Array | undefined) => bytes?.slice(0, -5) ?? new Uint8Array();
  const json = (path: string, change: object) => encode({ ...decode(good[path]), ...change });
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(good).filter(([path]) => !names.includes(path)));
  /** A checkpoint that says another version. */
  const newer = (): Uint8Array => {
    const bytes = (good['checkpoint.safetensors'] ?? new Uint8Array()).slice();
    const text = new TextDecoder('latin1').decode(bytes);
    const place = text.indexOf('\\"version\\":2') + '\\"version\\":'.length;
    bytes[place] = '9'.charCodeAt(0);
    return bytes;
  };
  const cases: [what: string, files: Files, said: string | RegExp][] = [
    [
      'a run file of a newer lab',
      { ...good, 'run.json': json('run.json', { version: 7 }) },
      'mine/run.json is a run file of version 7; this lab reads up to 1.',
    ],
    [
      'a run file that is not JSON',
      { ...good, 'run.json': encode('{') },
      /^mine\/run\.json is not JSON: /,
    ],
    [
      'a setting that there is not',
      { ...good, 'run.json': json('run.json', { models: [] }) },
      /models/,
    ],
    [
      'a record of a newer lab',
      { ...good, 'kept.json': encode({ version: 99 }) },
      /^mine\/kept\.json is a kept run of version 99; this lab reads up to \d+\.$/,
    ],
    ['a record that is none', { ...good, 'kept.json': encode({ id: '' }) }, /^mine\/kept\.json: /],
    [
      'a checkpoint of a newer lab',
      { ...good, 'checkpoint.safetensors': newer() },
      'mine/checkpoint.safetensors is a checkpoint of version 9; this lab reads up to 3.',
    ],
    [
      'a checkpoint that is cut off',
      { ...good, 'checkpoint.safetensors': cut(good['checkpoint.safetensors']) },
      /^mine\/checkpoint\.safetensors /,
    ],
    [
      'a checkpoint of another run',
      {
        ...good,
        'checkpoint.safetensors':
          folderOf('words/finished')['checkpoint.safetensors'] ?? cut(undefined),
      },
      /^mine\/checkpoint\.safetensors is of another run than run\.json beside it: data\.kind is /,
    ],
    [
      'an older checkpoint of another run',
      {
        ...good,
        'checkpoint-3.safetensors':
          folderOf('words/finished')['checkpoint.safetensors'] ?? cut(undefined),
      },
      /^mine\/checkpoint-3\.safetensors is of another run/,
    ],
    [
      'an older checkpoint that is cut off',
      { ...good, 'checkpoint-3.safetensors': cut(good['checkpoint.safetensors']) },
      /^mine\/checkpoint-3\.safetensors /,
    ],
    [
      'weights that are cut off',
      { ...good, 'SASA/sae_weights.safetensors': cut(good['SASA/sae_weights.safetensors']) },
      /mine\/SASA/,
    ],
    ['a cfg.json that is none', { ...good, 'SASA/cfg.json': encode('[]') }, /mine\/SASA/],
    [
      'a report that is none',
      { ...good, 'SASA/report.json': json('SASA/report.json', { mse: 'low' }) },
      /^mine\/SASA\/report\.json: mse is /,
    ],
    [
      'a line of metrics that is cut off',
      { ...good, 'ReLU SAE/metrics.jsonl': cut(good['ReLU SAE/metrics.jsonl']) },
      /^mine\/ReLU SAE\/metrics\.jsonl/,
    ],
    [
      'changes that are none',
      { ...good, 'SASA/changes.jsonl': encode('{"step":1}\n') },
      /^mine\/SASA\/changes\.jsonl/,
    ],
    [
      'weights without a state',
      without('checkpoint.safetensors'),
      'mine has weights, but no checkpoint.safetensors, without which a run can neither be looked at nor go on.',
    ],
  ];
  it.each(cases)('%s', async (_, files, said) => {
    const [result] = await receiveRuns(here.kept, asChosen('mine', files), {});
    expect(result).toMatchObject({ from: 'mine', outcome: 'refused' });
    if (result?.outcome !== 'refused') return;
    if (typeof said === 'string') expect(result.error.message).toBe(said);
    else expect(result.error.message).toMatch(said);
    expect(result.error.code).not.toBe('internal');
    expect(result.error.wayOut).not.toBe('');
    expect(await here.isEmpty()).toBe(true);
  });

  it('a file that holds no run, or is none', async () => {
    const weights = await zipOf('SASA.zip', { SASA: { 'cfg.json': encode('{}') } });
    await expect(here.import(weights.file)).rejects.toMatchObject({
      message: 'SASA.zip: there is no run.json, and so no run.',
    });
    await expect(here.import(new File(['x'], 'a.zip'))).rejects.toMatchObject({
      message: 'a.zip is not a .zip file.',
    });
    const torn = (await zipOf('a.zip', { mine: good })).file;
    await expect(here.import(new File([torn.slice(0, -30)], 'a.zip'))).rejects.toMatchObject({
      message: 'a.zip is damaged: its end is missing.',
    });
    expect(await here.isEmpty()).toBe(true);
  });

  it('one run of several, beside which the others come', async () => {
    const bad = { ...good, 'run.json': encode('{') };
    const { file } = await zipOf('all.zip', {
      bad,
      good: folderOf('words/finished'),
      __MACOSX: { '._run.json': encode('x') },
    });
    expect((await here.import(file)).map(({ from, outcome }) => [from, outcome])).toEqual([
      ['bad', 'refused'],
      ['good', 'imported'],
    ]);
    expect(await here.files.folders()).toEqual([(await only(here)).id]);
  });
});

describe('an import', () => {
  const two = async () =>
    (await zipOf('all.zip', { a: folderOf('words/finished'), b: folderOf('figure1/finished') }))
      .file;

  it('tells how far it is, and given up leaves the runs before it and nothing else', async () => {
    const file = await two();
    const giveUp = new AbortController();
    const told: [number, string][] = [];
    const onProgress = (fraction: number, stage: string) => {
      told.push([fraction, stage]);
      if (stage === 'b' && fraction > 0.7) giveUp.abort();
    };
    const work = { signal: giveUp.signal, onProgress };
    await expect(receiveRuns(here.kept, [{ path: 'all.zip', file }], work)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect((await only(here)).name).toBe('a');
    expect(await here.files.folders()).toHaveLength(1);
    const shares = told.map(([share]) => share);
    expect(shares).toEqual(shares.toSorted((x, y) => x - y));
    // Others may write to it again.
    expect((await here.import(file)).map(({ outcome }) => outcome)).toEqual(['here', 'imported']);
  });

  it('that has no room is refused before it begins', async () => {
    here = new Browser(new MemoryFileStore(20_000));
    const [, second] = await here.import(await two());
    expect(second).toMatchObject({ outcome: 'refused', error: { code: 'out_of_memory' } });
    if (second?.outcome === 'refused') {
      expect(second.error.message).toMatch(/^b needs 0\.\d\d MiB .* 0\.\d\d MiB are available\.$/);
    }
  });

  it('for which the room ends midway takes back what it wrote', async () => {
    /** A browser that does not say how much room there is. */
    class Silent extends MemoryFileStore {
      override available(): Promise<number | null> {
        return Promise.resolve(null);
      }
    }
    const small = folderOf('words/finished');
    const needed = Object.values(small).reduce((sum, { length }) => sum + length + 256, 0);
    here = new Browser(new Silent(needed + 30_000));
    const [first, second] = await here.import(await two());
    expect(first).toMatchObject({ outcome: 'imported' });
    expect(second).toMatchObject({ outcome: 'refused', error: { code: 'out_of_memory' } });
    expect(await here.files.folders()).toEqual([(await only(here)).id]);
  });

  it('has the run for itself until its record is written, which comes last', async () => {
    const first = new Browser();
    await receiveRuns(first.kept, asChosen('mine', folderOf('words/finished')), {});
    const { id } = await only(first);
    const claims: boolean[] = [];
    class Watched extends MemoryFileStore {
      override async continueAfter(
        folder: string,
        name: string,
        keep: number,
      ): Promise<FileAppender> {
        claims.push((await here.kept.claim(folder)) === null);
        expect(await here.index.all()).toEqual([]);
        return super.continueAfter(folder, name, keep);
      }
    }
    here = new Browser(new Watched());
    const file = await first.export();
    const release = await here.kept.claim(id);
    expect(await here.import(file)).toMatchObject([
      { outcome: 'refused', error: { code: 'bad_config' } },
    ]);
    expect(claims).toEqual([]);
    release?.();
    expect(await here.import(file)).toMatchObject([{ outcome: 'imported', runId: id }]);
    expect(claims).toHaveLength(7);
    expect(new Set(claims)).toEqual(new Set([true]));
    expect(await here.kept.claim(id)).not.toBeNull();
  });

  it('that the browser was closed in leaves files that go at the next visit', async () => {
    (await here.files.continueAfter('lost', 'run.json.0', 0)).append(encode('{'));
    (await here.files.continueAfter('coming', 'run.json.0', 0)).append(encode('{'));
    const release = await here.kept.claim('coming');
    await here.index.put({ id: 'newer', version: 99 } as unknown as KeptRun);
    (await here.files.continueAfter('newer', 'run.json.0', 0)).append(encode('{'));
    expect(await here.kept.list()).toEqual([]);
    expect(await here.files.folders()).toEqual(['coming', 'newer']);
    release?.();
  });
});
