/**
 * Language models on their way into the browser, driven by the scripted engine: bytes and speed, stopping and
 * going on, failing, deleting, and what a run may use.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../../../src/state/engine_client';
import {
  fetchedBytes,
  fetchLanguageModel,
  followDownloads,
  isAtHand,
  languageModelOf,
  refreshLanguageModels,
  removeLanguageModel,
  stopFetch,
  useLanguageModels,
} from '../../../src/state/language_models_store';
import { SCRIPTED_MODELS } from '../../support/scripted_language';
import { FAKE_ADAPTER, FakeEngine, type FakeOptions } from '../../support/fake_engine';

const GPT2 = 'openai-community/gpt2';

let fake: FakeEngine;
let engine: EngineClient;
let clock: number;
let stop: () => void;

function begin(options: Partial<FakeOptions> = {}): void {
  engine = new EngineClient(() => {
    fake = new FakeEngine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER, ...options });
    return fake;
  });
  clock = 0;
  stop = followDownloads(engine, () => clock);
}

/** Lets messages arrive. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

/** One turn of the download, a second later. */
async function turn(): Promise<void> {
  clock += 1000;
  fake.turn();
  await settle();
}

const fetched = () => useLanguageModels.getState().fetches[GPT2];

beforeEach(() => useLanguageModels.setState(useLanguageModels.getInitialState()));
afterEach(() => stop());

describe('a fetch', () => {
  it('counts bytes and speed, and ends with the model at hand', async () => {
    begin({ bytesPerTurn: 200e6 });
    const done = fetchLanguageModel(engine, GPT2);
    await settle();
    await turn();
    await turn();
    expect(fetched()?.status).toBe('fetching');
    expect(fetchedBytes(fetched() ?? { files: {} })).toEqual({
      received: 400e6,
      total: 548_105_171,
    });
    expect(fetched()?.rate).toBe(200e6);
    await turn();
    expect(await done).toBe(true);
    expect(fetched()).toBeUndefined();
    expect(isAtHand(useLanguageModels.getState(), GPT2)).toBe(true);
  });

  it('keeps what it has when it is stopped, and goes on from there', async () => {
    begin({ bytesPerTurn: 300e6 });
    const first = fetchLanguageModel(engine, GPT2);
    await settle();
    await turn();
    stopFetch(GPT2);
    expect(await first).toBe(false);
    expect(fetched()).toMatchObject({ status: 'stopped', error: null });
    expect(fetchedBytes(fetched() ?? { files: {} }).received).toBe(300e6);
    const second = fetchLanguageModel(engine, GPT2);
    await settle();
    expect(fetchedBytes(fetched() ?? { files: {} }).received).toBe(300e6);
    await turn();
    expect(await second).toBe(true);
  });

  it('says why it failed', async () => {
    const trouble = { code: 'not_found', message: 'It broke.', wayOut: 'Go on.' } as const;
    begin({ languageTrouble: trouble });
    expect(await fetchLanguageModel(engine, GPT2)).toBe(false);
    expect(fetched()).toMatchObject({ status: 'failed', error: trouble });
  });

  it('is not begun twice', async () => {
    begin({ bytesPerTurn: 0 });
    const first = fetchLanguageModel(engine, GPT2);
    expect(await fetchLanguageModel(engine, GPT2)).toBe(false);
    stopFetch(GPT2);
    await first;
  });
});

describe('what is at hand', () => {
  it('is what ships, even before the engine has answered', () => {
    begin();
    expect(isAtHand({ listed: null }, 'stories15m')).toBe(true);
    expect(isAtHand({ listed: null }, GPT2)).toBe(false);
    expect(languageModelOf({ listed: null }, GPT2)?.layers).toBe(12);
    expect(languageModelOf({ listed: null }, 'somebody/else')).toBeUndefined();
  });

  it('is whatever the engine lists, dropped files among them', () => {
    const [model] = SCRIPTED_MODELS;
    if (model === undefined) throw new Error('no model is scripted');
    const listed = [{ ...model, id: 'dropped files', cached: false }];
    expect(isAtHand({ listed }, 'dropped files')).toBe(true);
    expect(isAtHand({ listed }, GPT2)).toBe(false);
  });

  it('is forgotten when it is deleted', async () => {
    begin();
    const done = fetchLanguageModel(engine, GPT2);
    await settle();
    await turn();
    await done;
    // The engine knows it by its id alone.
    expect(languageModelOf(useLanguageModels.getState(), GPT2)?.label).toBe('GPT-2 small');
    await removeLanguageModel(engine, GPT2);
    expect(isAtHand(useLanguageModels.getState(), GPT2)).toBe(false);
    expect(fetched()).toBeUndefined();
  });

  it('tells trouble with the list', async () => {
    const trouble = { code: 'internal', message: 'No list.', wayOut: 'Reload.' } as const;
    begin({ languageTrouble: trouble });
    await refreshLanguageModels(engine);
    expect(useLanguageModels.getState().listError).toEqual(trouble);
  });
});

describe('files that the engine reads by itself', () => {
  it('are no fetch', async () => {
    begin();
    engine.send({ kind: 'connect', base: '' });
    await settle();
    fake.emit({ kind: 'download', id: 'stories15m', file: 'model.bin', received: 5, total: 9 });
    expect(useLanguageModels.getState().fetches).toEqual({});
  });
});
