/** What is left of a start that fails or is given up, and of a language model that nobody waits for any more: nothing. */
import { expect, it } from 'vitest';
import { whileWanted } from '../../../src/base/work';
import type { ActivationSource, StreamFeeder } from '../../../src/data/source';
import { zooPreset } from '../../../src/data/zoo_presets';
import { openZooSource } from '../../../src/data/zoo_source';
import { EngineHost } from '../../../src/lab/worker/engine_host';
import { LanguageModelStore } from '../../../src/lab/language/language_model_store';
import type { Event } from '../../../src/lab/protocol/protocol';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { createSession } from '../../../src/lab/train/session';
import { initialWeights } from '../../../src/sae/initial';
import { checkingDevice, testGpu } from '../adapter';
import { liveBuffers } from '../live_buffers';
import { letterTokenizer } from '../lm/letter_tokenizer';
import { smallConfig, smallWeights } from '../lm/small_model';

const { spec, label } = zooPreset('figure1');
const made = openZooSource(spec, 0, label);
const config = parseRunConfig({
  data: { kind: 'synthetic', preset: 'figure1' },
  models: [
    { architecture: 'topk', d_sae: 8, k: 2 },
    { architecture: 'topk', name: 'wider', d_sae: 16, k: 2 },
  ],
  training: { train_batch_size_samples: 4, training_samples: 16 },
});

it('frees a run whose second model starts from weights of another shape', async () => {
  const device = await checkingDevice();
  const live = liveBuffers(device);
  let feeders = 0;
  const feeder: StreamFeeder = {
    rowsMade: 0,
    filled: 1,
    feed: (_, wanted) => Promise.resolve(wanted),
    destroy: () => {
      feeders -= 1;
    },
  };
  const source: ActivationSource = {
    ...made,
    stream: (rows) => ({
      ...made.stream(rows),
      openFeeder: () => {
        feeders += 1;
        return Promise.resolve(feeder);
      },
    }),
  };
  const [model] = config.models;
  if (model === undefined) throw new Error('the run has no model');
  const weights = initialWeights(model, made.width, new Float32Array(made.width), 0, 0, 1);
  const initial = [
    { kind: 'weights' as const, weights },
    { kind: 'weights' as const, weights },
  ];
  await expect(createSession({ device, config, source, initial })).rejects.toMatchObject({
    code: 'bad_config',
  });
  expect(feeders).toBe(0);
  expect(live()).toEqual([]);
});

it('frees a language model that is given up while it goes to the GPU', async () => {
  const device = await checkingDevice();
  const live = liveBuffers(device);
  const small = smallConfig('llama');
  const given = new AbortController();
  const info = {
    id: 'small',
    label: 'small',
    form: small.form,
    layers: small.layers,
    width: small.width,
    vocabulary: small.vocabulary,
    context: small.context,
    bytes: 0,
  };
  const store = new LanguageModelStore({
    device,
    read: () =>
      Promise.resolve({
        info,
        config: small,
        weights: smallWeights(small),
        tokenizer: letterTokenizer(small.vocabulary),
      }),
  });
  // Told just before the weights are uploaded.
  const onProgress = () => given.abort();
  await expect(store.get('small', { signal: given.signal, onProgress })).rejects.toMatchObject({
    code: 'cancelled',
  });
  await expect.poll(live).toEqual([]);
  const again = await store.get('small');
  expect(live()).not.toEqual([]);
  again.model.destroy();
  expect(live()).toEqual([]);
});

it('gives up the load of a language model that is deleted meanwhile', async () => {
  const device = await checkingDevice();
  const store = new LanguageModelStore({
    device,
    // Its files never come.
    read: (_id, _onBytes, signal) => whileWanted(new Promise<never>(() => undefined), { signal }),
  });
  const loading = store.get('small');
  const told = expect(loading).rejects.toMatchObject({ code: 'cancelled' });
  expect(store.ids).toEqual(['small']);
  await store.drop('small');
  await told;
  expect(store.ids).toEqual([]);
});

it('says nothing more of a run that is given up before its first step', async () => {
  const events: Event[] = [];
  const host = new EngineHost(testGpu(), (event) => events.push(event));
  const start = host.handle({ kind: 'start', runId: 'r', config });
  await host.handle({ kind: 'forget', runId: 'r' });
  await start;
  expect(events.map(({ kind }) => kind)).toEqual(['status']);
  // It is not there any more.
  await host.handle({ kind: 'resume', runId: 'r' });
  expect(events.at(-1)).toMatchObject({ kind: 'command_failed', error: { code: 'not_found' } });
});
