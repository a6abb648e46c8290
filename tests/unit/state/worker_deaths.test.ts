/**
 * The page when the worker of its engine is gone: another one is started, kept runs go on there as they stood and with what was
 * asked of them last, it is said once, and there is an end to it.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import type { Command, Event as EngineEvent, ListedRun } from '../../../src/lab/protocol/protocol';
import { defaultPreset } from '../../../src/lab/run/presets';
import { EngineClient, type EngineWorker } from '../../../src/state/engine_client';
import { useNotices } from '../../../src/state/notices_store';
import { modelKey, pose, questionOf, useQuestions } from '../../../src/state/questions';
import { createRun, type Run } from '../../../src/state/run_record';
import { addRun, changeLive, followEngine, runOf, useRuns } from '../../../src/state/runs_store';
import { followDeaths } from '../../../src/state/worker_deaths';
import { FAKE_ADAPTER } from '../../support/fake_engine';

/** A worker that comes up and lists the runs that are kept, and says nothing else by itself. */
class PlayedWorker implements EngineWorker {
  onmessage: EngineWorker['onmessage'] = null;
  onerror: EngineWorker['onerror'] = null;
  onmessageerror: EngineWorker['onmessageerror'] = null;
  readonly commands: Command[] = [];

  constructor(private readonly comesUp: boolean) {}

  postMessage(command: Command): void {
    this.commands.push(command);
    if (command.kind === 'connect' && this.comesUp) {
      queueMicrotask(() => this.say({ kind: 'connected', adapter: FAKE_ADAPTER }));
    }
    if (command.kind === 'ask' && command.name === 'list_kept_runs') {
      const { requestId, name } = command;
      const answer = { runs: listed, deleted: [], available: null };
      queueMicrotask(() => this.say({ kind: 'answer', requestId, name, answer }));
    }
  }
  terminate(): void {
    this.onmessage = null;
  }
  say(event: EngineEvent): void {
    this.onmessage?.(new MessageEvent('message', { data: event }));
  }
  die(): void {
    this.onerror?.(Object.assign(new Event('error'), { message: 'boom' }) as ErrorEvent);
  }
  reopens() {
    return this.commands.filter((command) => command.kind === 'reopen');
  }
}

let workers: PlayedWorker[];
let comeUp: boolean;
let listed: ListedRun[];
let client: EngineClient;
let ended: string[];
let stops: (() => void)[];

const settle = () => vi.advanceTimersByTimeAsync(150);
const current = () => at(workers, workers.length - 1);
const notices = () => useNotices.getState().notices;
const run = (id: string): Run => {
  const found = runOf(id);
  if (found === undefined) throw new Error(`no run ${id}`);
  return found;
};

/** A run that is going, kept up to step 1200 if at all. */
function going(id: string, name: string, status: Run['status'], isKept = true): void {
  const made = createRun(id, name, defaultPreset.config, 1);
  const kept = isKept
    ? {
        step: 1200,
        checkpoints: [1200],
        bytes: 1,
        data: null,
        logged: null,
        elsewhere: false,
        read: true,
      }
    : null;
  addRun({ ...made, status, step: 1240, kept });
  if (!isKept) return;
  const { config } = made;
  const facts = { error: null, createdAt: 1, seconds: 1, bytes: 1, opened: false, data: null };
  listed.push({
    id,
    name,
    config,
    settings: config,
    status: 'stopped',
    step: 1200,
    ...facts,
  } as ListedRun);
}

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  comeUp = true;
  listed = [];
  ended = [];
  useRuns.setState({ runs: {}, order: [] });
  useNotices.setState({ notices: [] });
  client = new EngineClient(() => {
    const worker = new PlayedWorker(comeUp);
    workers.push(worker);
    return worker;
  }, null);
  const restart = () => client.connect('');
  const onEnd = (error: { readonly message: string }) => {
    client.end({ code: 'engine_lost', wayOut: '', ...error });
    ended.push(error.message);
  };
  stops = [followDeaths(client, { restart, onEnd }), followEngine(client)];
  client.connect('');
});

afterEach(() => {
  for (const stop of stops) stop();
  vi.useRealTimers();
});

