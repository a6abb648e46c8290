/**
 * Runs that are carried from one browser to another, and between the page and the command line: what goes out comes in
 * as it was, byte for byte; nothing is doubled; what is refused, given up or has no room leaves nothing behind.
 */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { MemoryFileStore, type FileAppender } from '../../../src/io/file_store';
import { KeptRuns } from '../../../src/lab/keep/kept_runs';
import { distinctNames, exportSize, safeName } from '../../../src/lab/keep/run_export';
import type { KeptRun } from '../../../src/lab/keep/run_index';
import type { WhichCheckpoints } from '../../../src/lab/protocol/protocol';
import { receiveRuns, sendRuns } from '../../../src/lab/worker/run_carrier';
import { MemoryIndex, MemoryLocks } from '../../support/memory_runs';
import { asChosen, filesOnDisk, foldersIn, zipOf, type Files } from '../../support/run_folders';

const fixtures = join(import.meta.dirname, '../../fixtures/version2/runs');
const folderOf = (name: string): Files => filesOnDisk(join(fixtures, name));
const encode = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const decode = (bytes: Uint8Array | undefined) =>
  JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;

/** The same bytes as text, which is compared in no time. */
const inText = (files: Files = {}) =>
  Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]),
  );

/** A browser with what it keeps. */
class Browser {
  readonly index = new MemoryIndex();
  readonly locks = new MemoryLocks();
  readonly kept: KeptRuns;

  constructor(
    readonly files: MemoryFileStore = new MemoryFileStore(),
    now = 9000,
  ) {
    this.kept = new KeptRuns({ files, index: this.index, locks: this.locks, now: () => now });
  }

  async export(checkpoints: WhichCheckpoints = 'latest', runIds: string[] | null = null) {
    const { file } = await sendRuns(this.kept, { runIds, checkpoints, to: null }, {});
    if (file === null) throw new Error('no file');
    return new File([file], 'runs.zip');
  }

  import(file: File) {
    return receiveRuns(this.kept, [{ path: file.name, file }], {});
  }

  async isEmpty(): Promise<boolean> {
    return (await this.files.folders()).length === 0 && (await this.index.all()).length === 0;
  }
}

let here: Browser;
beforeEach(() => {
  here = new Browser();
});
const only = async (browser: Browser): Promise<KeptRun> => {
  const runs = await browser.kept.list();
  expect(runs).toHaveLength(1);
  return at(runs, 0);
};

describe('a folder of the command line', () => {
  const names = ['figure1', 'rows', 'language', 'words', 'one_model'];
  it.each(names.flatMap((name) => [`${name}/finished`, `${name}/halfway`]))(
    '%s goes through the page and out again byte for byte',
    async (name) => {
      const folder = folderOf(name);
      const [result] = await receiveRuns(here.kept, asChosen('mine', folder), {});
      expect(result).toMatchObject({ from: 'mine', outcome: 'imported', name: 'mine' });
      const out = await foldersIn(await here.export());
      const { 'kept.json': said, ...files } = at(Object.values(out), 0);
      expect(inText(files)).toEqual(inText(folder));
      expect(said).toBeDefined();
    },
  );

  it('is listed as it is, with what its run needs', async () => {
    const zip = await zipOf('Results.zip', { '': folderOf('rows/finished') });
    await here.import(zip.file);
    const run = await only(here);
    expect(run).toMatchObject({
      name: 'Results',
      status: 'finished',
      step: 24,
      totalSteps: 24,
      evaluated: 24,
      createdAt: new Date(2026, 10, 30).getTime(),
      checkpoints: [{ step: 24 }],
      data: { rows: 90, files: [{ name: 'rows.npy', bytes: 1928 }] },
    });
    expect(at(run.data?.files ?? [], 0)).not.toHaveProperty('relative');
    expect(run.seconds).toBeGreaterThan(0);
    expect(run.bytes).toBe(await here.files.used(run.id));
    const past = await here.kept.folder(run.id).history(run);
    expect(past.reports.map((report) => report?.rows)).toEqual([9, 9, 9]);
    expect(past.records.length).toBeGreaterThan(6);
  });

  it('goes on from where it stopped, of several models each with its name', async () => {
    await receiveRuns(here.kept, asChosen('half', folderOf('figure1/halfway')), {});
    expect(await only(here)).toMatchObject({
      status: 'stopped',
      step: 12,
      evaluated: null,
      data: null,
    });
    const run = await only(here);
    expect((await here.kept.folder(run.id).latest(run))?.states).toHaveLength(3);
  });

  it('that went on after it was exported is what its files say, not what the list said', async () => {
    await receiveRuns(here.kept, asChosen('mine', folderOf('words/halfway')), {});
    const before = await only(here);
    await here.kept.rename(before.id, 'Words, mine');
    const { 'Words, mine': half } = await foldersIn(await here.export());
    const on = { ...half, ...folderOf('words/finished') };
    const results = await receiveRuns(here.kept, asChosen('mine', on), {});
    expect(results).toMatchObject([{ outcome: 'imported', name: 'Words, mine (2)' }]);
    const runs = await here.kept.list();
    const later = runs.find(({ id }) => id !== before.id);
    expect(later).toMatchObject({ status: 'finished', step: 24, evaluated: 24, createdAt: 5000 });
    expect(later?.seconds).not.toBe(before.seconds);
    expect(runs).toHaveLength(2);
  });
});

