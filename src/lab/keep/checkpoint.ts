/**
 * A run's state as one file: for every model its weights, Adam's moments and the age of its groups, with
 * the run's settings beside them. A session started from it continues bit for bit on the same adapter. The
 * file is safetensors, so other programs can read it too. Knows neither disk nor GPU.
 *
 * Tensors of model i: `i.weights.encoder` [N, d], `.decoder` [N, d], `.encoderBias` [N], `.decoderBias` [d];
 * and the vectors of its architecture by their names; the same, of what is trained, under `i.firstMoment` and
 * `i.secondMoment`; `i.tokensSinceFired` [K], u32. Metadata `run`:
 * JSON of the settings, the step, and per model the input scale, λ and what was moved. `migrations` below says what versions there were.
 */
import * as z from 'zod/mini';
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { strictJson } from '../../base/strict_json';
import {
  floatTensor,
  readSafetensors,
  uintTensor,
  writeSafetensors,
  type SafetensorsFile,
  type TensorToWrite,
} from '../../io/safetensors';
import { shapeOf, type ModelConfig } from '../../sae/config';
import { vectorsOf } from '../../sae/layout';
import type { ParameterArrays } from '../encode/weights';
import type { ModelState } from '../train/session_types';
import { STORIES } from '../language/language_models';
import { fileSetting } from '../run/data_kinds';
import type { DataConfig, RunConfig } from '../run/run_config';
import { currentVersion, migrate, type KeptFormat } from './migrations';
import { readRunFile } from './run_file';

/** What a checkpoint holds. */
export interface Checkpoint {
  readonly config: RunConfig;
  /** Steps taken. */
  readonly step: number;
  /** One per model. */
  readonly states: readonly ModelState[];
}

const FORMAT: KeptFormat = {
  called: 'a checkpoint',
  migrations: [
    // 1 → 2: the settings may say what the data were (data_identity); of an earlier run nobody knows.
    (metadata) => metadata,
    // 2 → 3: a model may be moved; before, none was.
    (metadata) => ({
      ...metadata,
      models: Array.isArray(metadata.models)
        ? metadata.models.map((model: object) => ({ ...model, moved: { points: 0, made: 0 } }))
        : metadata.models,
    }),
  ],
  wayOut: 'Continue the run with the newer lab that began it.',
};
const VERSION = currentVersion(FORMAT);

const metadataSchema = z.strictObject({
  format: z.literal('sasa-lab-checkpoint'),
  version: z.literal(VERSION),
  step: z.int().check(z.gte(0)),
  config: z.unknown(),
  models: z.array(
    z.strictObject({
      width: z.int().check(z.gte(1)),
      inputScale: z.number(),
      lambda: z.nullable(z.number()),
      moved: z.strictObject({
        points: z.int().check(z.gte(0)),
        made: z.int().check(z.gte(0)),
      }),
    }),
  ),
});

/** Bytes of a checkpoint file. Throws LabError `not_finite` for a state that could not go on. */
export function writeCheckpoint({ config, step, states }: Checkpoint): Uint8Array {
  const metadata: z.input<typeof metadataSchema> = {
    format: 'sasa-lab-checkpoint',
    version: VERSION,
    step,
    config,
    models: states.map(({ weights, inputScale, lambda, moved }) => ({
      width: weights.width,
      inputScale,
      lambda,
      moved,
    })),
  };
  return writeSafetensors(states.flatMap(tensorsOf), { run: strictJson(metadata) });
}

/**
 * Reads a checkpoint file; `label` is its name. Throws LabError `bad_file` when it is none or is damaged, `bad_data`
 * for weights or moments that are no numbers.
 */
export function readCheckpoint(bytes: Uint8Array, label: string): Checkpoint {
  const file = readSafetensors(bytes, label);
  const metadata = readMetadata(file);
  const config = readRunFile(metadata.config, label);
  if (metadata.models.length !== config.models.length) {
    throw damaged(label, `it has ${metadata.models.length} models of ${config.models.length}`);
  }
  const states = metadata.models.map(({ width, inputScale, lambda, moved }, model): ModelState => {
    const settings = at(config.models, model);
    const { groups, rank } = shapeOf(settings);
    const read = (set: ParameterSet) => readParameters(file, settings, width, model, set);
    return {
      step: metadata.step,
      weights: { groups, rank, width, ...read('weights') },
      firstMoment: read('firstMoment'),
      secondMoment: read('secondMoment'),
      tokensSinceFired: uintTensor(file, `${model}.tokensSinceFired`, [groups]),
      inputScale,
      lambda,
      moved,
    };
  });
  return { config, step: metadata.step, states };
}

