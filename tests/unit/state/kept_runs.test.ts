/** The page's list of kept runs follows what other tabs do: new ones come, deleted ones go, a name and a step are taken over. */
import { beforeEach, expect, it } from 'vitest';
import type { ListedRun } from '../../../src/lab/protocol/protocol';
import { presets } from '../../../src/lab/run/presets';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import type { EngineClient } from '../../../src/state/engine_client';
import { canResume, followKeptRuns, listKeptRuns } from '../../../src/state/kept_runs';
import { useNotices } from '../../../src/state/notices_store';
import { applyEvent } from '../../../src/state/run_record';
import { describeRun } from '../../../src/state/said_of_runs';
import { runOf, startRun, updateRun, useRuns } from '../../../src/state/runs_store';

const settings = parseRunConfig(presets.figure1.config);
const listed = (id: string, own: Partial<ListedRun> = {}): ListedRun => ({
  id,
  name: `Run ${id}`,
  config: settings,
  settings,
  status: 'stopped',
  error: null,
  checkpoints: [],
  step: 10,
  createdAt: 1,
  seconds: 1,
  bytes: 100,
  opened: false,
  data: null,
  results: null,
  logged: null,
  about: { starred: false, tags: [], note: '' },
  elsewhere: false,
  ...own,
});

let forgotten: string[] = [];
/** An engine that knows one answer. */
const engine = (runs: readonly ListedRun[], deleted: readonly string[] = []) =>
  ({
    ask: () => Promise.resolve({ runs, deleted, available: null }),
    send: ({ runId }: { runId: string }) => forgotten.push(runId),
  }) as unknown as EngineClient;

beforeEach(() => {
  useRuns.setState({ runs: {}, order: [] });
  useNotices.setState({ notices: [] });
  forgotten = [];
});

it('takes over what another tab did to a run', async () => {
  await listKeptRuns(engine([listed('a', { elsewhere: true })]));
  const before = runOf('a');
  expect(before?.kept?.elsewhere).toBe(true);
  expect(before !== undefined && canResume(before)).toBe(false);

  await listKeptRuns(engine([listed('a', { name: 'Other', step: 30 }), listed('b')]));
  expect(runOf('a')).toMatchObject({ name: 'Other', step: 30, kept: { step: 30, read: false } });
  // What its engine had read of it is of step 10.
  expect(forgotten).toEqual(['a']);
  expect(useRuns.getState().order).toContain('b');

  await listKeptRuns(engine([listed('b')], ['a']));
  expect(useRuns.getState().order).toEqual(['b']);
  expect(useNotices.getState().notices).toEqual([]);
});

it('takes over what another tab says of a run, but not what is older than what was said here', async () => {
  const about = { starred: true, tags: ['good'], note: 'From the other tab.' };
  await listKeptRuns(engine([listed('a')]));
  await listKeptRuns(engine([listed('a', { about })]));
  expect(runOf('a')?.about).toEqual(about);
  const late = listKeptRuns(engine([listed('a')]));
  describeRun(engine([]), 'a', { note: 'Mine.' });
  await late;
  expect(runOf('a')?.about).toEqual({ ...about, note: 'Mine.' });
});

it('leaves a run that trains here as it is', async () => {
  await listKeptRuns(engine([listed('a')]));
  updateRun('a', (run) => ({ ...run, status: 'running', step: 57 }));
  await listKeptRuns(engine([listed('a', { step: 30, bytes: 200 })]));
  expect(runOf('a')).toMatchObject({ status: 'running', step: 57, kept: { bytes: 200 } });
  await listKeptRuns(engine([]));
  expect(runOf('a')?.kept).not.toBeNull();
  expect(forgotten).toEqual([]);
});

it('says what was cleared, and keeps what may still be in memory', async () => {
  await listKeptRuns(engine([listed('seen'), listed('other')]));
  updateRun('seen', (run) => ({ ...run, kept: run.kept && { ...run.kept, read: true } }));
  await listKeptRuns(engine([]));
  expect(runOf('other')).toBeUndefined();
  expect(runOf('seen')?.kept).toBeNull();
  expect(useNotices.getState().notices.map(({ title }) => title)).toEqual([
    'What this browser kept of 2 runs is gone.',
  ]);
});

it('numbers a run anew that was begun before the list was there, here and where it is kept', async () => {
  const asked: unknown[] = [];
  const runs = [listed('old', { name: 'Run 1' }), listed('mine', { name: 'Mine' })];
  const client = {
    ask: (name: string, about: unknown) => {
      asked.push([name, about]);
      return Promise.resolve({ runs, deleted: [], available: null });
    },
    send: () => undefined,
    subscribe: () => () => undefined,
  } as unknown as EngineClient;
  const stop = followKeptRuns(client);
  const id = startRun(client, presets.figure1.config);
  expect(runOf(id)?.name).toBe('Run 1');
  await listKeptRuns(client);
  expect(runOf(id)?.name).toBe('Run 2');
  expect(runOf('old')?.name).toBe('Run 1');
  // Its record has the name that it began with, and is told the other as soon as there is one.
  updateRun(id, (run) => applyEvent(run, { kind: 'kept', runId: id, step: 0, checkpoints: [] }));
  expect(asked).toContainEqual(['rename_kept_run', { runId: id, name: 'Run 2' }]);
  stop();
});
