/** What `lab splice` refuses of a model before it opens a device or loads a language model. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { runCommandLine } from '../../../src/cli/commands';
import { writeSaeFolder } from '../../../src/io/sae_folder';
import { uploadDictionary } from '../../../src/lab/encode/device_dictionary';
import { NORM_OF_ONE } from '../../../src/lab/run/run_rules';
import { modelSchema } from '../../../src/sae/config';
import { fakeTerminal } from './fake_terminal';

const config = modelSchema.parse({
  architecture: 'topk',
  d_sae: 2,
  k: 1,
  normalize_activations: 'layer_norm',
});
/** Rows of one number. */
const weights: Dictionary = {
  groups: 2,
  rank: 1,
  width: 1,
  encoder: Float32Array.of(1, -1),
  decoder: Float32Array.of(1, -1),
  encoderBias: new Float32Array(2),
  decoderBias: new Float32Array(1),
};
const refusal = `normalize_activations ${NORM_OF_ONE}.`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-splice-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a layer norm of rows of one number is refused as training refuses it', async () => {
  const frequency = new Float32Array(2);
  const files = writeSaeFolder({ config, weights, frequency, provenance: {} });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const terminal = fakeTerminal();
  const place = ['--lm', 'stories15m', '--layer', '4'];
  expect(await runCommandLine(['splice', '--model', folder, ...place], terminal)).toBe(2);
  expect(terminal.messages.join('')).toContain(refusal);
  expect(terminal.results).toEqual([]);
});

it('nor does such a model reach a device, whoever asks', async () => {
  // A device that nothing may be asked of.
  const device = {} as GPUDevice;
  await expect(uploadDictionary(device, config, weights)).rejects.toMatchObject({
    code: 'bad_config',
    message: refusal,
  });
});
