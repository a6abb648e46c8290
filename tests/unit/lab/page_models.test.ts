/**
 * The page's language models: what is listed as it is loaded, dropped and removed, with a hub and shipped
 * files served on this machine.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryFileStore } from '../../../src/io/file_store';
import { HubFiles } from '../../../src/io/hub_files';
import { PageModels } from '../../../src/lab/worker/page_models';
import { startHub, type HubServer } from '../io/hub_server';
import { safetensorsOf, tinyConfig, tinyTensors, tinyTokenizer } from '../lm/tiny_gpt2';

const ID = 'some-group/tiny-gpt2';
const publicFolder = join(import.meta.dirname, '../../../public');
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const tiny = new Map<string, Uint8Array<ArrayBuffer>>([
  ['config.json', json(tinyConfig)],
  ['tokenizer.json', json(tinyTokenizer())],
  ['model.safetensors', Uint8Array.from(safetensorsOf(tinyTensors()))],
]);

let hub: HubServer;
let shipped: Server;
let base: string;
let models: PageModels;

beforeAll(async () => {
  hub = await startHub(ID, tiny);
  shipped = createServer((request, response) => {
    readFile(join(publicFolder, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => shipped.listen(0, '127.0.0.1', resolve));
  const place = shipped.address();
  base = `http://127.0.0.1:${typeof place === 'object' ? (place?.port ?? 0) : 0}/`;
  const files = new HubFiles({ store: new MemoryFileStore(), hub: hub.address });
  models = new PageModels(() => Promise.resolve(files));
});
afterAll(async () => {
  await hub.close();
  shipped.close();
});

const listed = async () =>
  (await models.list(base)).map(({ id, layers, cached }) => ({ id, layers, cached }));

describe("the page's language models", () => {
  it('are at first the one that ships', async () => {
    expect(await listed()).toEqual([{ id: 'stories15m', layers: 6, cached: false }]);
  });

  it('come from the hub with their bytes told, and are kept', async () => {
    const told = new Set<string>();
    const { info, tokenizer } = await models.load(ID, base, (file) => told.add(file));
    expect(info).toMatchObject({ id: ID, form: 'gpt2', width: 6, vocabulary: 300 });
    expect(tokenizer.decode(tokenizer.encode('the other'))).toBe('the other');
    expect([...told]).toEqual(['config.json', 'tokenizer.json', 'model.safetensors']);
    expect(await listed()).toContainEqual({ id: ID, layers: 2, cached: true });
    await models.remove(ID);
    expect(await listed()).toHaveLength(1);
  });

  it('come from dropped files, the weights under any name', async () => {
    const files = [...tiny].map(
      ([name, bytes]) => new File([bytes], name.replace('model.saf', 'my-weights.saf')),
    );
    models.keepDropped('my model', files);
    const { info } = await models.load('my model', base, () => undefined);
    expect(info.bytes).toBe(files.reduce((sum, file) => sum + file.size, 0));
    expect(await listed()).toContainEqual({ id: 'my model', layers: 2, cached: false });
    await models.remove('my model');
    await expect(models.load('my model', base, () => undefined)).rejects.toThrow(
      '"my model" is not the name of a model on the Hugging Face hub.',
    );
  });

  it('say which dropped file is missing', async () => {
    models.keepDropped('half', [new File([json(tinyConfig)], 'config.json')]);
    await expect(models.load('half', base, () => undefined)).rejects.toThrow(
      'half has no tokenizer.json.',
    );
  });

  it.each<[string[], string, string]>([
    [
      ['model-00001-of-00002.safetensors', 'model.safetensors.index.json'],
      'has no model.safetensors; it has its weights in parts (model-00001-of-00002.safetensors, model.safetensors.index.json).',
      'In Python, in its folder: from transformers import AutoModelForCausalLM as M, AutoTokenizer as T; M.from_pretrained(".").save_pretrained("whole", max_shard_size="100GB")',
    ],
    [
      ['pytorch_model.bin'],
      'has no model.safetensors; it has pytorch_model.bin, a pickle, which can run code and is never opened.',
      'M.from_pretrained(".").save_pretrained("whole", max_shard_size="100GB"); T.from_pretrained(".").save_pretrained("whole")',
    ],
  ])('say what was dropped in place of the weights: %j', async (names, sentence, advice) => {
    const files = [...tiny].slice(0, 2).map(([name, bytes]) => new File([bytes], name));
    const others = names.map((name) => new File([new Uint8Array(8)], name));
    models.keepDropped('in parts', [...files, ...others]);
    await expect(models.load('in parts', base, () => undefined)).rejects.toMatchObject({
      code: 'not_found',
      message: `in parts ${sentence}`,
      wayOut: expect.stringContaining(advice) as string,
    });
    await models.remove('in parts');
  });

  it('say that an autoencoder is none', async () => {
    models.keepDropped('an SAE', [new File([new Uint8Array(8)], 'sae_weights.safetensors')]);
    await expect(models.load('an SAE', base, () => undefined)).rejects.toMatchObject({
      message:
        'an SAE has no config.json; it has an autoencoder (sae_weights.safetensors), not a language model.',
      wayOut: 'Open it on the Runs page, or give it to the command line as --model.',
    });
    await models.remove('an SAE');
  });

  it('are listed without dropped files that are no model', async () => {
    models.keepDropped('weights alone', [new File([new Uint8Array(8)], 'model.safetensors')]);
    await expect(models.load('weights alone', base, () => undefined)).rejects.toThrow(
      'weights alone has no config.json.',
    );
    const ids = (await listed()).map(({ id }) => id);
    expect(ids).toContain('stories15m');
    expect(ids).not.toContain('weights alone');
  });
});