describe('the runs of a page', () => {
  /** Three runs, one of which failed. */
  async function filled(): Promise<Browser> {
    const browser = new Browser();
    for (const name of ['figure1/finished', 'words/halfway', 'rows/halfway']) {
      await receiveRuns(browser.kept, asChosen('Run: 1', folderOf(name)), {});
    }
    const [, second, third] = await browser.kept.list();
    if (second === undefined || third === undefined) throw new Error('no run');
    const error = { code: 'not_finite' as const, message: 'Loss is NaN.', wayOut: 'Lower lr.' };
    await browser.kept.folder(second.id).note({ status: 'failed', error, seconds: 77 });
    // Of an older step, as a run that goes on has them.
    const state = await browser.kept.folder(third.id).latestFile(third);
    await browser.kept
      .folder(third.id)
      .files.write({ 'checkpoint-5.safetensors': at([state?.bytes ?? null], 0) });
    await browser.kept.add({
      ...third,
      before: null,
      checkpoints: [{ step: 5, bytes: 1 }, ...third.checkpoints],
    });
    return browser;
  }

  it('are the same in another browser, and go out of it as they came', async () => {
    const first = await filled();
    const file = await first.export('all');
    const results = await here.import(file);
    expect(results.map(({ outcome }) => outcome)).toEqual(['imported', 'imported', 'imported']);
    const comparable = async ({ kept }: Browser) =>
      (await kept.list()).map(({ bytes: _, checkpoints, ...run }) => ({
        ...run,
        steps: checkpoints.map(({ step }) => step),
      }));
    expect(await comparable(here)).toEqual(await comparable(first));
    const [a, b] = [await foldersIn(file), await foldersIn(await here.export('all'))];
    expect(Object.keys(a)).toEqual(['Run- 1', 'Run- 1 (2)', 'Run- 1 (3)']);
    for (const name of Object.keys(a)) expect(inText(b[name])).toEqual(inText(a[name]));
  });

  it('go out with the latest checkpoint, or with all', async () => {
    const first = await filled();
    const checkpoints = async (which: WhichCheckpoints) =>
      Object.values(await foldersIn(await first.export(which)))
        .flatMap((files) => Object.keys(files))
        .filter((path) => path.startsWith('checkpoint'));
    expect(await checkpoints('latest')).toEqual(Array(3).fill('checkpoint.safetensors'));
    expect(await checkpoints('all')).toContain('checkpoint-5.safetensors');
    const size = await exportSize(first.kept, null);
    expect(size).toMatchObject({ runs: 3, older: 1, olderBytes: 1 });
    const file = await first.export();
    expect(size.bytes).toBeGreaterThan(file.size / 2);
  });

  it('are not doubled', async () => {
    const first = await filled();
    const file = await first.export();
    await here.import(file);
    const again = await here.import(file);
    expect(again.map(({ outcome }) => outcome)).toEqual(['here', 'here', 'here']);
    expect(await here.kept.list()).toHaveLength(3);
    // Nor is one that another program handed out without what the list says.
    const { 'Run- 1': files = {} } = await foldersIn(file);
    const { 'kept.json': _, ...plain } = files;
    expect(await receiveRuns(here.kept, asChosen('x', plain), {})).toMatchObject([
      { outcome: 'here', name: 'Run: 1' },
    ]);
    // One that was deleted comes back, though a minute has not passed.
    const { id } = at(await here.kept.list(), 0);
    await here.kept.delete(id);
    expect((await here.import(file)).map(({ outcome }) => outcome)).toEqual([
      'imported',
      'here',
      'here',
    ]);
    expect(await here.kept.list()).toHaveLength(3);
  });

  it('go out with the settings of the state that is whole, not of one that was torn', async () => {
    await receiveRuns(here.kept, asChosen('mine', folderOf('words/halfway')), {});
    const run = await only(here);
    const later = { ...run.settings, training: { ...(run.settings.training as object), lr: 0.5 } };
    await here.kept.folder(run.id).files.write({ 'run.json': encode(later) });
    const { mine } = await foldersIn(await here.export());
    expect(decode(mine?.['run.json'])).toEqual(decode(folderOf('words/halfway')['run.json']));
  });

  it('without a checkpoint go out and come in with their settings', async () => {
    const { 'run.json': run } = folderOf('words/halfway');
    if (run === undefined) throw new Error('no run.json');
    await receiveRuns(here.kept, asChosen('mine', { 'run.json': run }), {});
    expect(await only(here)).toMatchObject({ step: 0, status: 'stopped', checkpoints: [] });
    expect(await here.import(await here.export())).toMatchObject([{ outcome: 'here' }]);
  });
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
      'mine/checkpoint.safetensors is a checkpoint of version 9; this lab reads up to 2.',
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

describe('an export to a file of the person', () => {
  /** A file as the browser gives it to write to. */
  function target(room = Infinity) {
    const pieces: Uint8Array[] = [];
    const said: string[] = [];
    let used = 0;
    const to = {
      createWritable: () =>
        Promise.resolve({
          write: (bytes: Uint8Array) => {
            used += bytes.length;
            if (used > room) return Promise.reject(new DOMException('full', 'QuotaExceededError'));
            pieces.push(bytes);
            return Promise.resolve();
          },
          close: () => Promise.resolve(void said.push('closed')),
          abort: () => Promise.resolve(void said.push('aborted')),
        }),
      getFile: () => Promise.resolve({ size: 0 }),
      remove: () => Promise.resolve(void said.push('removed')),
    } as unknown as FileSystemFileHandle;
    return { to, pieces, said };
  }
  const ask = (to: FileSystemFileHandle) => ({ runIds: null, checkpoints: 'latest' as const, to });
  beforeEach(() => receiveRuns(here.kept, asChosen('mine', folderOf('words/finished')), {}));

  it('is written as it is handed back elsewhere', async () => {
    const { to, pieces, said } = target();
    const out = await sendRuns(here.kept, ask(to), {});
    expect(out).toMatchObject({ runs: 1, file: null });
    expect(
      new Uint8Array(await new Blob(pieces.map((piece) => Uint8Array.from(piece))).arrayBuffer()),
    ).toEqual(new Uint8Array(await (await here.export()).arrayBuffer()));
    expect(said).toEqual(['closed']);
  });

  it('leaves no file when it is given up, or when there is no room', async () => {
    const full = target(10_000);
    await expect(sendRuns(here.kept, ask(full.to), {})).rejects.toMatchObject({
      code: 'out_of_memory',
    });
    expect(full.said).toEqual(['aborted', 'removed']);
    const given = target();
    const giveUp = new AbortController();
    const onProgress = (fraction: number) => {
      if (fraction > 0.3) giveUp.abort();
    };
    const work = { signal: giveUp.signal, onProgress };
    await expect(sendRuns(here.kept, ask(given.to), work)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(given.said).toEqual(['aborted', 'removed']);
  });

  it('needs a run that is there', async () => {
    const none = { ...ask(target().to), runIds: ['x'] };
    await expect(sendRuns(here.kept, none, {})).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('names of folders', () => {
  it('are those of the runs, as far as every system takes them', () => {
    expect(
      ['Lauf 7 (λ = 0,3)', '../../etc', 'a/b\\c:d', ' . ', 'CON', 'x'.repeat(99)].map(safeName),
    ).toEqual(['Lauf 7 (λ = 0,3)', '-..-etc', 'a-b-c-d', 'run', '_CON', 'x'.repeat(80)]);
    expect(distinctNames(['a', 'A', 'a', 'a (2)'])).toEqual(['a', 'A (2)', 'a (3)', 'a (2) (2)']);
  });
});
