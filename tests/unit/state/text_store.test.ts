/**
 * Own text and its answers, driven by the scripted engine: the newest question wins, what is cancelled leaves
 * the last answer, blank text asks nothing, and trouble is told with its way out.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../../../src/state/engine_client';
import {
  giveUp,
  modelKey,
  NOT_ASKED,
  pose,
  poseInTurn,
  questionOf,
  useQuestions,
} from '../../../src/state/questions';
import { readWith, setText, useText } from '../../../src/state/text_store';
import { FAKE_ADAPTER, FakeEngine, type FakeOptions } from '../../support/fake_engine';

const about = { runId: 'run', model: 0 };
const key = modelKey('run', 0);
const state = () => questionOf(useQuestions.getState(), 'read_text', key);

let fakes: FakeEngine[];

function engineWith(options: Partial<FakeOptions> = {}): EngineClient {
  fakes = [];
  return new EngineClient(() => {
    const fake = new FakeEngine({
      interval: 0,
      stepsPerTurn: 1,
      adapter: FAKE_ADAPTER,
      ...options,
    });
    fakes.push(fake);
    return fake;
  });
}

beforeEach(() => {
  useText.setState(useText.getInitialState());
  useQuestions.setState(useQuestions.getInitialState(), true);
});

describe('reading', () => {
  it('keeps the text with its reading', async () => {
    setText('Lily saw a red ball.');
    await readWith(engineWith(), about);
    expect(state().asked?.text).toBe('Lily saw a red ball.');
    expect(
      state()
        .answer?.tokens.map(({ text }) => text)
        .join(''),
    ).toBe('Lily saw a red ball.');
    expect(state().progress).toBeNull();
  });

  it('asks nothing about blank text and forgets what was read', async () => {
    const engine = engineWith();
    setText('Lily');
    await readWith(engine, about);
    setText(' \n ');
    await readWith(engine, about);
    expect(state().answer).toBeNull();
    expect(fakes[0]?.commands.filter((sent) => sent.kind === 'ask')).toHaveLength(1);
  });

  it('gives the newest text its reading, whatever was on its way', async () => {
    const engine = engineWith();
    setText('first');
    const first = readWith(engine, about);
    setText('second');
    await Promise.all([first, readWith(engine, about)]);
    expect(state().asked?.text).toBe('second');
    expect(fakes[0]?.commands.map(({ kind }) => kind)).toContain('cancel');
  });

  it('keeps the last reading when the next is given up', async () => {
    const engine = engineWith();
    setText('first');
    await readWith(engine, about);
    setText('second');
    const second = readWith(engine, about);
    giveUp('read_text', key);
    await second;
    expect(state().asked?.text).toBe('first');
    expect(state().error).toBeNull();
    expect(state().progress).toBeNull();
  });

  it('tells trouble with its way out', async () => {
    const trouble = { code: 'not_found', message: 'No model.', wayOut: 'Load it.' } as const;
    setText('Lily');
    await readWith(engineWith({ languageTrouble: trouble }), about);
    expect(state().error).toEqual(trouble);
    expect(state().answer).toBeNull();
  });
});

describe('other questions', () => {
  it('keep what was asked beside the continuations', async () => {
    const request = {
      prompt: 'Once upon a time, there was',
      group: 12,
      edit: { kind: 'scale', factor: 3 },
      temperature: 0,
      seed: 0,
      length: 20,
    } as const;
    await pose(engineWith(), 'steer_text', key, { ...about, ...request });
    const { answer, asked } = questionOf(useQuestions.getState(), 'steer_text', key);
    expect(asked).toEqual({ ...about, ...request });
    expect(answer?.continuations.map(({ name }) => name)).toEqual([
      'original',
      'steered',
      'random control',
    ]);
  });

  it('do not disturb one another', async () => {
    const engine = engineWith();
    setText('Lily');
    const measured = pose(engine, 'splice', key, { ...about, tokens: 2048 });
    await Promise.all([readWith(engine, about), measured]);
    expect(state().answer).not.toBeNull();
    expect(questionOf(useQuestions.getState(), 'splice', key).answer?.tokens).toBe(2048);
  });

  it('about several models are asked in turn, until one is given up', async () => {
    const engine = engineWith();
    const ask = (model: number) =>
      pose(engine, 'splice', modelKey('run', model), { ...about, model, tokens: 512 });
    await poseInTurn([0, 1], ask);
    const again = poseInTurn([0, 1], ask);
    giveUp('splice', key);
    await again;
    // That there was an answer before changes nothing.
    const asked = fakes[0]?.commands.flatMap((sent) =>
      sent.kind === 'ask' && sent.name === 'splice' ? [sent.ask.model] : [],
    );
    expect(asked).toEqual([0, 1, 0]);
  });

  it('have the same state object while nothing was asked', () => {
    expect(questionOf(useQuestions.getState(), 'splice', 'nobody')).toBe(NOT_ASKED);
  });
});
