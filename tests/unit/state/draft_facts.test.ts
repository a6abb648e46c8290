/**
 * What the page asks the engine about the draft: an edit of a model asks anew what the run would need but
 * leaves the data alone that are being read, and a language model that is not here is not asked about.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { presets } from '../../../src/lab/run/presets';
import type { Command, Event as EngineEvent } from '../../../src/lab/protocol/protocol';
import type { AskCommand, RequestName } from '../../../src/lab/protocol/requests';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { followDraft, useDraftFacts } from '../../../src/state/draft_facts';
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
  asked<Name extends RequestName>(name: Name): AskCommand<Name>[] {
    return this.commands.filter(
      (command): command is AskCommand<Name> & Command =>
        command.kind === 'ask' && command.name === name,
    );
  }
  cancelled(): number {
    return this.commands.filter(({ kind }) => kind === 'cancel').length;
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
  stop = followDraft(client);
}

async function answerPreview(): Promise<void> {
  const { requestId } = at(worker.asked('preview').slice(-1), 0);
  worker.say({ kind: 'answer', requestId, name: 'preview', answer: previewOf(words) });
  await vi.advanceTimersByTimeAsync(1);
}

it('says nothing of the data before while others are read, unless only the seed differs', async () => {
  openExperiment(words);
  begin();
  await answerPreview();
  expect(useDraftFacts.getState().preview?.label).toBe('Word vectors');
  openExperiment(parseRunConfig(presets.figure1.config));
  await vi.advanceTimersByTimeAsync(500);
  expect(useDraftFacts.getState()).toMatchObject({ preview: null, estimate: null });
  await answerPreview();
  setData('seed', 7);
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.asked('preview')).toHaveLength(3);
  expect(useDraftFacts.getState().preview).not.toBeNull();
});

it('keeps reading the data while settings of the training are edited', async () => {
  openExperiment(words);
  begin();
  setTraining('lr', 0.003);
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.asked('preview')).toHaveLength(1);
  expect(worker.cancelled()).toBe(0);
  const { requestId } = at(worker.asked('preview'), 0);
  worker.say({ kind: 'analysis_progress', requestId, fraction: 0.3, stage: 'Reading text' });
  const reading = { stage: 'Reading text', fraction: 0.3 };
  expect(useDraftFacts.getState().reading).toEqual(reading);
  await answerPreview();
  expect(useDraftFacts.getState()).toMatchObject({
    reading: null,
    preview: { label: 'Word vectors' },
  });
});

it('asks what the run needs once, for its latest settings, when its data are open', async () => {
  openExperiment(words);
  begin();
  setTraining('lr', 0.003);
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.asked('estimate')).toHaveLength(0);
  await answerPreview();
  const asked = worker.asked('estimate');
  expect(asked).toHaveLength(1);
  const { requestId, ask } = at(asked, 0);
  expect(ask.config.training.lr).toBe(0.003);
  worker.say({ kind: 'answer', requestId, name: 'estimate', answer: estimateOf(words) });
  await vi.advanceTimersByTimeAsync(1);
  expect(useDraftFacts.getState().estimate).not.toBeNull();
});

it('gives the data up that were being read when others are chosen', async () => {
  openExperiment(words);
  begin();
  openExperiment(presets.figure1.config);
  await vi.advanceTimersByTimeAsync(500);
  expect(worker.asked('preview')).toHaveLength(2);
  expect(worker.cancelled()).toBe(1);
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
  const { ask } = at(worker.asked('preview'), 0);
  expect(new Uint8Array(await (ask.file ?? new Blob()).arrayBuffer())).toEqual(Uint8Array.of(5));
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
  expect(worker.asked('preview')).toHaveLength(1);
});
