/**
 * The store of analyses against an engine of promises: progress and answers appear, a second request for
 * the same thing is not sent, cancelling is no error, an old answer stays readable while a new one is
 * made or fails, and cards never outlive the table that they belong to.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { analyse, fetchCard } from '../../../src/state/analyses_store';
import { EngineClient, type EngineWorker } from '../../../src/state/engine_client';
import {
  cardKey,
  giveUp,
  modelKey,
  NOT_ASKED,
  questionOf,
  useQuestions,
} from '../../../src/state/questions';
import type { Command, Event as EngineEvent, GroupCard } from '../../../src/lab/protocol/protocol';
import { groupCard } from './rows';

/** A worker that writes down what it is told; the test plays its part with `reply`. */
function recordedEngine() {
  const commands: Command[] = [];
  const worker: EngineWorker = {
    postMessage: (command) => commands.push(command),
    onmessage: null,
    onerror: null,
    onmessageerror: null,
    terminate: () => undefined,
  };
  const client = new EngineClient(() => worker);
  const reply = (event: EngineEvent) =>
    worker.onmessage?.(new MessageEvent<EngineEvent>('message', { data: event }));
  const lastRequest = () => {
    const command = commands.findLast((sent) => 'requestId' in sent);
    if (command === undefined || !('requestId' in command)) throw new Error('nothing was asked');
    return command.requestId;
  };
  return { client, commands, reply, lastRequest };
}

const about = { runId: 'run', model: 0 };
const state = () => questionOf(useQuestions.getState(), 'groups', modelKey('run', 0));
const answer = (step: number) => ({
  model: 0,
  step,
  rows: [],
  analysedRows: 100,
  split: 'all' as const,
  firings: null,
  text: null,
});

const card = (step: number): GroupCard => groupCard({ step });

beforeEach(() => useQuestions.setState(useQuestions.getInitialState(), true));

describe('an analysis', () => {
  it('shows progress, then its answer, and is asked for once', async () => {
    const { client, commands, reply, lastRequest } = recordedEngine();
    const first = analyse(client, 'groups', 'run', 0);
    expect(await analyse(client, 'groups', 'run', 0)).toBe('ended');
    expect(commands).toHaveLength(1);
    reply({
      kind: 'analysis_progress',
      requestId: lastRequest(),
      fraction: 0.5,
      stage: 'encoding',
    });
    expect(state().progress).toEqual({ fraction: 0.5, stage: 'encoding' });
    reply({ kind: 'answer', requestId: lastRequest(), name: 'groups', answer: answer(7) });
    expect(await first).toBe('answered');
    const ended = { progress: null, error: null, changes: 0 };
    expect(state()).toEqual({ answer: answer(7), asked: about, asking: about, ...ended });
  });

  it('keeps the old answer while a new one fails', async () => {
    const { client, reply, lastRequest } = recordedEngine();
    const first = analyse(client, 'groups', 'run', 0);
    reply({ kind: 'answer', requestId: lastRequest(), name: 'groups', answer: answer(7) });
    await first;
    const second = analyse(client, 'groups', 'run', 0);
    const { code, message, wayOut } = new LabError('internal', 'Gone.', 'Reload.');
    reply({
      kind: 'request_failed',
      requestId: lastRequest(),
      error: { code, message, wayOut },
    });
    expect(await second).toBe('ended');
    expect(state().answer).toEqual(answer(7));
    expect(state().error?.message).toBe('Gone.');
  });

  it('that is cancelled tells the engine and leaves no error', async () => {
    const { client, commands, lastRequest } = recordedEngine();
    const request = analyse(client, 'groups', 'run', 0);
    const requestId = lastRequest();
    giveUp('groups', modelKey('run', 0));
    expect(await request).toBe('ended');
    expect(commands.at(-1)).toEqual({ kind: 'cancel', requestId });
    expect(state()).toBe(NOT_ASKED);
  });
});

describe('cards', () => {
  const known = () => questionOf(useQuestions.getState(), 'group_card', cardKey('run', 0, 3));
  it('are kept, and dropped when the table is made anew', async () => {
    const { client, reply, lastRequest } = recordedEngine();
    const request = fetchCard(client, { ...about, group: 3 });
    reply({ kind: 'answer', requestId: lastRequest(), name: 'group_card', answer: card(7) });
    await request;
    expect(known().answer?.step).toBe(7);
    const table = analyse(client, 'groups', 'run', 0);
    reply({ kind: 'answer', requestId: lastRequest(), name: 'groups', answer: answer(9) });
    await table;
    expect(known().answer).toBeNull();
  });

  it('of an older table than the one shown are asked for again', async () => {
    const { client, reply, lastRequest } = recordedEngine();
    const late = fetchCard(client, { ...about, group: 3 });
    const first = lastRequest();
    const table = analyse(client, 'groups', 'run', 0);
    reply({ kind: 'answer', requestId: lastRequest(), name: 'groups', answer: answer(9) });
    await table;
    reply({ kind: 'answer', requestId: first, name: 'group_card', answer: card(7) });
    await expect.poll(lastRequest).toBeGreaterThan(first + 1);
    expect(known().answer).toBeNull();
    reply({ kind: 'answer', requestId: lastRequest(), name: 'group_card', answer: card(9) });
    await late;
    expect(known().answer?.step).toBe(9);
  });

  it('are limited in number', async () => {
    const { client, reply, lastRequest } = recordedEngine();
    for (let group = 0; group < 70; group++) {
      const request = fetchCard(client, { ...about, group });
      const answered = { ...card(7), group };
      reply({
        kind: 'answer',
        requestId: lastRequest(),
        name: 'group_card',
        answer: answered,
      });
      await request;
    }
    const cards = Object.values(useQuestions.getState().group_card ?? {});
    const groups = cards.map((card) => card.answer?.group);
    expect(groups).toEqual(Array.from({ length: 64 }, (_, index) => index + 6));
  });
});
