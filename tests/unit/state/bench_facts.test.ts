/**
 * What the page asks the engine about the bench: an edit of a model asks anew what the run would need but
 * leaves the data alone that are being read, and a language model that is not here is not asked about.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { presets } from '../../../src/lab/run/presets';
import type { Command, Event as EngineEvent } from '../../../src/lab/protocol/protocol';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { followBench, useBenchFacts } from '../../../src/state/bench_facts';
import { EngineClient, type EngineWorker } from '../../../src/state/engine_client';
import {
  openExperiment,
  openFile,
  setData,
  setTraining,
} from '../../../src/state/experiment_store';
import { useLanguageModels } from '../../../src/state/language_models_store';
import { FAKE_ADAPTER } from '../../support/fake_engine';
import { estimateOf, previewOf } from '../../support/scripted_answers';
import { SCRIPTED_MODELS } from '../../support/scripted_language';

/** Answers only when it is told to. */
class SlowWorker implements EngineWorker {
  onmessage: EngineWorker['onmessage'] = null;
  onerror: EngineWorker['onerror'] = null;
  onmessageerror: EngineWorker['onmessageerror'] = null;
  readonly commands: Command[] = [];
  postMessage(command: Command): void {
    this.commands.push(command);
  }
  terminate(): void {
    this.commands.length = 0;
  }
  say(event: EngineEvent): void {
    this.onmessage?.(new MessageEvent('message', { data: event }));
  }
  count(kind: Command['kind']): number {
    return this.commands.filter((command) => command.kind === kind).length;
  }
}

const words = parseRunConfig(presets.words.config);

let worker: SlowWorker;
let client: EngineClient;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  useLanguageModels.setState(useLanguageModels.getInitialState());
  worker = new SlowWorker();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

function begin(): void {
  client = new EngineClient(() => worker);
  stop = followBench(client);
}

async function answerPreview(): Promise<void> {
  const command = worker.commands.findLast(({ kind }) => kind === 'preview');
  if (command?.kind !== 'preview') throw new Error('no preview was asked for');
  const { requestId } = command;
  worker.say({ kind: 'previewed', requestId, preview: previewOf(words) });
  await vi.advanceTimersByTimeAsync(1);
}

it('says nothing of the data before while others are read, unless only the seed differs', async () => {
  openExperiment(words);
  begin();
  await answerPreview();
  expect(useBenchFacts.getState().preview?.label).toBe('Word vectors');
  openExperiment(parseRunConfig(presets.figure1.config));
  await vi.advanceTimersByTimeAsync(500);
  expect(useBenchFacts.getState()).toMatchObject({ preview: null, estimate: null });
  await answerPreview();
  setData('seed', 7);
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.count('preview')).toBe(3);
  expect(useBenchFacts.getState().preview).not.toBeNull();
});

it('keeps reading the data while settings of the training are edited', async () => {
  openExperiment(words);
  begin();
  setTraining('lr', 0.003);
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.count('preview')).toBe(1);
  expect(worker.count('cancel')).toBe(0);
  const { requestId = 0 } = worker.commands.find((sent) => sent.kind === 'preview') ?? {};
  worker.say({ kind: 'analysis_progress', requestId, fraction: 0.3, stage: 'Reading text' });
  const reading = { stage: 'Reading text', fraction: 0.3 };
  expect(useBenchFacts.getState().reading).toEqual(reading);
  await answerPreview();
  expect(useBenchFacts.getState()).toMatchObject({
    reading: null,
    preview: { label: 'Word vectors' },
  });
});

it('asks what the run needs once, for its latest settings, when its data are open', async () => {
  openExperiment(words);
  begin();
  setTraining('lr', 0.003);
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.count('estimate')).toBe(0);
  await answerPreview();
  const asked = worker.commands.filter((command) => command.kind === 'estimate');
  expect(asked).toHaveLength(1);
  expect(asked[0]?.config.training.lr).toBe(0.003);
  const requestId = asked[0]?.requestId ?? 0;
  worker.say({ kind: 'estimated', requestId, estimate: estimateOf(words) });
  await vi.advanceTimersByTimeAsync(1);
  expect(useBenchFacts.getState().estimate).not.toBeNull();
});

it('gives the data up that were being read when others are chosen', async () => {
  openExperiment(words);
  begin();
  openExperiment(presets.figure1.config);
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.count('preview')).toBe(2);
  expect(worker.count('cancel')).toBe(1);
});

it('hands the data over again to an engine that was started afresh', async () => {
  openFile(new File([Uint8Array.of(5)], 'a.npy'));
  begin();
  await vi.advanceTimersByTimeAsync(500);
  await answerPreview();
  worker.onerror?.({ message: 'out of memory' } as ErrorEvent);
  expect(worker.commands).toEqual([]);
  client.send({ kind: 'connect', base: '' });
  worker.say({ kind: 'connected', adapter: FAKE_ADAPTER });
  await vi.advanceTimersByTimeAsync(500);
  const again = worker.commands.find((command) => command.kind === 'preview');
  expect(new Uint8Array(again?.file ?? new ArrayBuffer(0))).toEqual(Uint8Array.of(5));
});

it('asks nothing about a language model that is not here, until it has come', async () => {
  openExperiment(presets.gpt2.config);
  begin();
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.commands).toEqual([]);
  useLanguageModels.setState({
    listed: SCRIPTED_MODELS.map((model) => ({ ...model, cached: true })),
  });
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.count('preview')).toBe(1);
});
