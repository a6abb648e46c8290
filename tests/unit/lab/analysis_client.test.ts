/**
 * The analysis client against a worker that the test plays: tables move and exist once, are made again after
 * a worker was ended, and giving up disturbs nobody else.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { givenUp } from '../../../src/base/work';
import { AnalysisClient } from '../../../src/lab/explore/analysis_client';
import type {
  AnalysisCommand,
  AnalysisEvent,
  AnalysisTable,
} from '../../../src/lab/explore/analysis_worker';

class PlayedWorker {
  static all: PlayedWorker[] = [];
  onmessage: ((message: { data: AnalysisEvent }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly commands: AnalysisCommand[] = [];
  readonly moved: Transferable[][] = [];
  ended = false;

  constructor() {
    PlayedWorker.all.push(this);
  }

  postMessage(command: AnalysisCommand, transfer: Transferable[] = []): void {
    this.commands.push(command);
    if (command.kind === 'load') this.moved.push(transfer);
  }

  terminate(): void {
    this.ended = true;
  }

  say(event: AnalysisEvent): void {
    this.onmessage?.({ data: event });
  }

  kinds(): string[] {
    return this.commands.map((command) => command.kind);
  }
}

function tableAt(step: number): AnalysisTable {
  return {
    model: 0,
    step,
    dictionary: {
      groups: 1,
      rank: 1,
      width: 1,
      encoder: new Float32Array(1),
      decoder: new Float32Array(1),
      encoderBias: new Float32Array(1),
      decoderBias: new Float32Array(1),
    },
    codes: {
      rows: 1,
      rank: 1,
      groups: 1,
      offsets: Uint32Array.of(0, 1),
      active: new Uint32Array(1),
      codes: new Float32Array(1),
    },
    rowIds: new Uint32Array(1),
    labels: null,
    truth: null,
    text: null,
    split: 'all',
    activeGroups: 1,
  };
}

const AXES = { axes: new Float32Array(1), firings: 1, typicalNorm: 1 };
/** Lets promises that are settled have their say. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const question = (key: string) => ({ kind: 'axes', key, group: 0 }) as const;

describe('the analysis client', () => {
  let client: AnalysisClient;
  let loads: string[];
  /** What tells each of the loads that nobody waits for it. */
  let signals: AbortSignal[];
  const ask = (id: number, key: string, load?: () => Promise<AnalysisTable>) =>
    client.ask<'axes'>(id, question(key), {
      load: (name, signal) => {
        loads.push(name);
        signals.push(signal);
        return load?.() ?? Promise.resolve(tableAt(3));
      },
      onProgress: () => undefined,
    });
  const worker = () => {
    const last = PlayedWorker.all.at(-1);
    if (last === undefined) throw new Error('no worker');
    return last;
  };

  beforeEach(() => {
    PlayedWorker.all = [];
    loads = [];
    signals = [];
    vi.stubGlobal('Worker', PlayedWorker);
    client = new AnalysisClient();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('has a table made once, and moves what was made for it', async () => {
    const first = ask(1, 'a 0');
    await settle();
    worker().say({ kind: 'done', id: 1, result: AXES });
    expect(await first).toBe(AXES);
    const second = ask(2, 'a 0');
    await settle();
    worker().say({ kind: 'done', id: 2, result: AXES });
    await second;
    expect(loads).toEqual(['a 0']);
    expect(worker().kinds()).toEqual(['load', 'ask', 'ask']);
    // Three of the codes and the row numbers; the weights are the run's.
    expect(worker().moved[0]).toHaveLength(4);
    expect(client.stepOf('a 0')).toBe(3);
  });

  it('makes a dropped table anew', async () => {
    void ask(1, 'a 0');
    await settle();
    worker().say({ kind: 'done', id: 1, result: AXES });
    client.drop((key) => key === 'a 0');
    expect(client.stepOf('a 0')).toBeUndefined();
    void ask(2, 'a 0');
    await settle();
    expect(loads).toEqual(['a 0', 'a 0']);
    expect(worker().kinds()).toEqual(['load', 'ask', 'drop', 'load', 'ask']);
  });

  it('ends the worker of an analysis that is given up; who waits gets a new one with new tables', async () => {
    const first = ask(1, 'a 0');
    const second = ask(2, 'a 0');
    await settle();
    const old = worker();
    client.cancel(1);
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    await settle();
    expect(old.ended).toBe(true);
    expect(worker()).not.toBe(old);
    worker().say({ kind: 'done', id: 2, result: AXES });
    expect(await second).toBe(AXES);
    expect(loads).toEqual(['a 0', 'a 0']);
  });

  it('keeps a table that was being made when its analysis was given up', async () => {
    let made = (_table: AnalysisTable): void => undefined;
    const first = ask(1, 'a 0', () => new Promise((resolve) => (made = resolve)));
    const second = ask(2, 'a 0');
    await settle();
    client.cancel(1);
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    made(tableAt(9));
    await settle();
    expect(client.stepOf('a 0')).toBe(9);
    expect(worker().commands.filter(({ kind }) => kind === 'ask')).toEqual([
      { kind: 'ask', id: 2, question: question('a 0') },
    ]);
    worker().say({ kind: 'done', id: 2, result: AXES });
    await second;
    expect(loads).toEqual(['a 0']);
  });

  it('stops making a table as soon as no question waits for it', async () => {
    const never = () => new Promise<AnalysisTable>(() => undefined);
    const asked = [ask(1, 'a 0', never), ask(2, 'b 0'), ask(3, 'a 0')];
    const ends = Promise.allSettled([asked[0], asked[2]]);
    await settle();
    client.cancel(1);
    expect(signals[0]?.aborted).toBe(false);
    client.cancel(3);
    expect(signals[0]?.aborted).toBe(true);
    const givenUp = { status: 'rejected', reason: { code: 'cancelled' } };
    expect(await ends).toMatchObject([givenUp, givenUp]);
  });

  it('makes a table anew for who asks while it is being given up', async () => {
    let stopped = (_error: unknown): void => undefined;
    const first = ask(1, 'a 0', () => new Promise((_, reject) => (stopped = reject)));
    await settle();
    client.cancel(1);
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(signals[0]?.aborted).toBe(true);
    const second = ask(2, 'a 0');
    stopped(givenUp());
    await settle();
    expect(signals[1]?.aborted).toBe(false);
    worker().say({ kind: 'done', id: 2, result: AXES });
    expect(await second).toBe(AXES);
    expect(loads).toEqual(['a 0', 'a 0']);
  });

  it('passes on what went wrong and goes on', async () => {
    const first = ask(1, 'a 0', () => Promise.reject(new Error('no device')));
    const second = ask(2, 'b 0');
    await expect(first).rejects.toThrow('no device');
    await settle();
    worker().say({ kind: 'failed', id: 2, error: { code: 'internal', message: 'm', wayOut: 'w' } });
    await expect(second).rejects.toMatchObject({ code: 'internal' });
    const third = ask(3, 'b 0');
    await settle();
    worker().onerror?.({ message: 'crashed' });
    await expect(third).rejects.toMatchObject({ code: 'internal' });
    expect(client.stepOf('b 0')).toBeUndefined();
  });

  it('takes a waiting analysis out of the queue', async () => {
    const first = ask(1, 'a 0');
    const second = ask(2, 'a 0');
    client.cancel(2);
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    await settle();
    worker().say({ kind: 'done', id: 1, result: AXES });
    await first;
    expect(worker().kinds()).toEqual(['load', 'ask']);
  });
});
