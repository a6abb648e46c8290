/** Which folder a model is in: its own, one of those of a run, or none. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModel } from '../../../src/cli/model_folder';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-models-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the folder of a model', () => {
  it('of a run of several is refused with the folders of its models', async () => {
    for (const name of ['TopK SAE', 'SASA', 'notes']) mkdirSync(join(folder, name));
    for (const name of ['TopK SAE', 'SASA']) writeFileSync(join(folder, name, 'cfg.json'), '{}');
    writeFileSync(join(folder, 'run.json'), '{}');
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'not_found',
      message: `${folder} has no cfg.json; models are in its folders SASA and TopK SAE.`,
      wayOut: `Give one of these: "${folder}/SASA", "${folder}/TopK SAE".`,
    });
  });

  it('without models in it is refused with what it holds', async () => {
    writeFileSync(join(folder, 'run.json'), '{}');
    await expect(loadModel(folder)).rejects.toThrow(`${folder} has no cfg.json; it has run.json.`);
    writeFileSync(join(folder, 'ae.pt'), '');
    await expect(loadModel(folder)).rejects.toThrow('it has ae.pt, a model of dictionary_learning');
  });
});
