/** Dropped files that take the place of a language model of the same name: data are made with the new one. */
import { expect, it } from 'vitest';
import { EngineHost } from '../../../src/lab/worker/engine_host';
import type { Event } from '../../../src/lab/protocol/protocol';
import type { RunInput } from '../../../src/lab/run/run_config';
import { testGpu } from '../adapter';
import {
  floatTensor,
  safetensorsOf,
  tinyConfig,
  tinyShapes,
  tinyTokenizer,
} from '../../unit/lm/tiny_gpt2';

const ID = 'dropped files';
const config: RunInput = {
  data: { kind: 'lm', model: ID, layer: 2, corpus: 'words.txt', context_size: 8, seed: 0 },
  models: [{ architecture: 'topk', d_sae: 8, k: 2 }],
  training: { training_samples: 64, train_batch_size_samples: 16 },
};

/** A checkpoint whose numbers depend on `seed`. */
function checkpoint(seed: number): File[] {
  const tensors = new Map(
    tinyShapes().map(([name, shape], index) => [name, floatTensor(index + seed, shape)] as const),
  );
  return [
    new File([JSON.stringify(tinyConfig)], 'config.json'),
    new File([JSON.stringify(tinyTokenizer())], 'tokenizer.json'),
    new File([Uint8Array.from(safetensorsOf(tensors))], 'model.safetensors'),
  ];
}

it('are read by the model that was dropped last', async () => {
  const events: Event[] = [];
  const host = new EngineHost(testGpu(), (event) => events.push(event));
  const load = (requestId: number, files: readonly File[]) =>
    host.handle({ kind: 'ask', requestId, name: 'load_language_model', ask: { id: ID, files } });
  const text = new TextEncoder().encode('the other weather, then there they gather. '.repeat(40));
  const powers: number[] = [];
  for (const seed of [0, 1]) {
    const files = checkpoint(seed);
    await load(1, files);
    // A text is handed over once and known by its name from then on.
    const file = seed === 0 ? { file: new Blob([text]) } : {};
    await host.handle({ kind: 'ask', requestId: 2, name: 'preview', ask: { config, ...file } });
    const event = events.at(-1);
    if (event?.kind !== 'answer' || event.name !== 'preview')
      throw new Error(JSON.stringify(event));
    powers.push(event.answer.statistics.power);
  }
  expect(new Set(powers).size).toBe(2);

  // Not while a run is being prepared with it.
  const started = host.handle({ kind: 'start', runId: 'r', config, paused: true });
  await load(3, checkpoint(2));
  expect(events).toContainEqual({
    kind: 'request_failed',
    requestId: 3,
    error: expect.objectContaining({ code: 'bad_config' }) as unknown,
  });
  await started;
  await host.handle({ kind: 'forget', runId: 'r' });
});
