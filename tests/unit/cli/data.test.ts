/** Where the command line finds data: beside the run file, in the working folder, or in the lab itself. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvaluationData, openRunData } from '../../../src/cli/data';
import { DataFiles } from '../../../src/cli/data_files';
import { rememberedData } from '../../../src/cli/remembered_data';
import { writeNpy } from '../../../src/io/npy';
import { parseRunConfig } from '../../../src/lab/run/run_config';

let folder = '';
const home = process.cwd();
const matrix = (rows: number, width: number): Uint8Array =>
  writeNpy({ rows, width, values: Float32Array.from({ length: rows * width }, (_, i) => i) });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-data-'));
  mkdirSync(join(folder, 'runs'));
  writeFileSync(join(folder, 'runs/near.npy'), matrix(20, 3));
  writeFileSync(join(folder, 'near.npy'), matrix(20, 4));
  writeFileSync(join(folder, 'here.npy'), matrix(20, 5));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const noDevice = () => Promise.reject(new Error('a file needs no device'));
const run = (path: string) =>
  parseRunConfig({
    data: { kind: 'npy', path, order: 'sequential' },
    models: [{ architecture: 'topk', d_sae: 8, k: 1 }],
    training: { training_samples: 10 },
  });

const opened = (path: string) =>
  openRunData(run(path), new DataFiles({ beside: 'runs', asked: true }), noDevice);
const widthOf = async (path: string): Promise<number> => (await opened(path)).source.width;
const nothing = rememberedData(null, '.');

describe('the file of a run', () => {
  it('is looked for beside the run file first, then from the working folder', async () => {
    expect(await widthOf('near.npy')).toBe(3);
    expect(await widthOf('here.npy')).toBe(5);
    expect(await widthOf(join(folder, 'near.npy'))).toBe(4);
  });

  it('is written down with its place, its rows and its hash', async () => {
    const { data, identityIn } = await opened('near.npy');
    const path = join(realpathSync(folder), 'runs/near.npy');
    expect(data).toEqual({ kind: 'npy', path, order: 'sequential' });
    const bytes = matrix(20, 3);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = { setting: 'path', name: 'near.npy', path, bytes: bytes.length, sha256 };
    expect(identityIn('out/run')).toEqual({
      rows: 20,
      width: 3,
      files: [{ ...file, relative: '../../runs/near.npy' }],
    });
  });

  it('is named when it is nowhere', async () => {
    await expect(opened('gone.npy')).rejects.toThrow(
      'gone.npy cannot be read: there is no such file or folder.',
    );
  });
});

describe('data to evaluate on', () => {
  it('are all rows of a file in their order, or those that training would hold out', async () => {
    const all = await openEvaluationData('near.npy', undefined, nothing, noDevice);
    expect(all.split).toBe('all');
    expect([...(await all.source.read('all', 0, 99)).rowIds]).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    const heldOut = await openEvaluationData('near.npy', 'held_out', nothing, noDevice);
    expect(heldOut.source.size.held_out).toBe(2);
  });

  it("are the lab's own held-out rows by name", async () => {
    const words = await openEvaluationData('words', undefined, nothing, noDevice);
    expect(words.split).toBe('held_out');
    expect([words.source.width, words.source.size.all, words.source.size.held_out]).toEqual([
      100, 20_000, 2000,
    ]);
  });

  it('are made again with the seed that the model was trained on', async () => {
    const frames = async (trained: unknown) =>
      (
        await openEvaluationData(
          'figure1',
          undefined,
          rememberedData({ data: trained }, '.'),
          noDevice,
        )
      ).source.features?.[0]?.frame;
    const seed0 = await frames(null);
    expect(await frames({ kind: 'synthetic', preset: 'figure1', seed: 7 })).not.toEqual(seed0);
    expect(await frames({ kind: 'synthetic', preset: 'zoo', seed: 7 })).toEqual(seed0);
    expect(await frames({ kind: 'synthetic', preset: 'figure1', seed: 'x' })).toEqual(seed0);
  });

  it('are the made data of the model, whatever they were', async () => {
    const made = (trained: unknown) =>
      openEvaluationData('synthetic', undefined, rememberedData({ data: trained }, '.'), noDevice);
    const spec = {
      width: 8,
      features: [{ kind: 'circle', count: 3 }],
      frequency: { kind: 'uniform', probability: 0.5 },
    };
    const own = await made({ kind: 'synthetic', spec, seed: 7 });
    expect([own.source.label, own.source.width, own.split]).toEqual([
      '3 features of your own',
      8,
      'held_out',
    ]);
    const other = await made({ kind: 'synthetic', spec, seed: 8 });
    expect(other.source.features?.[0]?.frame).not.toEqual(own.source.features?.[0]?.frame);
    const preset = await made({ kind: 'synthetic', preset: 'zoo2', seed: 7 });
    expect(preset.source.features).toHaveLength(128);
    await expect(made({ kind: 'words' })).rejects.toThrow(
      'This model was not trained on made data',
    );
  });

  it('are refused with the choices when there is no such file', async () => {
    await expect(openEvaluationData('wrods', undefined, nothing, noDevice)).rejects.toMatchObject({
      code: 'not_found',
      message: 'wrods cannot be read: there is no such file.',
      wayOut:
        "Give a .npy file, or words, figure1, zoo, zoo_independent, zoo2 for the lab's own data, or synthetic or lm for the made data or the language model that it was trained on.",
    });
  });
});
