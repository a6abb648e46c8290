/** A folder of a JumpReLU model under the names of SAELens, and what it makes of rows, in float64 (jumprelu_sae.py there). */
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { at } from '../../../src/base/array';
import { floatTensor, readSafetensors, writeSafetensors } from '../../../src/io/safetensors';
import { numberSequence } from '../../unit/io/complaint';
import { path, WIDTH } from './tiny_rows';

export interface ThresholdModel {
  /** [d, d_sae] */
  readonly wEnc: Float32Array;
  /** [d_sae, d] */
  readonly wDec: Float32Array;
  readonly bEnc: Float32Array;
  readonly bDec: Float32Array;
  readonly threshold: Float32Array;
  readonly appliesBias: boolean;
}

/** Numbers of a random model whose thresholds are `lowest` and up to 1 above it. */
export function randomModel(latents: number, lowest: number, seed: number): ThresholdModel {
  const next = numberSequence(seed);
  const numbers = (length: number) => Float32Array.from({ length }, () => next() - 0.5);
  const wEnc = numbers(WIDTH * latents);
  return {
    wEnc,
    // Near the transpose, so that something is explained.
    wDec: Float32Array.from({ length: latents * WIDTH }, (_, i) => {
      const [latent, column] = [Math.floor(i / WIDTH), i % WIDTH];
      return at(wEnc, column * latents + latent) + 0.1 * (next() - 0.5);
    }),
    bEnc: numbers(latents),
    bDec: numbers(WIDTH),
    threshold: Float32Array.from({ length: latents }, () => lowest + next()),
    appliesBias: false,
  };
}

/** Writes it as another program would. */
export function writeForeign(folder: string, model: ThresholdModel): void {
  const latents = model.bEnc.length;
  mkdirSync(path(folder));
  const config = {
    d_in: WIDTH,
    d_sae: latents,
    dtype: 'float32',
    device: 'cuda',
    apply_b_dec_to_input: model.appliesBias,
    normalize_activations: 'none',
    reshape_activations: 'none',
    metadata: {
      sae_lens_version: '6.5.1',
      model_name: 'gemma-2-2b',
      hook_name: 'blocks.12.hook_resid_post',
      hook_head_index: null,
      prepend_bos: true,
    },
    architecture: 'jumprelu',
  };
  writeFileSync(path(`${folder}/cfg.json`), JSON.stringify(config));
  const tensors = [
    { name: 'W_enc', shape: [WIDTH, latents], values: model.wEnc },
    { name: 'W_dec', shape: [latents, WIDTH], values: model.wDec },
    { name: 'b_enc', shape: [latents], values: model.bEnc },
    { name: 'b_dec', shape: [WIDTH], values: model.bDec },
    { name: 'threshold', shape: [latents], values: model.threshold },
  ];
  writeFileSync(path(`${folder}/sae_weights.safetensors`), writeSafetensors(tensors));
}

export function readModel(
  folder: string,
  latents: number,
  architecture = 'jumprelu',
): ThresholdModel {
  const file = readSafetensors(readFileSync(path(`${folder}/sae_weights.safetensors`)), folder);
  const config: unknown = JSON.parse(readFileSync(path(`${folder}/cfg.json`), 'utf8'));
  const { apply_b_dec_to_input: appliesBias, ...rest } = config as Record<string, unknown>;
  if (rest.architecture !== architecture || rest.normalize_activations !== 'none') {
    throw new RangeError(`${folder} is another model`);
  }
  return {
    wEnc: floatTensor(file, 'W_enc', [WIDTH, latents]),
    wDec: floatTensor(file, 'W_dec', [latents, WIDTH]),
    bEnc: floatTensor(file, 'b_enc', [latents]),
    bDec: floatTensor(file, 'b_dec', [WIDTH]),
    threshold: floatTensor(file, 'threshold', [latents]),
    appliesBias: appliesBias === true,
  };
}

export interface Figures {
  readonly explained_variance: number;
  readonly mse: number;
  readonly l0: number;
}

const positive = (pres: readonly number[], threshold: Float32Array): number[] =>
  pres.map((pre, latent) => (pre > at(threshold, latent) ? Math.max(0, pre) : 0));

function blocks(pres: readonly number[], threshold: Float32Array, rank: number): number[] {
  return pres.map((pre, latent) => {
    const first = latent - (latent % rank);
    const square = pres.slice(first, first + rank).reduce((sum, own) => sum + own ** 2, 0);
    return square > at(threshold, latent) ? pre : 0;
  });
}

/**
 * What a model makes of rows x [rows, d]: relu(pre) where pre is above the threshold, or, of blocks of a rank, pre where
 * the sum of its squares over the block is.
 */
export function figuresOf(model: ThresholdModel, x: Float32Array, rank?: number): Figures {
  const { wEnc, wDec, bEnc, bDec, threshold, appliesBias } = model;
  const rows = x.length / WIDTH;
  const columns = Array.from({ length: WIDTH }, (_, i) => i);
  const mean = columns.map((i) => {
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += at(x, row * WIDTH + i);
    return sum / rows;
  });
  let [error, variance, on] = [0, 0, 0];
  for (let row = 0; row < rows; row += 1) {
    const own = columns.map((i) => at(x, row * WIDTH + i));
    const output = columns.map((i) => at(bDec, i));
    const pres = Array.from(threshold, (_, latent) =>
      own.reduce(
        (sum, value, i) =>
          sum + (value - (appliesBias ? at(bDec, i) : 0)) * at(wEnc, i * threshold.length + latent),
        at(bEnc, latent),
      ),
    );
    const codes = rank === undefined ? positive(pres, threshold) : blocks(pres, threshold, rank);
    codes.forEach((code, latent) => {
      if (code !== 0) on += 1;
      for (const i of columns) output[i] = at(output, i) + code * at(wDec, latent * WIDTH + i);
    });
    own.forEach((value, i) => {
      error += (value - at(output, i)) ** 2;
      variance += (value - at(mean, i)) ** 2;
    });
  }
  return { explained_variance: 1 - error / variance, mse: error / rows, l0: on / rows };
}
