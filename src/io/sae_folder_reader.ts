/**
 * Reads a folder of SAELens ≥ 6 or of the SASA plug-in: a model of ours, or one trained elsewhere. The
 * folder is believed only when configuration and weights agree in every size and no weight is NaN or
 * infinite; what the lab cannot compute exactly as SAELens does is refused by name. sae_folder.ts
 * says what the files mean.
 */
import * as z from 'zod/mini';
import type { Dictionary } from '../analysis/types';
import { LabError } from '../base/lab_error';
import { describeIssues } from '../base/schema_issues';
import { decodeText } from '../base/text_file';
import type { FolderSettings } from '../sae/architectures/architecture';
import {
  architectureOf,
  architectures,
  findArchitecture,
  folderKind,
  modelSchema,
  shapeOf,
  type ModelConfig,
} from '../sae/config';
import { autoencoderInstead, someOf } from './other_weights';
import {
  CONFIG_FILE,
  PROVENANCE_KEY,
  SPARSITY_FILE,
  WEIGHTS_FILE,
  type Provenance,
} from './sae_folder';
import { foldDecoderNorms, foldScaling, readWeights } from './sae_folder_weights';
import { floatTensor, readSafetensors } from './safetensors';
import { isRecord, refuse } from './safetensors_header';
import type { FileSet } from './whole_files';

/** What a folder holds. */
export interface SaeFolder {
  /** `normalize_activations` is `none` or `layer_norm`; settings that a folder does not keep are defaults. */
  readonly config: ModelConfig;
  /** In raw input units. */
  readonly weights: Dictionary;
  /** [d_sae], log10(frequency + 1e-10); null when the folder has no sparsity file. */
  readonly logFrequency: Float32Array | null;
  /** The lab's own account of the run; null for a folder from elsewhere. */
  readonly provenance: Provenance | null;
  /** Where in which language model the activations were taken, as SAELens notes it; null where it does not. */
  readonly origin: FolderOrigin | null;
}

/** The place of activations in a language model, in the words of SAELens: `gpt2`, `blocks.8.hook_resid_pre`. */
export interface FolderOrigin {
  readonly model: string;
  readonly hook: string;
}

const count = z.int().check(z.gte(1), z.lte(2 ** 31));

/** cfg.json: what decides the computation is checked, everything else is let through. */
const configSchema = z.looseObject({
  architecture: z.string(),
  d_in: count,
  d_sae: count,
  apply_b_dec_to_input: z._default(z.boolean(), true),
  normalize_activations: z.nullish(z.string()),
  reshape_activations: z.nullish(z.string()),
  metadata: z.optional(z.looseObject({})),
});

type FolderConfig = z.output<typeof configSchema>;

/** The file of that name; `present` are the names of all that lies beside it. */
function fileOf(
  files: FileSet,
  name: string,
  label: string,
  present: readonly string[],
): Uint8Array {
  const bytes = files[name];
  if (bytes !== undefined) return bytes;
  const instead = autoencoderInstead(present);
  const others = present.filter((other) => !FOLDER_FILES.includes(other));
  const found = instead?.found ?? someOf(others);
  throw new LabError(
    'not_found',
    `${label} has no ${name}${found === '' ? '' : `; it has ${found}`}.`,
    instead?.wayOut ?? `Give a SAELens or SASA folder: ${CONFIG_FILE} beside ${WEIGHTS_FILE}.`,
  );
}

function readConfig(bytes: Uint8Array, label: string): FolderConfig {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes, label, 'bad_file'));
  } catch (error) {
    if (error instanceof LabError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse(label, `is not JSON (${reason})`, 'Copy or save the folder again.');
  }
  const result = configSchema.safeParse(value);
  if (!result.success) {
    const issues = describeIssues(configSchema, value, result.error);
    throw refuse(
      label,
      `cannot be read: ${issues.map(({ sentence }) => sentence).join('. ')}`,
      'Give a folder written by SAELens 6 or newer, the SASA plug-in or this lab. SAELens rewrites an older one: SAE.load_from_disk("old").save_model("new")',
    );
  }
  refuseForeign(result.data, label);
  return result.data;
}

/** Settings under which SAELens computes something that no model of the lab does. */
function refuseForeign(config: FolderConfig, label: string): void {
  const { normalize_activations: normalization } = config;
  if (normalization === 'expected_average_only_in') {
    throw refuse(
      label,
      'has normalize_activations "expected_average_only_in", whose scale is not in the folder',
      'Fold it in SAELens with sae.fold_activation_norm_scaling_factor(scale) and save the model again with sae.save_model("new").',
    );
  }
  if (![undefined, null, 'none', 'layer_norm'].includes(normalization)) {
    throw refuse(
      label,
      `has normalize_activations "${normalization ?? ''}"`,
      'The lab reads none and layer_norm.',
    );
  }
  const { reshape_activations: reshape } = config;
  if ((reshape ?? 'none') !== 'none') {
    throw refuse(
      label,
      `has reshape_activations ${JSON.stringify(reshape)}`,
      'The lab reads reshape_activations "none" only.',
    );
  }
}

/** What the folder says of its own architecture. Throws LabError `bad_file` for what the lab cannot compute. */
function ownSettings(config: FolderConfig, hasEncoderBias: boolean, label: string): FolderSettings {
  const kind = folderKind(config.architecture);
  if (kind === undefined) {
    throw refuse(
      label,
      `describes a model of architecture "${config.architecture}"`,
      `The lab reads ${architectures.map(({ id }) => id).join(', ')}, and what it wrote itself.`,
    );
  }
  const { architecture, name, refined, settings } = kind;
  const own = architecture.folder.load({ ...config, architecture: name, refined }, hasEncoderBias);
  if ('refused' in own) throw refuse(label, own.refused, own.wayOut);
  return { ...own, settings: { ...settings, ...own.settings } };
}

