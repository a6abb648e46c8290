/**
 * The folder that a trained model is kept in: `cfg.json`, `sae_weights.safetensors` and
 * `sparsity.safetensors` as SAELens ≥ 6 writes them, for `topk_sasa` as the official SASA plug-in does.
 * `SAE.load_from_disk(folder)` of SAELens reads it (with the plug-in registered for `topk_sasa`). This
 * file writes; sae_folder_reader.ts reads. It knows no file system.
 *
 * What our models compute is what SAELens computes from these files:
 * - sae_in = normalise(x) − b_dec (the latter with `apply_b_dec_to_input`), pre = sae_in · W_enc + b_enc,
 *   x̂ = denormalise(codes · W_dec + b_dec).
 * - `topk`: the k largest *signed* pre-activations, then ReLU; `rescale_acts_by_decoder_norm` is false.
 * - `standard`: ReLU. `topk_sasa`: the k_groups blocks of largest ‖p_k‖₂, signed, no ReLU.
 * - `topk_sasa_columns` is not known to SAELens: of the columns of these blocks the k_columns of largest |p|·‖d‖.
 * - `topk_signed`: saved as `topk_sasa` with blocks of one column.
 * - `jumprelu`, and `batchtopk` saved as such: pre where it is above `threshold` [d_sae], else 0.
 * - `batch_topk_sasa` is not known to SAELens: the blocks with ‖p_k‖² above `threshold`, signed.
 * - `…_refined` is not known to SAELens: codes v = p + η·(x − b_dec − p · W_dec) · W_enc on the columns that are on, with the
 *   number η as `eta` [1]; of scalar models with a ReLU not below 0. All else is as the name says without its end.
 * - Decoder norms are never folded into the encoder: the gate of a group reads ‖p_k‖ and the gate of
 *   TopK reads pre, and folding would change what they choose.
 * - `expected_average_only_in` is not written: SAELens does not apply it at inference. Its scale is
 *   folded into the weights (lab/encode/weights.ts) and the folder says `none`.
 */
import type { Dictionary } from '../analysis/types';
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import { labVersion } from '../base/version';
import { architectureOf, folderNameOf, refines, shapeOf, type ModelConfig } from '../sae/config';
import { writeSafetensors, type TensorToWrite } from './safetensors';
import type { FileSet } from './whole_files';

export const CONFIG_FILE = 'cfg.json';
export const WEIGHTS_FILE = 'sae_weights.safetensors';
export const SPARSITY_FILE = 'sparsity.safetensors';

/** The tensor [1] of η, of a model that takes a step on its codes, and the vector that holds it. */
export const ETA_TENSOR = 'eta';

/** The version of SAELens whose format this is; below 6 it would take the file for an older one. */
const SAE_LENS_FORMAT = '6.25.0';
/** Under this key of cfg.json's `metadata` the lab keeps its own account of the run. */
export const PROVENANCE_KEY = 'sasa_lab';

/** Where a model comes from: plain JSON for a reader (data, training, seed, steps …). */
export type Provenance = Readonly<Record<string, unknown>>;

/** A trained model with all that its folder holds. */
export interface SaeToWrite {
  readonly config: ModelConfig;
  /** In raw input units: an input scale is folded in already. */
  readonly weights: Dictionary;
  /** [K], share of rows in which the group fired; every latent of a group shares it. */
  readonly frequency: ArrayLike<number>;
  readonly provenance: Provenance;
}

/** A matrix [rows, columns] as [columns, rows]. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = at(values, row * columns + column);
    }
  }
  return turned;
}

/** The settings that cfg.json holds, under SAELens' names. */
function writeConfig(sae: SaeToWrite): string {
  const { config, weights } = sae;
  const folded = config.normalize_activations === 'expected_average_only_in';
  return strictJson(
    {
      architecture: folderNameOf(config),
      d_in: weights.width,
      d_sae: weights.groups * weights.rank,
      dtype: 'float32',
      device: 'cpu',
      apply_b_dec_to_input: config.apply_b_dec_to_input,
      normalize_activations: folded ? 'none' : config.normalize_activations,
      reshape_activations: 'none',
      ...architectureOf(config).folder.save(config),
      metadata: {
        sae_lens_version: SAE_LENS_FORMAT,
        sae_lens_training_version: null,
        [PROVENANCE_KEY]: { version: labVersion, model: config, ...sae.provenance },
      },
    },
    2,
  );
}

/** Tensors that only some models have: [d_sae], but for η. */
function ownTensors(
  { config, weights }: Pick<SaeToWrite, 'config' | 'weights'>,
  latents: number,
): TensorToWrite[] {
  const vectorNamed = (name: string): Float32Array => {
    const values = weights.vectors?.[name];
    if (values === undefined) throw new RangeError(`the model has no vector ${name}`);
    return values;
  };
  const named = Object.entries(architectureOf(config).folder.tensors ?? {});
  const tensors = named.map(([name, vector]): TensorToWrite => {
    const values = vectorNamed(vector);
    // One number for all latents is that of each.
    const each = values.length === latents ? values : new Float32Array(latents).fill(at(values, 0));
    return { name, shape: [latents], values: each };
  });
  if (!refines(config)) return tensors;
  return [...tensors, { name: ETA_TENSOR, shape: [1], values: vectorNamed(ETA_TENSOR) }];
}

/** The file of its weights alone. */
export function writeWeights(sae: Pick<SaeToWrite, 'config' | 'weights'>): Uint8Array {
  const { config } = sae;
  const weights = architectureOf(config).folder.weights?.(config, sae.weights) ?? sae.weights;
  const { groups, rank, width } = weights;
  const latents = groups * rank;
  return writeSafetensors([
    {
      name: 'W_enc',
      shape: [width, latents],
      values: transpose(weights.encoder, latents, width),
    },
    { name: 'W_dec', shape: [latents, width], values: weights.decoder },
    { name: 'b_enc', shape: [latents], values: weights.encoderBias },
    { name: 'b_dec', shape: [width], values: weights.decoderBias },
    ...ownTensors(sae, latents),
  ]);
}

/** The files of a model's folder. */
export function writeSaeFolder(sae: SaeToWrite): FileSet {
  const { config, weights, frequency } = sae;
  const { groups, rank } = weights;
  const shape = shapeOf(config);
  const latents = groups * rank;
  if (shape.groups !== groups || shape.rank !== rank || frequency.length !== groups) {
    throw new LabError(
      'internal',
      `weights of ${groups} groups of rank ${rank} with ${frequency.length} frequencies do not belong to a model of ${shape.groups} groups of rank ${shape.rank}`,
      'Export a model with its own weights.',
    );
  }
  const sparsity = Float32Array.from({ length: latents }, (_, latent) =>
    Math.log10(at(frequency, Math.floor(latent / rank)) + 1e-10),
  );
  return {
    [CONFIG_FILE]: new TextEncoder().encode(`${writeConfig(sae)}\n`),
    [WEIGHTS_FILE]: writeWeights(sae),
    [SPARSITY_FILE]: writeSafetensors([{ name: 'sparsity', shape: [latents], values: sparsity }]),
  };
}
