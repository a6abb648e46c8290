/**
 * Runs that are carried from one browser to another, and between the page and the command line: what goes out comes in
 * as it was, byte for byte; nothing is doubled; what is refused, given up or has no room leaves nothing behind.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { sha256Of } from '../../../src/io/sha256';
import { writeAnnotations } from '../../../src/lab/keep/annotations_file';
import { RunAnnotations } from '../../../src/lab/keep/run_annotations';
import { distinctNames, exportSize, safeName } from '../../../src/lab/keep/run_export';
import type { WhichCheckpoints } from '../../../src/lab/protocol/protocol';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { receiveRuns, sendRuns } from '../../../src/lab/worker/run_carrier';
import { Browser, decode, encode, folderOf, inText, only } from '../../support/carried_runs';
import { asChosen, foldersIn, zipOf } from '../../support/run_folders';

let here: Browser;
beforeEach(() => {
  here = new Browser();
});
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

  it('has its notes joined with what this browser knows of the same weights', async () => {
    const folder = folderOf('figure1/finished');
    const weights = await sha256Of(folder['SASA/sae_weights.safetensors'] ?? new Uint8Array());
    const unit = (own: object) => ({
      name: '',
      starred: false,
      tags: [],
      note: '',
      step: 24,
      ...own,
    });
    const known = new RunAnnotations(here.kept);
    await known.noteWritten({ 3: unit({ name: 'days' }), 4: unit({ note: 'Mine.' }) }, weights, 24);
    const came = { weights, step: 24, units: { 3: unit({ tags: ['week'] }) } };
    const files = { ...folder, 'SASA/annotations.json': encode(writeAnnotations(came)) };
    await receiveRuns(here.kept, asChosen('mine', files), {});
    const { id, settings } = await only(here);
    const { models } = parseRunConfig(settings);
    const model = models.findIndex(({ architecture }) => architecture === 'topk_sasa');
    const looked = { step: 24, weights: () => Promise.resolve(weights) };
    expect((await new RunAnnotations(here.kept).read(id, model, looked)).units).toMatchObject({
      3: { name: 'days', tags: ['week'] },
      4: { note: 'Mine.' },
    });
  });

  it('keeps a file of notes of a newer lab as it came', async () => {
    const newer = encode({ version: 99 });
    const files = { ...folderOf('figure1/finished'), 'SASA/annotations.json': newer };
    await receiveRuns(here.kept, asChosen('mine', files), {});
    const { id } = await only(here);
    expect(await here.kept.folder(id).files.read('SASA/annotations.json')).toEqual(newer);
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
