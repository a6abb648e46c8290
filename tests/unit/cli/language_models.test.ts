/** Folders of language models: what is said of one that is none, or that has its weights in another form. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DataFiles } from '../../../src/cli/data_files';
import { nodeModelAccess } from '../../../src/cli/language_models';
import { loadLanguageModel } from '../../../src/lab/language/language_models';
import { tinyConfig, tinyTokenizer } from '../lm/tiny_gpt2';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-lm-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (id: string) => loadLanguageModel(id, nodeModelAccess(new DataFiles({ asked: true })));
const write = (name: string, value: unknown): void =>
  writeFileSync(join(folder, name), JSON.stringify(value));

it('a file is told as one, with its folder', async () => {
  write('model.safetensors', {});
  await expect(load(join(folder, 'model.safetensors'))).rejects.toMatchObject({
    message: `There is no language model ${folder}/model.safetensors: it is a file.`,
    wayOut: `Give the folder with its config.json, model.safetensors and tokenizer.json, for instance ${folder}.`,
  });
  await expect(load(join(folder, 'none'))).rejects.toThrow(
    'it is neither stories15m nor a folder.',
  );
});

it.each([
  ['pytorch_model.bin', 'pytorch_model.bin, a pickle'],
  ['model-00002-of-00003.safetensors', 'its weights in parts (model-00002-of-00003.safetensors)'],
  ['pytorch_model.bin.index.json', 'its weights in parts (pytorch_model.bin.index.json)'],
])('%s in place of model.safetensors is told with how to convert it', async (name, found) => {
  write('config.json', tinyConfig);
  write('tokenizer.json', tinyTokenizer());
  write(name, {});
  await expect(load(folder)).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining(
      `${folder} has no model.safetensors; it has ${found}`,
    ) as string,
    wayOut: expect.stringContaining('M.from_pretrained(".").save_pretrained("whole"') as string,
  });
});

it('a tokenizer in the older form is told with how to convert it', async () => {
  write('config.json', tinyConfig);
  write('merges.txt', {});
  await expect(load(folder)).rejects.toMatchObject({
    message: `${folder} has no tokenizer.json; it has its tokenizer in the older form (merges.txt).`,
    wayOut: expect.stringContaining('T.from_pretrained(".").save_pretrained("whole")') as string,
  });
});
