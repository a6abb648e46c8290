/**
 * The one door to language models: an id and access to files in; sizes, weights and tokenizer out. Which
 * files a model has and how they are read is settled here; where they come from (the page's own server, the
 * hub, dropped files, a folder) is the access's business.
 */
import { LabError } from '../../base/lab_error';
import { showValue } from '../../base/schema_issues';
import { decodeText } from '../../base/text_file';
import type { ReadShipped } from '../../data/words';
import type { ModelFiles } from '../../io/hub_files';
import { languageModelInstead } from '../../io/other_weights';
import { readByteLevelTokenizer } from '../../lm/byte_level_tokenizer';
import { readGpt2Weights } from '../../lm/gpt2_weights';
import { readGpt2Config } from '../../lm/gpt2_config';
import type {
  TransformerConfig,
  TransformerForm,
  TransformerWeights,
} from '../../lm/language_model';
import { readLlamaTokenizer } from '../../lm/llama_tokenizer';
import { readStoriesConfig, readStoriesWeights } from '../../lm/stories_model';
import type { Tokenizer } from '../../lm/tokenizer';
import { readStoredModel } from './stored_tensors';
import type { LanguageModelInfo } from '../protocol/lm_protocol';

/** A language model on the CPU, ready to be uploaded. */
export interface LoadedLanguageModel {
  readonly info: LanguageModelInfo;
  readonly config: TransformerConfig;
  readonly weights: TransformerWeights;
  readonly tokenizer: Tokenizer;
}

/** Told after every piece of a file; `total` is null when nobody knows. */
export type OnModelBytes = (file: string, received: number, total: number | null) => void;

/** How models get at their files. */
export interface LanguageModelAccess {
  /** Files that ship with the lab, by path below the folder `public`; tells of its bytes itself. */
  readonly shipped: ReadShipped;
  /** Files of a model that does not ship: hub, dropped files, a folder. Throws LabError when it cannot. */
  files(id: string, onBytes: OnModelBytes): Promise<ModelFiles>;
}

/** Id of the model that ships. */
export const STORIES = 'stories15m';

const STORIES_FOLDER = 'data/stories15m';

/** Bytes of the files of the model that ships. */
export const SHIPPED_BYTES = 15_844_695;

/** The files of a GPT-2 model. */
export const MODEL_FILES = ['config.json', 'tokenizer.json', 'model.safetensors'] as const;

/**
 * Loads a language model: 'stories15m' ships, every other id is for `access.files`. Throws LabError
 * `bad_file` naming the file and what is wrong with it, `not_found` or what the access throws.
 */
export async function loadLanguageModel(
  id: string,
  access: LanguageModelAccess,
  onBytes: OnModelBytes = () => undefined,
): Promise<LoadedLanguageModel> {
  const found = id === STORIES ? shippedStories(access.shipped) : await access.files(id, onBytes);
  let bytes = 0;
  const files: ModelFiles = {
    label: found.label,
    names: found.names,
    read: async (name) => {
      const content = await found.read(name);
      bytes += content?.length ?? 0;
      return content;
    },
  };
  const json = await readJson(files, 'config.json');
  const form = requireForm(json, files.label);
  const loaded = await (form === 'gpt2' ? loadGpt2(files, json) : loadStories(files, json));
  return { info: infoOf(id, files.label, loaded.config, bytes), ...loaded };
}

/** What config.json says of a model whose files have so many bytes. Throws LabError as loading does. */
export async function describeLanguageModel(
  id: string,
  files: ModelFiles,
  bytes: number,
): Promise<LanguageModelInfo> {
  const { label } = files;
  const json = await readJson(files, 'config.json');
  const config =
    requireForm(json, label) === 'gpt2'
      ? readGpt2Config(json, `${label}/config.json`).transformer
      : readStoriesConfig(json, `${label}/config.json`);
  return infoOf(id, label, config, bytes);
}

function requireForm(json: unknown, label: string): TransformerForm {
  const type = modelType(json);
  if (type === 'gpt2') return 'gpt2';
  if (type === 'llama2.c') return 'llama';
  throw new LabError(
    'bad_file',
    `${label}/config.json is of a model of type ${showValue(type)}; the lab runs "gpt2" and its own "llama2.c".`,
    'Choose a model of the GPT-2 architecture, such as openai-community/gpt2 or distilgpt2.',
  );
}

/** The files of the model that ships. */
export function shippedStories(shipped: ReadShipped): ModelFiles {
  return {
    label: 'stories15M',
    names: [],
    read: async (name) => new Uint8Array(await shipped(`${STORIES_FOLDER}/${name}`)),
  };
}

type Contents = Omit<LoadedLanguageModel, 'info'>;

async function loadStories(files: ModelFiles, json: unknown): Promise<Contents> {
  const { label } = files;
  const config = readStoriesConfig(json, `${label}/config.json`);
  const [model, pieces] = await Promise.all([
    needed(files, 'model.safetensors'),
    needed(files, 'tokenizer.bin'),
  ]);
  return {
    config,
    weights: readStoriesWeights(config, readStoredModel(model, `${label}/model.safetensors`)),
    tokenizer: readLlamaTokenizer(pieces, config.vocabulary, `${label}/tokenizer.bin`),
  };
}

async function loadGpt2(files: ModelFiles, json: unknown): Promise<Contents> {
  const { label } = files;
  const { transformer: config, bos, eos } = readGpt2Config(json, `${label}/config.json`);
  // The small file first: a tokenizer that does not fit is told before half a gigabyte is fetched.
  const definition = await readJson(files, 'tokenizer.json');
  const ids = { vocabulary: config.vocabulary, bos, eos };
  const tokenizer = readByteLevelTokenizer(definition, ids, `${label}/tokenizer.json`);
  const model = await needed(files, 'model.safetensors');
  return {
    config,
    weights: readGpt2Weights(config, readStoredModel(model, `${label}/model.safetensors`)),
    tokenizer,
  };
}

function infoOf(
  id: string,
  label: string,
  config: TransformerConfig,
  bytes: number,
): LanguageModelInfo {
  const { form, layers, width, vocabulary, context } = config;
  return { id, label, form, layers, width, vocabulary, context, bytes };
}

async function needed(files: ModelFiles, name: string): Promise<Uint8Array> {
  const bytes = await files.read(name);
  if (bytes !== null) return bytes;
  const instead = languageModelInstead(files.names, name, null);
  throw new LabError(
    'not_found',
    `${files.label} has no ${name}${instead === null ? '' : `; it has ${instead.found}`}.`,
    instead?.wayOut ?? 'A model needs config.json, model.safetensors and its tokenizer.',
  );
}

/** What config.json calls the architecture; undefined when it does not say. */
function modelType(config: unknown): unknown {
  return typeof config === 'object' && config !== null && 'model_type' in config
    ? config.model_type
    : undefined;
}

async function readJson(files: ModelFiles, name: string): Promise<unknown> {
  const label = `${files.label}/${name}`;
  const text = decodeText(await needed(files, name), label, 'bad_file');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LabError('bad_file', `${label} is not JSON.`, 'Copy or download it again.', {
      cause,
    });
  }
}