/**
 * The first setting by which two runs differ so that one cannot continue the other: any but the length of
 * the run and how often it is logged. Null when it can. Where the saved run knows what its files were, their names
 * do not count: whoever opens them sees whether they are the same.
 */
export function differingSetting(saved: RunConfig, asked: RunConfig): string | null {
  const known = saved.data_identity !== undefined;
  const flat = (config: RunConfig): Map<string, string> => {
    const settings = new Map<string, string>();
    const add = (prefix: string, group: object): void => {
      for (const [key, value] of Object.entries(group)) {
        settings.set(`${prefix}.${key}`, JSON.stringify(value));
      }
    };
    add('data', known ? { ...config.data, ...fileNames(config.data) } : config.data);
    config.models.forEach((model, index) => add(`models.${index}`, model));
    add('training', config.training);
    for (const free of ['training.training_samples', 'training.log_every']) settings.delete(free);
    return settings;
  };
  const [before, now] = [flat(saved), flat(asked)];
  for (const path of new Set([...before.keys(), ...now.keys()])) {
    const [was, is] = [before.get(path), now.get(path)];
    if (was !== is) return `${path} is ${is ?? 'not set'} and was ${was ?? 'not set'}`;
  }
  return null;
}

/** Settings that name files of the person, with a word in the place of the name. */
function fileNames(data: DataConfig): Partial<Record<string, string>> {
  const word = 'a file';
  const own = fileSetting(data);
  return {
    ...(own === null ? {} : { [own.setting]: word }),
    ...('model' in data && data.model !== STORIES ? { model: word } : {}),
  };
}

/** Weights, or what Adam keeps of them. */
type ParameterSet = 'weights' | 'firstMoment' | 'secondMoment';

function tensorsOf(state: ModelState, model: number): TensorToWrite[] {
  const { groups, rank, width } = state.weights;
  const latents = groups * rank;
  const set = (name: ParameterSet, values: ParameterArrays): TensorToWrite[] => [
    { name: `${model}.${name}.encoder`, shape: [latents, width], values: values.encoder },
    { name: `${model}.${name}.decoder`, shape: [latents, width], values: values.decoder },
    { name: `${model}.${name}.encoderBias`, shape: [latents], values: values.encoderBias },
    { name: `${model}.${name}.decoderBias`, shape: [width], values: values.decoderBias },
    ...Object.entries(values.vectors ?? {}).map(([vector, numbers]) => ({
      name: `${model}.${name}.${vector}`,
      shape: [numbers.length],
      values: numbers,
    })),
  ];
  return [
    ...set('weights', state.weights),
    ...set('firstMoment', state.firstMoment),
    ...set('secondMoment', state.secondMoment),
    { name: `${model}.tokensSinceFired`, shape: [groups], values: state.tokensSinceFired },
  ];
}

function readParameters(
  file: SafetensorsFile,
  config: ModelConfig,
  width: number,
  model: number,
  set: ParameterSet,
): ParameterArrays {
  const { groups, rank } = shapeOf(config);
  const latents = groups * rank;
  const read = (name: string, shape: readonly number[]) =>
    floatTensor(file, `${model}.${set}.${name}`, shape);
  const vectors = vectorsOf(config)
    .filter(({ trained }) => trained || set === 'weights')
    .map(({ name, length }) => [name, read(name, [length === 'one' ? 1 : groups])] as const);
  return {
    encoder: read('encoder', [latents, width]),
    decoder: read('decoder', [latents, width]),
    encoderBias: read('encoderBias', [latents]),
    decoderBias: read('decoderBias', [width]),
    ...(vectors.length === 0 ? {} : { vectors: Object.fromEntries(vectors) }),
  };
}

function readMetadata(file: SafetensorsFile): z.output<typeof metadataSchema> {
  let value: unknown;
  try {
    value = JSON.parse(file.metadata.run ?? '');
  } catch {
    throw damaged(file.label, 'it does not say which run it is of');
  }
  const result = metadataSchema.safeParse(migrate(value, FORMAT, file.label));
  if (result.success) return result.data;
  throw damaged(file.label, 'what it says of its run cannot be read');
}

function damaged(label: string, reason: string): LabError {
  return new LabError(
    'bad_file',
    `${label} is not a checkpoint of this lab: ${reason}.`,
    'Start the run again without --resume, into another folder.',
  );
}
