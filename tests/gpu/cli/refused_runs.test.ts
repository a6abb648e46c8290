/** Whatever the command line refuses, it refuses by name, and leaves nothing behind. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../../src/io/npy';

import { WIDTH, ROWS, path, lab, writeRun, sasa, makeRows, removeRows } from './tiny_rows';

beforeAll(makeRows);
afterAll(removeRows);

describe('a run that is refused', () => {
  const cases: [what: string, write: () => string, sentence: string][] = [
    [
      'a run file that is not there',
      () => path('none.json'),
      'none.json cannot be read: there is no such file or folder.',
    ],
    [
      'a run file of a newer version',
      () => {
        writeFileSync(path('newer.json'), JSON.stringify({ version: 2, everything: 'else' }));
        return path('newer.json');
      },
      'newer.json is a run file of version 2; this lab reads up to 1.',
    ],
    [
      'a setting out of range',
      () => writeRun('bad.json', [sasa], { training_samples: 16, lr: 7 }),
      'training.lr is 7; it must be a number above 0 and at most 1.',
    ],
    [
      'a truncated .npy file',
      () => {
        const whole = readFileSync(path('x.npy'));
        writeFileSync(path('cut.npy'), whole.subarray(0, whole.length - 10));
        return writeRun('cut.json', [sasa], { training_samples: 16 }, 'cut.npy');
      },
      `has ${128 + ROWS * WIDTH * 4 - 10} bytes where its shape (${ROWS}, ${WIDTH}) of dtype '<f4' needs ${128 + ROWS * WIDTH * 4}.`,
    ],
    [
      'NaN in the data',
      () => {
        const values = new Float32Array(ROWS * WIDTH).fill(1);
        values[5 * WIDTH + 2] = NaN;
        writeFileSync(path('nan.npy'), writeNpy({ rows: ROWS, width: WIDTH, values }));
        return writeRun('nan.json', [sasa], { training_samples: 16 }, 'nan.npy');
      },
      'holds 1 NaN and 0 infinite values; the first is in row 5, column 2',
    ],
    [
      'rows whose squares exceed float32',
      () => {
        const values = new Float32Array(ROWS * WIDTH).fill(1e19, 9);
        writeFileSync(path('huge.npy'), writeNpy({ rows: ROWS, width: WIDTH, values }));
        return writeRun('huge.json', [sasa], { training_samples: 16 }, 'huge.npy');
      },
      'huge.npy holds values up to 1.00e+19; the squares of a row of 6 numbers exceed float32 beyond 3.77e+18. Divide all rows by the same number, 1e+19 for example.',
    ],
    [
      'a layer norm of one dimension',
      () => {
        const values = Float32Array.from({ length: ROWS }, (_, i) => i);
        writeFileSync(path('one.npy'), writeNpy({ rows: ROWS, width: 1, values }));
        const norm = { architecture: 'topk', d_sae: 4, k: 1, normalize_activations: 'layer_norm' };
        return writeRun('one.json', [norm], { training_samples: 16 }, 'one.npy');
      },
      'models.0.normalize_activations is layer_norm, but a row has one dimension',
    ],
    [
      'a width that disagrees',
      () => writeRun('wide.json', [{ ...sasa, d_in: 7 }], { training_samples: 16 }),
      'models.0.d_in is 7, but the data have 6 dimensions.',
    ],
    [
      'a model that cannot fit',
      () =>
        writeRun('large.json', [{ architecture: 'topk', d_sae: 2 ** 20, k: 4 }], {
          training_samples: 65536,
          train_batch_size_samples: 65536,
        }),
      'MiB',
    ],
  ];
  it.each(cases)(
    'because of %s gives exit code 2, one sentence and no folder',
    async (...given) => {
      const [, write, sentence] = given;
      const { code, out, err } = await lab([
        'train',
        '--config',
        write(),
        '--out',
        path('refused'),
      ]);
      expect(err).toContain(sentence);
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(err.match(/^lab: /gm)).toHaveLength(1);
      expect(readdirSync(path('.')).filter((name) => name.includes('refused'))).toEqual([]);
    },
  );

  it('because its folder is in use leaves the folder as it was', async () => {
    mkdirSync(path('used'));
    writeFileSync(path('used/notes.txt'), 'mine');
    const run = writeRun('fine.json', [sasa], { training_samples: 16 });
    const words = ['train', '--config', run, '--out', path('used')];
    const { code, err } = await lab(words);
    expect(code).toBe(2);
    expect(err).toContain('used is not empty. Give a new folder, or empty it first.');
    const resumed = await lab([...words, '--resume']);
    expect(resumed.code).toBe(2);
    expect(resumed.err).toContain('used has no checkpoint.safetensors to continue from.');
    expect(readdirSync(path('used'))).toEqual(['notes.txt']);
  });
});
