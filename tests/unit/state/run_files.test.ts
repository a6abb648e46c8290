/**
 * The files that kept runs need, as the page gets at them: handles that are granted, have to be asked for, are denied,
 * or point to what was moved or changed; copies that are wanted or not; and files that the person gives.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { MemoryFileStore } from '../../../src/io/file_store';
import type { FileHandle, ListedRun, RememberedFile } from '../../../src/lab/protocol/protocol';
import type { DataIdentity } from '../../../src/lab/run/data_identity';
import { presets } from '../../../src/lab/run/presets';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import {
  followNewFiles,
  keepCopies,
  removeCopy,
  takeForRun,
  useCopyOffers,
} from '../../../src/state/copy_offers';
import { EngineClient } from '../../../src/state/engine_client';
import { followKeptRuns, resumeRun } from '../../../src/state/kept_runs';
import { useNotices } from '../../../src/state/notices_store';
import { noteFile } from '../../../src/state/opened_files';
import { followRunFiles, lackingOf, standingOf, useRunFiles } from '../../../src/state/run_files';
import { followEngine, runOf, useRuns } from '../../../src/state/runs_store';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';
import { memoryData } from '../../support/memory_runs';
import { FakeHandle, identityOf, npyFile } from '../../support/own_files';

const config = parseRunConfig(presets.figure1.config);
/** The page knows all files of a visit, so every test has one of its own. */
let acts: File;
let count = 0;
let data: DataIdentity;
let stops: readonly (() => void)[] = [];

const listed = (): ListedRun => ({
  id: 'kept',
  name: 'Run 7',
  config,
  settings: config,
  status: 'stopped',
  error: null,
  step: 500,
  createdAt: 0,
  seconds: 1,
  bytes: 100,
  opened: false,
  elsewhere: false,
  checkpoints: [],
  data,
  results: null,
  logged: null,
  about: { starred: false, tags: [], note: '' },
});

/** A page after a reload, in a browser that remembers so much. */
async function reloaded(
  remembered: readonly Partial<RememberedFile>[] = [],
  copies = new MemoryFileStore(1000),
) {
  const [{ sha256, name, bytes }] = [at(data.files, 0)];
  const files = remembered.map((own) => ({
    ...{ sha256, name, bytes, handle: null, declined: false },
    ...own,
  }));
  const kept = memoryData(copies, files);
  const fake = new FakeEngine({
    interval: 0,
    stepsPerTurn: 10,
    adapter: FAKE_ADAPTER,
    documents: 1,
    kept: [listed()],
    data: kept,
  });
  const engine = new EngineClient(() => fake);
  const follow = [followEngine, followKeptRuns, followRunFiles, followNewFiles];
  stops = follow.map((each) => each(engine));
  engine.send({ kind: 'connect', base: '' });
  await expect.poll(() => runOf('kept')).toBeDefined();
  await expect.poll(() => useRunFiles.getState().available).not.toBeNull();
  const run = () => {
    const found = runOf('kept');
    if (found === undefined) throw new Error('it is not listed');
    return found;
  };
  return { fake, engine, kept, run };
}

const handle = (own: FileHandle) => [{ handle: own }];
const standing = () => standingOf(useRunFiles.getState(), at(data.files, 0));
const wrong = () => Object.values(useRunFiles.getState().wrong);

beforeEach(async () => {
  count += 1;
  acts = npyFile(`acts${count}.npy`, 50);
  data = await identityOf(acts, 50);
});
afterEach(() => {
  for (const stop of stops) stop();
  useRunFiles.setState(useRunFiles.getInitialState(), true);
  useCopyOffers.setState(useCopyOffers.getInitialState(), true);
  useNotices.setState(useNotices.getInitialState(), true);
  useRuns.setState(useRuns.getInitialState(), true);
});

it('reads what a handle points to without a press, for a question as for going on', async () => {
  const own = new FakeHandle(acts, 'granted');
  const { engine, fake, run } = await reloaded(handle(own));
  expect(standing()).toBe('here');
  await engine.ask('groups', { runId: 'kept', model: 0 }).catch(() => undefined);
  expect(fake.asked.slice(-2)).toEqual(['give_run_files', 'groups']);
  await resumeRun(engine, run());
  await expect.poll(() => run().status).toBe('running');
  expect(own.prompts).toBe(0);
});

it('asks for permission at a press, and at nothing else', async () => {
  const own = new FakeHandle(acts, 'prompt');
  const { engine, fake, run } = await reloaded(handle(own));
  expect(standing()).toBe('ask');
  await expect(engine.ask('groups', { runId: 'kept', model: 0 })).rejects.toMatchObject({
    code: 'needs_data',
    message: expect.stringMatching(
      /^Run 7 needs acts\d+.npy \(50 rows, 528 bytes, sha256 \w{12}…\)/,
    ) as string,
  });
  expect(fake.asked).not.toContain('groups');
  expect(own.prompts).toBe(0);
  await resumeRun(engine, run(), { press: true });
  await expect.poll(() => run().status).toBe('running');
  expect(own.prompts).toBe(1);
});

