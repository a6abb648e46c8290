/**
 * A kept run is looked at where its checkpoints are: what is said of step n is what a run says that was stopped there, bit
 * for bit; the run that goes on beside it ends with the weights that it would have had; and what is thinned out or torn is
 * answered by the nearest checkpoint, which names its step.
 */
import { afterEach, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { MemoryFileStore } from '../../../src/io/file_store';
import type { AnalysisCommand, AnalysisEvent } from '../../../src/lab/explore/analysis_worker';
import type { Event } from '../../../src/lab/protocol/protocol';
import type { RunInput } from '../../../src/lab/run/run_config';
import { MemoryIndex } from '../../support/memory_runs';
import { drivenEngine } from './driven_engine';

const STEPS = 60;
// An input scale is folded into the weights that are looked at, and rounds them.
const normalize_activations = 'none';
const config: RunInput = {
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [
    { architecture: 'topk_sasa', n_groups: 8, group_rank: 4, k_groups: 1, normalize_activations },
    {
      ...{ architecture: 'batch_topk_sasa', n_groups: 6, group_rank: 4, k_groups: 1 },
      normalize_activations,
    },
  ],
  training: { training_samples: STEPS * 32, train_batch_size_samples: 32, log_every: 5 },
};
const MODELS = config.models.length;

/** The analysis worker in this thread: its module with a global scope of its own. */
class NearWorker {
  onmessage: ((message: { data: AnalysisEvent }) => void) | null = null;
  onerror = null;
  private readonly scope: Promise<{ onmessage: (message: { data: AnalysisCommand }) => void }>;

  constructor() {
    const post = (event: AnalysisEvent) => this.onmessage?.({ data: event });
    this.scope = (async () => {
      vi.resetModules();
      vi.stubGlobal('postMessage', post);
      await import('../../../src/lab/explore/analysis_worker');
      const { onmessage } = globalThis as unknown as {
        onmessage: (message: { data: AnalysisCommand }) => void;
      };
      return { onmessage };
    })();
  }

  postMessage(command: AnalysisCommand): void {
    void this.scope.then(({ onmessage }) => onmessage({ data: structuredClone(command) }));
  }

  terminate(): void {
    this.onmessage = null;
  }
}

/** An engine in a browser of its own, with the steps of its checkpoints. */
function engineOver(files: MemoryFileStore) {
  const driven = drivenEngine({ files, index: new MemoryIndex() });
  return { ...driven, files, checkpoints: () => driven.heard('kept').at(-1)?.checkpoints ?? [] };
}

const isStatus = (status: string, step: number) => (event: Event) =>
  event.kind === 'status' && event.status === status && event.step === step;

afterEach(() => vi.unstubAllGlobals());

it('says of a checkpoint what a run says that was stopped there, and leaves the run as it would have been', async () => {
  vi.stubGlobal('Worker', NearWorker);
  const stopped = engineOver(new MemoryFileStore());
  await stopped.host.handle({ kind: 'start', runId: 'r', config, paused: true });
  await stopped.until(isStatus('paused', 0));
  for (let step = 1; step <= 10; step++) await stopped.host.handle({ kind: 'step', runId: 'r' });
  await stopped.host.handle({ kind: 'stop', runId: 'r' });
  await stopped.until(isStatus('stopped', 10));
  const shapesThen = await stopped.ask('probe_checkpoint', { runId: 'r', checkpoint: 10 });
  const tableThen = await stopped.ask('groups', { runId: 'r', model: 0 });
  const cardThen = await stopped.ask('group_card', { runId: 'r', model: 0, group: 3 });

  const looked = engineOver(new MemoryFileStore());
  await looked.host.handle({ kind: 'start', runId: 'r', config });
  await looked.until((event) => event.kind === 'kept' && event.step >= 10);
  const during = await looked.ask('probe_checkpoint', { runId: 'r', checkpoint: 10 });
  await looked.until(isStatus('finished', STEPS));
  const checkpoint = 10;
  expect(looked.checkpoints()[0]).toBe(checkpoint);
  expect(during.step).toBe(10);
  expect(during).toEqual(shapesThen);
  const after = await looked.ask('probe_checkpoint', { runId: 'r', checkpoint });
  expect(after).toEqual(during);
  const table = await looked.ask('groups', { runId: 'r', model: 0, checkpoint });
  expect(table).toEqual(tableThen);
  const now = await looked.ask('groups', { runId: 'r', model: 0 });
  expect(now.step).toBe(STEPS);
  expect(now).not.toEqual({ ...table, step: STEPS });
  const card = await looked.ask('group_card', { runId: 'r', model: 0, group: 3, checkpoint });
  expect(card.step).toBe(checkpoint);
  // Turned towards the axes of the run as it is now; all else is that of the stopped run.
  expect(card.points.alignedTo).toBe(STEPS);
  expect({ ...card, points: null, axisShares: null, inOtherModels: null }).toEqual({
    ...cardThen,
    points: null,
    axisShares: null,
    inOtherModels: null,
  });
  expect(card.points.norms).toEqual(cardThen.points.norms);

  // What was looked at beside the training changed no byte of it.
  const plain = engineOver(new MemoryFileStore());
  await plain.host.handle({ kind: 'start', runId: 'r', config });
  await plain.until(isStatus('finished', STEPS));
  const wanted = await plain.weights('r', MODELS);
  (await looked.weights('r', MODELS)).forEach((bytes, model) => {
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.equals(at(wanted, model)), `model ${model}`).toBe(true);
  });

  // A checkpoint that is gone is answered by the nearest, which says so.
  await looked.files.removeFile('r', 'checkpoint-10.safetensors.0');
  const next = at(looked.checkpoints(), 1);
  const nearest = await looked.ask('probe_checkpoint', { runId: 'r', checkpoint: next });
  expect(nearest.step).toBe(next);
  const instead = await looked.ask('probe_checkpoint', { runId: 'r', checkpoint });
  expect(instead.step).toBe(next);
  expect(instead).toEqual(nearest);
  for (const each of [stopped, looked, plain]) {
    await each.host.handle({ kind: 'forget', runId: 'r' });
  }
});
