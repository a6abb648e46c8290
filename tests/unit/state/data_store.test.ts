/** The description of data, driven by the scripted engine: it belongs to its data, and the newest question wins. */
import { beforeEach, expect, it } from 'vitest';
import { presets } from '../../../src/lab/run/presets';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { DRAFT, dataKey, describeDraft, useData } from '../../../src/state/data_store';
import { EngineClient } from '../../../src/state/engine_client';
import { fileNeeded } from '../../../src/lab/run/data_kinds';
import { openCorpus, openExperiment, useExperiment } from '../../../src/state/experiment_store';
import { giveUp, questionOf, useQuestions } from '../../../src/state/questions';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';

const figure1 = parseRunConfig(presets.figure1.config);
const words = parseRunConfig(presets.words.config);

let engine: EngineClient;

const known = () => questionOf(useQuestions.getState(), 'describe_data', DRAFT);

beforeEach(() => {
  useData.setState(useData.getInitialState());
  useQuestions.setState(useQuestions.getInitialState(), true);
  engine = new EngineClient(
    () => new FakeEngine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER }),
  );
});

it('belongs to the data that were asked about', async () => {
  await describeDraft(engine, words, null);
  expect(useData.getState().data).toBe(dataKey(words.data, null));
  expect(known().answer?.sample.kind).toBe('labels');
  expect(known().progress).toBeNull();
});

it('gives way to the newest question', async () => {
  const first = describeDraft(engine, words, null);
  await Promise.all([first, describeDraft(engine, figure1, null)]);
  expect(known().answer?.sample.kind).toBe('shapes');
});

it('is not shown for other data while those are read', async () => {
  await describeDraft(engine, words, null);
  const second = describeDraft(engine, figure1, null);
  expect(known().answer).toBeNull();
  await second;
});

it('can be given up', async () => {
  const asked = describeDraft(engine, words, null);
  giveUp('describe_data', DRAFT);
  await asked;
  expect(known()).toMatchObject({ answer: null, progress: null, error: null });
});

it('knows which data need a file', () => {
  expect(fileNeeded(words.data)).toBeNull();
  expect(fileNeeded({ kind: 'npy', path: 'acts.npy' })).toBe('acts.npy');
  expect(fileNeeded({ kind: 'lm', model: 'stories15m', corpus: 'shipped' })).toBeNull();
  expect(fileNeeded({ kind: 'lm', model: 'stories15m', corpus: 'generated' })).toBeNull();
  expect(fileNeeded({ kind: 'lm', model: 'stories15m', corpus: 'diary.txt' })).toBe('diary.txt');
});

it('has a language model read a text of one’s own, whatever was in the draft', () => {
  openExperiment(figure1);
  const file = new File(['Dear diary.'], 'diary.txt');
  openCorpus(file);
  const { draft, file: open, config } = useExperiment.getState();
  expect(draft.data).toMatchObject({ kind: 'lm', model: 'stories15m', corpus: 'diary.txt' });
  expect(open).toBe(file);
  expect(config).not.toBeNull();
});