it('is asked for by name where permission is denied', async () => {
  const own = new FakeHandle(acts, 'prompt', 'denied');
  const { engine, run } = await reloaded(handle(own));
  await resumeRun(engine, run(), { press: true });
  expect(run().status).toBe('stopped');
  expect(standing()).toBe('missing');
  expect(useNotices.getState().notices).toMatchObject([
    {
      title: expect.stringMatching(/^Run 7 needs /) as string,
      detail: 'Give it that file to go on.',
    },
  ]);
  expect(await takeForRun(engine, 'kept', [acts])).toBe(true);
  await resumeRun(engine, run(), { press: true });
  await expect.poll(() => run().status).toBe('running');
  expect(run().file).toBe(acts);
});

it('says that a file was moved or changed, and takes another way', async () => {
  const own = new FakeHandle(null, 'granted');
  const { engine, run } = await reloaded(handle(own));
  await resumeRun(engine, run(), { press: true });
  expect(wrong()).toEqual([
    `${acts.name} is no longer where it was: it was moved, renamed or deleted.`,
  ]);
  expect(standing()).toBe('missing');
  expect(run().status).toBe('stopped');
  own.file = npyFile(acts.name, 40);
  await resumeRun(engine, run(), { press: true });
  expect(wrong()).toEqual([`${acts.name} was changed: it had 528 bytes, and has 448 bytes.`]);
  own.file = npyFile(acts.name, 50, 7);
  await resumeRun(engine, run(), { press: true });
  expect(wrong()[0]).toMatch(/^acts\d+.npy has other content: its sha256 is \w{12}…, that of /);
  own.file = acts;
  await resumeRun(engine, run(), { press: true });
  await expect.poll(() => run().status).toBe('running');
  expect(wrong()).toEqual([]);
});

it('reads a handle of a browser that asks by itself', async () => {
  const { engine, run } = await reloaded(
    handle({ name: acts.name, getFile: () => Promise.resolve(acts) }),
  );
  expect(standing()).toBe('here');
  await resumeRun(engine, run());
  await expect.poll(() => run().status).toBe('running');
});

it('says what is wrong with the file that is given', async () => {
  const { engine } = await reloaded();
  expect(lackingOf(useRunFiles.getState(), data)).toHaveLength(1);
  expect(await takeForRun(engine, 'kept', [npyFile(acts.name, 40)])).toBe(false);
  expect(wrong()).toEqual([`${acts.name} has 40 rows; 50 are needed.`]);
  expect(await takeForRun(engine, 'kept', [new File(['abc'], 'notes.txt')])).toBe(false);
  expect(wrong()).toEqual(['notes.txt has 3 bytes; 528 bytes are needed.']);
});

it('remembers the handle of a file that is given, and offers a copy of one without', async () => {
  const { engine, kept } = await reloaded();
  expect(await takeForRun(engine, 'kept', [acts])).toBe(true);
  expect(useCopyOffers.getState().offers).toMatchObject([
    { runId: 'kept', names: acts.name, bytes: 528, fits: false, available: 1000 },
  ]);
  // Asked once.
  await takeForRun(engine, 'kept', [acts]);
  expect(useCopyOffers.getState().offers).toHaveLength(1);
  await expect.poll(async () => (await kept.list()).remembered).toMatchObject([{ declined: true }]);
  noteFile(acts, new FakeHandle(acts, 'granted'));
  await takeForRun(engine, 'kept', [acts]);
  await expect
    .poll(async () => (await kept.list()).remembered)
    .toMatchObject([{ declined: false, handle: { name: acts.name } }]);
});

it('keeps a copy that is wanted, goes on with it after a reload, and takes it away', async () => {
  const copies = new MemoryFileStore(5000);
  const { engine } = await reloaded([], copies);
  await takeForRun(engine, 'kept', [acts]);
  expect(useCopyOffers.getState().offers).toMatchObject([{ fits: true }]);
  await keepCopies(engine, 'kept');
  expect(useNotices.getState().notices.at(-1)?.title).toMatch(/^A copy is kept: Run 7 /);
  for (const stop of stops) stop();
  useRunFiles.setState(useRunFiles.getInitialState(), true);
  useRuns.setState(useRuns.getInitialState(), true);

  const next = await reloaded([{ declined: true }], copies);
  expect(standing()).toBe('here');
  await resumeRun(next.engine, next.run());
  await expect.poll(() => next.run().status).toBe('running');
  expect(next.fake.asked).not.toContain('give_run_files');
  await removeCopy(next.engine, at(data.files, 0).sha256);
  expect(standing()).toBe('missing');
});

it('says that there is no room for a copy', async () => {
  const { engine } = await reloaded();
  await takeForRun(engine, 'kept', [acts]);
  await keepCopies(engine, 'kept');
  expect(useNotices.getState().notices.map(({ title }) => title)).toEqual([
    `A copy of ${acts.name} takes 528 bytes, more than half of the 1 000 that are free.`,
  ]);
  expect(standing()).toBe('here');
});

it('gives an engine that was started afresh what it had', async () => {
  const { engine, fake, run } = await reloaded();
  await takeForRun(engine, 'kept', [acts]);
  fake.onerror?.({ message: 'out of memory' } as ErrorEvent);
  expect(standing()).toBe('missing');
  engine.send({ kind: 'connect', base: '' });
  await resumeRun(engine, run());
  await expect.poll(() => run().status).toBe('running');
});
