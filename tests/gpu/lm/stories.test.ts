/**
 * The shipped model agrees with its float64 twin, and writes what it is known to write: greedy text from BOS, token by token through the
 * key-value cache. The sentence is that of the published float32 model; the int8 rows must not change it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { readBuffer } from '../../../src/gpu/readback';
import { readStoredModel } from '../../../src/lab/language/stored_tensors';
import { readLlamaTokenizer } from '../../../src/lm/llama_tokenizer';
import { twinForward } from '../../../src/lm/twin';
import { readStoriesConfig, readStoriesWeights } from '../../../src/lm/stories_model';
import { createLanguageModel } from '../../../src/lm/transformer';
import { testDevice } from '../adapter';
import { forwardTolerance } from './forward_tolerance';

const KNOWN =
  'Once upon a time, there was a little girl named Lily. She loved to play outside in the sunshine. ' +
  'One day, she saw a big, red ball in the sky. It was the sun!';

function shipped(name: string): Uint8Array {
  return readFileSync(
    fileURLToPath(new URL(`../../../public/data/stories15m/${name}`, import.meta.url)),
  );
}

const config = readStoriesConfig(
  JSON.parse(new TextDecoder().decode(shipped('config.json'))),
  'config.json',
);
const weights = readStoriesWeights(
  config,
  readStoredModel(shipped('model.safetensors'), 'model.safetensors'),
);
const tokenizer = readLlamaTokenizer(shipped('tokenizer.bin'), config.vocabulary, 'tokenizer.bin');

it('gives the logits of the float64 reference', async () => {
  const device = await testDevice();
  const model = await createLanguageModel(device, config, weights);
  const tokens = Uint32Array.of(tokenizer.bos, ...tokenizer.encode('One day, a cat'));
  const positions = tokens.length;
  const forward = await model.forward({ sequences: 1, positions, from: 0, until: 'logits' });
  forward.setTokens(tokens);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  forward.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  if (forward.logits === null) throw new Error('no logits');
  const found = new Float32Array(await readBuffer(device, forward.logits));
  const { logits } = twinForward(config, weights, tokens, positions);
  const size = logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = found.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - at(logits, i))),
    0,
  );
  expect(worst).toBeLessThan(forwardTolerance(config, positions, config.layers) * size);
  forward.destroy();
  model.destroy();
});

it('writes the known story from BOS', async () => {
  const model = await createLanguageModel(await testDevice(), config, weights);
  const generator = await model.generator({ sequences: 1, length: 56 });
  const [tokens] = await generator.generate({
    prompts: [Uint32Array.of(tokenizer.bos)],
    temperature: 0,
    seed: 0,
  });
  expect(tokenizer.decode(tokens ?? []).trimStart()).toContain(KNOWN);
  generator.destroy();
  model.destroy();
});