/** The settings of our own model that this folder describes. */
function modelConfig(config: FolderConfig, own: FolderSettings, label: string): ModelConfig {
  const provenance = provenanceOf(config);
  const remembered = isRecord(provenance?.model)
    ? penaltiesInDataUnits(provenance.model, provenance.input_scale)
    : {};
  const { usual } = own;
  const certain: Record<string, unknown> = {
    d_in: config.d_in,
    apply_b_dec_to_input: config.apply_b_dec_to_input,
    normalize_activations: config.normalize_activations ?? 'none',
    ...own.settings,
  };
  // What the lab remembers of training is welcome but never a reason to refuse the weights.
  const full = modelSchema.safeParse({ ...usual, ...remembered, ...certain });
  const named = { ...usual, ...nameAsTrained(remembered), ...certain };
  const plain = full.success ? full : modelSchema.safeParse(named);
  if (!plain.success) {
    const issues = describeIssues(modelSchema, certain, plain.error);
    throw refuse(
      label,
      `cannot be read: ${issues.map(({ sentence }) => sentence).join('. ')}`,
      'Give a folder of a model within these ranges.',
    );
  }
  const [wrong] = architectureOf(plain.data).rules(plain.data);
  if (wrong === undefined) return plain.data;
  throw refuse(
    label,
    `cannot be read: ${wrong.setting} ${wrong.sentence}`,
    'Give a folder whose settings agree, those that the model was trained with.',
  );
}

/** The name of a model whose folder is that of another architecture, as a BatchTopK's is. */
function nameAsTrained({ name, architecture }: Readonly<Record<string, unknown>>) {
  const own = typeof name === 'string' ? name : findArchitecture(architecture)?.words.name;
  return own === undefined ? {} : { name: own };
}

/**
 * The penalties of a model whose input scale c is folded into its weights, as strong on those: squared errors are c²
 * times smaller there, maps DᵀE as they were, decoder rows c times smaller. Folders that do not say c stay as they are.
 */
function penaltiesInDataUnits(
  model: Readonly<Record<string, unknown>>,
  scale: unknown,
): Readonly<Record<string, unknown>> {
  if (typeof scale !== 'number' || !(scale > 0)) return model;
  const { underScale = {} } = findArchitecture(model.architecture) ?? {};
  return Object.fromEntries(
    Object.entries(model).map(([name, value]) => {
      const power = underScale[name] ?? 0;
      return [name, typeof value === 'number' ? value / scale ** power : value];
    }),
  );
}

function provenanceOf(config: FolderConfig): Provenance | null {
  const provenance = config.metadata?.[PROVENANCE_KEY];
  return isRecord(provenance) ? provenance : null;
}

/** SAELens 6 notes it in `metadata`, earlier versions beside the other settings, before 4 as `hook_point`. */
function originOf(config: FolderConfig): FolderOrigin | null {
  const noted = (name: string): unknown => config.metadata?.[name] ?? config[name];
  const model = noted('model_name');
  const hook = noted('hook_name') ?? noted('hook_point');
  return typeof model === 'string' && typeof hook === 'string' ? { model, hook } : null;
}

/** The files that are read. */
export const FOLDER_FILES: readonly string[] = [CONFIG_FILE, WEIGHTS_FILE, SPARSITY_FILE];

/**
 * Reads the files of a folder; `label` is its name for messages, `present` the names of all files in it. Throws LabError `not_found` for a missing
 * file, `bad_file` for one that cannot be read or is of a foreign model, `bad_data` for weights that are
 * not finite.
 */
export function readSaeFolder(
  files: FileSet,
  label: string,
  present: readonly string[] = Object.keys(files),
): SaeFolder {
  const configLabel = `${label}/${CONFIG_FILE}`;
  const weightsLabel = `${label}/${WEIGHTS_FILE}`;
  const configBytes = fileOf(files, CONFIG_FILE, label, present);
  // A cfg.json of another program is told by the weights that lie beside it.
  const weightBytes = fileOf(files, WEIGHTS_FILE, label, present);
  const folderConfig = readConfig(configBytes, configLabel);
  const file = readSafetensors(weightBytes, weightsLabel);
  const bias = file.tensors.get('b_enc')?.bytes.some((byte) => byte !== 0) ?? false;
  const own = ownSettings(folderConfig, bias, configLabel);
  const config = modelConfig(folderConfig, own, configLabel);
  const { groups, rank } = shapeOf(config);
  if (groups * rank !== folderConfig.d_sae) {
    throw refuse(
      configLabel,
      `has d_sae ${folderConfig.d_sae} where ${groups} groups of rank ${rank} have ${groups * rank} columns`,
      'Give a folder whose settings agree.',
    );
  }
  const weights = readWeights(file, folderConfig, groups, config);
  const sparsity = files[SPARSITY_FILE];
  return {
    config,
    weights: foldScaling(
      own.foldDecoderNorms === true ? foldDecoderNorms(weights) : weights,
      file,
      folderConfig,
    ),
    logFrequency:
      sparsity === undefined
        ? null
        : floatTensor(readSafetensors(sparsity, `${label}/${SPARSITY_FILE}`), 'sparsity', [
            folderConfig.d_sae,
          ]),
    provenance: provenanceOf(folderConfig),
    origin: originOf(folderConfig),
  };
}
