/**
 * The tensors of a SAELens folder as weights of the lab: what SAELens keeps beside them, scales of codes and norms of
 * decoder rows, is multiplied into them. sae_folder_reader.ts reads the settings.
 */
import type { Dictionary } from '../analysis/types';
import { at, euclideanNorm } from '../base/array';
import { architectureOf, refines, type ModelConfig } from '../sae/config';
import { CONFIG_FILE, ETA_TENSOR, transpose, WEIGHTS_FILE } from './sae_folder';
import { findTensor, floatTensor, type SafetensorsFile } from './safetensors';
import { refuse } from './safetensors_header';

/** What of cfg.json decides how the tensors are read. */
interface TensorConfig {
  readonly architecture: string;
  readonly d_in: number;
  readonly d_sae: number;
  readonly finetuning_scaling_factor?: unknown;
}

const tensorNames = ['W_enc', 'W_dec', 'b_enc', 'b_dec'] as const;
/** SAELens 3 to 5 write it into every model; a code is multiplied by it before it is decoded. */
const SCALING = 'scaling_factor';

/** The weights of `groups` groups, with the tensors that the folder of such a model has, in the units of the file. Throws LabError `bad_file`, `bad_data`. */
export function readWeights(
  file: SafetensorsFile,
  config: TensorConfig,
  groups: number,
  model: ModelConfig,
): Dictionary {
  const { tensors = {}, restore } = architectureOf(model).folder;
  const { d_in: width, d_sae: latents } = config;
  const ownNames = [...Object.keys(tensors), ...(refines(model) ? [ETA_TENSOR] : [])];
  for (const name of [...tensorNames, ...ownNames]) findTensor(file, name);
  const known = [...tensorNames, ...ownNames, SCALING];
  const unknown = [...file.tensors.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw refuse(
      file.label,
      `has a tensor "${unknown}" that no model of architecture "${config.architecture}" has`,
      `If nothing is computed with it, leave it out. In Python, in its folder: from safetensors.torch import load_file, save_file; t = load_file("${WEIGHTS_FILE}"); del t[${JSON.stringify(unknown)}]; save_file(t, "${WEIGHTS_FILE}")`,
    );
  }
  const [wEnc, wDec, bEnc, bDec] = [
    floatTensor(file, 'W_enc', [width, latents]),
    floatTensor(file, 'W_dec', [latents, width]),
    floatTensor(file, 'b_enc', [latents]),
    floatTensor(file, 'b_dec', [width]),
  ];
  const vectors = Object.fromEntries(
    Object.entries(tensors).map(([name, vector]) => [vector, floatTensor(file, name, [latents])]),
  );
  const eta = refines(model) ? { [ETA_TENSOR]: floatTensor(file, ETA_TENSOR, [1]) } : {};
  return {
    groups,
    rank: latents / groups,
    width,
    encoder: transpose(wEnc, width, latents),
    decoder: wDec,
    encoderBias: bEnc,
    decoderBias: bDec,
    ...(ownNames.length === 0 ? {} : { vectors: { ...(restore?.(vectors) ?? vectors), ...eta } }),
  };
}

/**
 * Multiplies every decoder row by the `scaling_factor` of its latent, if there is one: codes · diag(factor) · W_dec
 * is what SAELens 3 to 5 computes. As there, factors of 1 (within 10⁻⁵) are nothing, and others need the setting.
 */
export function foldScaling(
  weights: Dictionary,
  file: SafetensorsFile,
  config: TensorConfig,
): Dictionary {
  if (!file.tensors.has(SCALING)) return weights;
  const factor = floatTensor(file, SCALING, [config.d_sae]);
  if (factor.every((value) => Math.abs(value - 1) <= 1e-5)) return weights;
  if (config.finetuning_scaling_factor !== true) {
    throw refuse(
      file.label,
      `has a tensor "${SCALING}" with values other than 1, and ${CONFIG_FILE} does not say that it is used`,
      `If its codes are multiplied by it, write "finetuning_scaling_factor": true into ${CONFIG_FILE}; if not, leave the tensor out.`,
    );
  }
  const { width, decoder } = weights;
  return {
    ...weights,
    decoder: decoder.map((value, i) => value * at(factor, Math.floor(i / width))),
  };
}

/**
 * A TopK model trained with `rescale_acts_by_decoder_norm` chooses by pre·‖d‖ and decodes code/‖d‖·d. With
 * ‖d‖ moved into the encoder it is a plain TopK model. Exact for latents; groups never come here.
 */
export function foldDecoderNorms(weights: Dictionary): Dictionary {
  const { width } = weights;
  const norms = weights.encoderBias.map((_, latent) =>
    euclideanNorm(weights.decoder.subarray(latent * width, (latent + 1) * width)),
  );
  const normOf = (index: number): number => at(norms, Math.floor(index / width));
  return {
    ...weights,
    encoder: weights.encoder.map((value, i) => value * normOf(i)),
    decoder: weights.decoder.map((value, i) => (normOf(i) === 0 ? 0 : value / normOf(i))),
    encoderBias: weights.encoderBias.map((value, latent) => value * at(norms, latent)),
  };
}
