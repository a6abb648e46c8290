/**
 * The client of the engine's worker: answers find their question whatever their order, progress and
 * failures reach who asked, a cancelled request is told to the worker, and a crash ends all of them.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { defaultPreset } from '../../../src/lab/run/presets';
import type {
  Command,
  Event as EngineEvent,
  RunEstimate,
} from '../../../src/lab/protocol/protocol';
import {
  EngineClient,
  type ClientEvent,
  type EngineWorker,
} from '../../../src/state/engine_client';

class SilentWorker implements EngineWorker {
  onmessage: EngineWorker['onmessage'] = null;
  onerror: EngineWorker['onerror'] = null;
  onmessageerror: EngineWorker['onmessageerror'] = null;
  readonly commands: Command[] = [];
  terminated = false;
  postMessage(command: Command): void {
    this.commands.push(command);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(event: EngineEvent): void {
    this.onmessage?.(new MessageEvent('message', { data: event }));
  }
  crash(): void {
    // Node has no ErrorEvent; the client reads only the message.
    this.onerror?.(Object.assign(new Event('error'), { message: 'boom' }) as ErrorEvent);
  }
}

const estimate = (bytes: number): RunEstimate => ({
  bytes,
  rows: [],
  largestBuffer: 0,
  fits: true,
  warnings: [],
  flopPerStep: 0,
  parameters: [],
});

let workers: SilentWorker[];
let client: EngineClient;
/** Locks that are waited for, and what gives them. */
let locks: Map<string, () => void>;

const begin = (hasLocks: boolean) => {
  workers = [];
  locks = new Map();
  const watch = (name: string) => new Promise<void>((given) => locks.set(name, given));
  client = new EngineClient(
    () => {
      const worker = new SilentWorker();
      workers.push(worker);
      return worker;
    },
    hasLocks ? watch : null,
  );
};

beforeEach(() => begin(true));

const about = { runId: 'run', model: 0 };

const current = (): SilentWorker => {
  const worker = workers.at(-1);
  if (worker === undefined) throw new Error('no worker was started');
  return worker;
};

const requestIds = () =>
  current().commands.flatMap((command) => ('requestId' in command ? [command.requestId] : []));

describe('requests', () => {
  it('get their own answers, in whatever order these come', async () => {
    const first = client.ask('estimate', { config: defaultPreset.config });
    const second = client.ask('estimate', { config: defaultPreset.config });
    const [a = 0, b = 0] = requestIds();
    current().say({ kind: 'answer', requestId: b, name: 'estimate', answer: estimate(2) });
    current().say({ kind: 'answer', requestId: a, name: 'estimate', answer: estimate(1) });
    expect((await first).bytes).toBe(1);
    expect((await second).bytes).toBe(2);
  });

  it('start one worker, at the first command', () => {
    expect(workers).toHaveLength(0);
    client.send({ kind: 'connect', base: '' });
    client.send({ kind: 'connect', base: '' });
    expect(workers).toHaveLength(1);
  });

  it('report progress to who asked', async () => {
    const seen: [number, string][] = [];
    const asked = client.ask('diagnose', about, {
      onProgress: (fraction, stage) => seen.push([fraction, stage]),
    });
    const [requestId = 0] = requestIds();
    current().say({ kind: 'analysis_progress', requestId, fraction: 0.5, stage: 'ranks' });
    current().say({
      kind: 'request_failed',
      requestId,
      error: { code: 'not_found', message: 'No such run.', wayOut: 'Train one.' },
    });
    await expect(asked).rejects.toMatchObject({ code: 'not_found', wayOut: 'Train one.' });
    expect(seen).toEqual([[0.5, 'ranks']]);
  });

  it('wait for what a model of a run needs, and are not asked without it', async () => {
    let refuse: (error: LabError) => void = () => undefined;
    const waiting = new Promise<void>((_, reject) => (refuse = reject));
    client.beforeAsking((runId) => (runId === about.runId ? waiting : null));
    const asked = client.ask('groups', about);
    void client.ask('list_kept_runs', null).catch(() => undefined);
    void client.ask('groups', { ...about, runId: 'other' }).catch(() => undefined);
    expect(requestIds()).toHaveLength(2);
    refuse(new LabError('needs_data', 'It needs a.npy.', 'Give it.'));
    await expect(asked).rejects.toMatchObject({ code: 'needs_data' });
    expect(requestIds()).toHaveLength(2);
  });
});

describe('cancelling', () => {
  it('rejects at once and tells the worker, and a late answer is ignored', async () => {
    const controller = new AbortController();
    const asked = client.ask('groups', about, { signal: controller.signal });
    const [requestId = 0] = requestIds();
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(current().commands.at(-1)).toEqual({ kind: 'cancel', requestId });
    current().say({
      kind: 'answer',
      requestId,
      name: 'groups',
      answer: {
        model: 0,
        step: 0,
        rows: [],
        analysedRows: 0,
        split: 'all',
        firings: null,
        text: null,
      },
    });
  });

  it('asks nothing of the worker when it was cancelled before', async () => {
    const asked = client.ask('groups', about, { signal: AbortSignal.abort() });
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(workers).toHaveLength(0);
  });
});

describe('a crash of the worker', () => {
  it('rejects everything under way, tells the listeners, and the next command starts afresh', async () => {
    const heard: ClientEvent['kind'][] = [];
    client.subscribe((event) => heard.push(event.kind));
    const asked = client.ask('estimate', { config: defaultPreset.config });
    current().crash();
    await expect(asked).rejects.toMatchObject({ code: 'engine_lost' });
    expect(heard).toEqual(['crashed']);
    expect(current().terminated).toBe(true);
    client.send({ kind: 'connect', base: '' });
    expect(workers).toHaveLength(2);
  });

  it('is heard of by the lock that it held when it says nothing, and only of the worker that there is', async () => {
    const heard: ClientEvent['kind'][] = [];
    client.subscribe(({ kind }) => heard.push(kind));
    client.connect('here');
    current().say({ kind: 'alive', lock: 'first' });
    const asked = client.ask('groups', about).catch((error: unknown) => error);
    locks.get('first')?.();
    await Promise.resolve();
    expect(heard).toEqual(['alive', 'crashed']);
    expect(await asked).toMatchObject({ code: 'engine_lost' });
    // The next one is told the address of the page first; the end of the one before does not concern it.
    client.send({ kind: 'cancel', requestId: 0 });
    expect(current().commands).toEqual([
      { kind: 'connect', base: 'here' },
      { kind: 'cancel', requestId: 0 },
    ]);
    current().say({ kind: 'alive', lock: 'second' });
    current().crash();
    locks.get('second')?.();
    await Promise.resolve();
    expect(heard).toEqual(['alive', 'crashed', 'alive', 'crashed']);
  });

  it('is known where there are no locks when it fails with a word', async () => {
    begin(false);
    const asked = client.ask('groups', about);
    current().say({ kind: 'alive', lock: 'first' });
    current().crash();
    await expect(asked).rejects.toMatchObject({ code: 'engine_lost' });
  });

  it('starts no other once it was ended for good, until it is wanted again', async () => {
    client.connect('here');
    client.end({ code: 'engine_lost', message: 'Three times.', wayOut: 'Reload.' });
    client.send({ kind: 'cancel', requestId: 0 });
    await expect(client.ask('groups', about)).rejects.toThrow('Three times.');
    expect(workers).toHaveLength(1);
    expect(current().terminated).toBe(true);
    client.revive();
    client.send({ kind: 'cancel', requestId: 0 });
    expect(workers).toHaveLength(2);
  });
});
