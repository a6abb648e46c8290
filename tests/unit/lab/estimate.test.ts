/**
 * What a run needs is said before anything is allocated, with the way out that helps: a model that is too
 * large is made smaller, a table that is too large has too many rows.
 */
import { describe, expect, it } from 'vitest';
import { openTableSource } from '../../../src/data/table_source';
import { estimateRun } from '../../../src/lab/train/estimate';
import { parseRunConfig } from '../../../src/lab/run/run_config';

const MIB = 2 ** 20;
const rows = 4096;
const width = 64;
const table = openTableSource({
  label: 'rows.npy',
  description: '',
  width,
  values: new Float32Array(rows * width),
  order: 'shuffled',
  seed: 0,
});
const run = (latents: number) =>
  parseRunConfig({
    data: { kind: 'npy', path: 'rows.npy' },
    models: [{ architecture: 'topk', d_sae: latents, k: 4 }],
    training: { training_samples: 1000, train_batch_size_samples: 16 },
  });
const limits = (mebibytes: number) => ({
  maxBufferSize: mebibytes * MIB,
  maxStorageBufferBindingSize: mebibytes * MIB,
});

describe('the estimate of a run', () => {
  it('adds up what data and models allocate', () => {
    const estimate = estimateRun(run(256), table, limits(128), 'tiled');
    expect(estimate).toMatchObject({ fits: true, warnings: [] });
    expect(estimate.bytes).toBe(estimate.rows.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(estimate.rows).toContainEqual({
      owner: 'data',
      buffer: 'table',
      shape: '[4096 rows, 64]',
      bytes: rows * width * 4,
    });
  });

  it('passes on what the data warn of', () => {
    const warnings = ['Nothing of rows.npy is held out.'];
    expect(estimateRun(run(256), { ...table, warnings }, limits(128), 'tiled').warnings).toEqual(
      warnings,
    );
  });

  it('says of a table that is too large that it has too many rows', () => {
    const estimate = estimateRun(run(256), table, limits(0.75), 'tiled');
    expect(estimate.fits).toBe(false);
    expect(estimate.warnings[0]).toBe(
      'data needs 1.0 MiB for "table", and this adapter gives one buffer at most 0.8 MiB. Give a file with fewer rows.',
    );
  });

  it('says of a model that is too large how it gets smaller', () => {
    const estimate = estimateRun(run(65_536), table, limits(8), 'tiled');
    expect(estimate.fits).toBe(false);
    expect(estimate.warnings[0]).toMatch(
      /^TopK SAE needs 16 MiB for "[a-z_]+", and this adapter gives one buffer at most 8\.0 MiB\. Use fewer groups/,
    );
  });
});