it('has kept runs go on as they stood, with settings asked for last, and says so once', async () => {
  going('a', 'Run 3', 'running');
  going('b', 'Run 4', 'paused');
  going('c', 'Run 5', 'running', false);
  await settle();
  changeLive(client, 'a', [{ model: null, setting: 'lr', value: 1e-3 }]);
  current().die();
  expect(run('a').status).toBe('preparing');
  expect(run('c')).toMatchObject({ status: 'failed', inEngine: false });
  await settle();
  expect(workers).toHaveLength(2);
  expect(
    current()
      .reopens()
      .toSorted((x, y) => x.runId.localeCompare(y.runId)),
  ).toMatchObject([
    {
      runId: 'a',
      paused: false,
      settings: { training: { lr: 1e-3 } },
    },
    { runId: 'b', paused: true },
  ]);
  expect(notices()).toMatchObject([
    {
      title:
        'The engine stopped and was started again. Run 5 was not kept: its weights are lost, its curves stay. ' +
        'Run 3 goes on from step 1\u202f200. Run 4 stays paused, at step 1\u202f200.',
    },
  ]);
});

it('says of one run where it stood', async () => {
  going('a', 'Run 3', 'running');
  await settle();
  current().die();
  await settle();
  expect(notices()).toMatchObject([
    {
      tone: 'info',
      stays: true,
      title:
        'The engine stopped at step 1\u202f240 and was started again. Run 3 goes on from step 1\u202f200.',
    },
  ]);
});

it('starts none after one that never came up', async () => {
  await settle();
  comeUp = false;
  going('a', 'Run 3', 'running');
  current().die();
  await settle();
  current().die();
  await settle();
  expect(workers).toHaveLength(2);
  expect(ended).toEqual(['The engine stopped: boom.']);
  expect(run('a')).toMatchObject({ status: 'failed', error: { code: 'engine_lost' } });
  expect(notices()).toMatchObject([
    { tone: 'error', title: /Run 3 waits at step 1.200 for Resume/ },
  ]);
});

it('starts none after three that died soon, unless a checkpoint came between or it took a while', async () => {
  going('a', 'Run 3', 'paused');
  await settle();
  const die = async () => {
    current().die();
    await settle();
  };
  await die();
  await die();
  current().say({ kind: 'kept', runId: 'a', step: 1300, checkpoints: [1300] });
  await die();
  await die();
  await vi.advanceTimersByTimeAsync(120_000);
  await die();
  await die();
  expect(workers).toHaveLength(7);
  // A checkpoint of the same step is no step forward.
  current().say({ kind: 'kept', runId: 'a', step: 1200, checkpoints: [1200] });
  await die();
  expect(workers).toHaveLength(7);
  expect(ended).toEqual(['The engine stopped: boom. That was 3 times in a row.']);
  // It stayed paused through all of them.
  expect(workers.slice(1).flatMap((worker) => worker.reopens())).toHaveLength(6);
  expect(
    workers
      .slice(1)
      .flatMap((worker) => worker.reopens())
      .every(({ paused }) => paused),
  ).toBe(true);
});

it('asks once again what the dead worker was asked, when the run is back', async () => {
  going('a', 'Run 3', 'running');
  await settle();
  const about = { runId: 'a', model: 0 };
  void pose(client, 'groups', modelKey('a', 0), about);
  const asked = (worker: PlayedWorker) =>
    worker.commands.flatMap((command) => (command.kind === 'ask' ? [command.name] : []));
  current().die();
  await settle();
  expect(asked(current())).toEqual(['list_kept_runs']);
  current().say({ kind: 'status', runId: 'a', status: 'running', step: 1200 });
  await settle();
  expect(asked(current())).toEqual(['list_kept_runs', 'groups']);
  current().die();
  await settle();
  current().say({ kind: 'status', runId: 'a', status: 'running', step: 1200 });
  await settle();
  expect(asked(current())).toEqual(['list_kept_runs']);
  const { error } = questionOf(useQuestions.getState(), 'groups', modelKey('a', 0));
  expect(error?.code).toBe('engine_lost');
});
