/**
 * The shipped model writes what it is known to write: greedy text from BOS, token by token through the
 * key-value cache. The sentence is that of the published float32 model; the int8 rows must not change it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/lab/checkpoint_tensors';
import { readLlamaTokenizer } from '../../../src/lm/llama_tokenizer';
import { readStoriesConfig, readStoriesWeights } from '../../../src/lm/stories_model';
import { createLanguageModel } from '../../../src/lm/transformer';
import { testDevice } from '../adapter';

const KNOWN =
  'Once upon a time, there was a little girl named Lily. She loved to play outside in the sunshine. ' +
  'One day, she saw a big, red ball in the sky. It was the sun!';

function shipped(name: string): Uint8Array {
  return readFileSync(
    fileURLToPath(new URL(`../../../public/data/stories15m/${name}`, import.meta.url)),
  );
}

it('writes the known story from BOS', async () => {
  const config = readStoriesConfig(
    JSON.parse(new TextDecoder().decode(shipped('config.json'))),
    'config.json',
  );
  const weights = readStoriesWeights(
    config,
    readCheckpoint(shipped('model.safetensors'), 'model.safetensors'),
  );
  const tokenizer = readLlamaTokenizer(
    shipped('tokenizer.bin'),
    config.vocabulary,
    'tokenizer.bin',
  );
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
