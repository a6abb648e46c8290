/**
 * Files that the person chooses or drops, wherever on the page: activations, a text to read, a run file, runs, weights, or
 * the files of a language model. Each goes where it belongs; what nobody can use is said so, and nothing is taken
 * in part.
 */
import { otherFormat } from '../io/npy_advice';
import { isPickle, isShard } from '../io/other_weights';
import { FOLDER_FILES } from '../io/sae_folder_reader';
import { readRunFile } from '../lab/keep/run_file';
import {
  CHECKPOINT_FILE,
  CLAIM_FILE,
  holdRun,
  KEPT_FILE,
  MODEL_FILES,
  RUN_FILE,
} from '../lab/run/run_files';
import { importRuns } from './carried_runs';
import { engine } from './engine_store';
import {
  keepDraft,
  openCorpus,
  openExperiment,
  openFile,
  openLanguageModel,
} from './experiment_store';
import { fetchLanguageModel, useLanguageModels } from './language_models_store';
import { closeNotice, notify, notifyError } from './notices_store';
import { noteFile } from './opened_files';
import { openWeights } from './weights_opening';

/** What a file chooser lets through. */
export const DATA_FILES = '.npy,.txt,.md,.json,.jsonl,.ndjson';

/** What can be dropped, in a sentence. */
export const DROPPABLE =
  'a .npy of activations [rows, dimensions]; a .txt, .json or .jsonl of text; the .zip or the folder of a run or of a trained model; the files of a GPT-2 model together; a run file (.json)';

/** What was dropped, by what becomes of it. */
type DropKind = 'activations' | 'text' | 'run' | 'weights' | 'language_model';

/** Where what was taken is seen: in the draft, which Train and Data show, as a run, or as runs that are kept; null for nothing. */
export type DropOutcome = 'draft' | 'run' | 'kept' | null;

/** Takes what was dropped or chosen. Errors come as notices; nothing here throws. */
export async function takeFiles(files: readonly File[]): Promise<DropOutcome> {
  for (const file of files) noteFile(file);
  try {
    return await takeSorted(files);
  } catch (error) {
    notifyError(error);
    return null;
  }
}

/** Reads pasted text like a file of that text. */
export function takePastedText(text: string): void {
  const file = new File([text], 'pasted text', { type: 'text/plain' });
  noteFile(file);
  openCorpus(file);
}

async function takeSorted(files: readonly File[]): Promise<DropOutcome> {
  const [first] = files;
  if (first === undefined) return null;
  if (await areRuns(files)) {
    const placed = files.map((file) => ({ path: placeOf(file), file }));
    const outcome = await importRuns(engine, placed);
    // Where this browser keeps nothing, weights can be looked at all the same.
    if (outcome !== 'nowhere') return outcome === 'done' ? 'kept' : null;
  }
  const kinds = await Promise.all(files.map(kindOf));
  if (kinds.includes('weights')) return takeWeights(files);
  if (kinds.includes('language_model')) return takeLanguageModel(files);
  const stranger = files.find((_, index) => kinds[index] === null);
  if (stranger !== undefined) {
    if (/\.npz$/i.test(stranger.name)) {
      const { message, wayOut } = otherFormat('npz', stranger.name);
      refuse(`${stranger.name} ${message}.`, wayOut);
    } else {
      refuse(`${stranger.name} is not something that the lab can open.`, `It opens ${DROPPABLE}.`);
    }
    return null;
  }
  if (files.length > 1) {
    refuse(
      `${files.map(({ name }) => name).join(', ')}: choose one at a time for the next run.`,
      'Give one of them; the files of one model are taken together.',
    );
    return null;
  }
  return takeAsDraft(first, kinds[0] ?? null);
}

/** Largest file of JSON that is looked into for a run, in bytes; run files are far smaller. */
const RUN_BYTES = 2 ** 20;
/** Beside the weights in the folder of a run, and of no use to the page. */
const BESIDE_WEIGHTS: readonly string[] = [
  RUN_FILE,
  KEPT_FILE,
  CHECKPOINT_FILE,
  CLAIM_FILE,
  'metrics.csv',
];

const isOfWeights = (name: string): boolean => FOLDER_FILES.includes(name);
const isOfModel = (name: string): boolean => MODEL_FILES.includes(name);
const isZip = (name: string): boolean => name.endsWith('.zip');

async function kindOf(file: File): Promise<DropKind | null> {
  const name = file.name.toLowerCase();
  if (isOfWeights(name) || isZip(name)) return 'weights';
  // Without model.safetensors among them it is said there what stands in its place.
  const isWeights = name.endsWith('.safetensors') || isShard(name) || isPickle(name);
  if (/^(config|tokenizer)\.json$/.test(name) || isWeights) return 'language_model';
  if (name.endsWith('.npy')) return 'activations';
  if (name.endsWith('.json')) return (await runIn(file)) === undefined ? 'text' : 'run';
  return /\.(txt|md|jsonl|ndjson)$/.test(name) ? 'text' : null;
}

/** Where a file lies in the folder that it was chosen or dropped with; its name where it came alone. */
const placeOf = (file: File): string => file.webkitRelativePath || file.name;

/** Whether there are runs among the files, loose or packed. A .zip that cannot be read is left to those who say so. */
async function areRuns(files: readonly File[]): Promise<boolean> {
  if (holdRun(files.map(placeOf))) return true;
  for (const file of files.filter(({ name }) => isZip(name.toLowerCase()))) {
    const { readZip } = await import('../io/zip_reader');
    const entries = await readZip(file, file.name).catch(() => []);
    if (holdRun(entries.map(({ path }) => path))) return true;
  }
  return false;
}

/** What a file of JSON says if it looks like a run; undefined when it is something else. */
async function runIn(file: File): Promise<unknown> {
  if (file.size > RUN_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(await file.text());
    return typeof value === 'object' && value !== null && 'models' in value ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Puts a file in the draft, from which the way back is in the notice. */
async function takeAsDraft(file: File, kind: DropKind | null): Promise<DropOutcome> {
  const putBack = keepDraft();
  const isRun = kind === 'run';
  if (isRun) {
    // What the data were when the run was trained is checked where they are read again: on the command line.
    const { data, models, training } = readRunFile(await runIn(file), file.name);
    openExperiment({ data, models, training });
  } else if (kind === 'activations') openFile(file);
  else openCorpus(file);
  notify({
    tone: 'info',
    title: `${file.name} is chosen for the next run.`,
    detail: isRun ? 'Its settings replaced yours.' : 'The Train and Data pages show it.',
    action: { label: 'Undo', run: putBack },
  });
  return 'draft';
}

async function takeWeights(files: readonly File[]): Promise<DropOutcome> {
  const names = files.map(({ name }) => name.toLowerCase());
  const stranger = names.findIndex(
    (name) => !isZip(name) && !isOfModel(name) && !BESIDE_WEIGHTS.includes(name),
  );
  if (stranger >= 0) {
    refuse(
      `${files[stranger]?.name ?? ''} does not belong to the weights that came with it.`,
      'Give the files of one model at a time, and data by themselves.',
    );
    return null;
  }
  // Beside a .zip, which has its own account in it, a loose one belongs to nothing.
  const isLoose = names.some(isOfWeights);
  const isOpened = (name: string) => isZip(name) || (isLoose && isOfModel(name));
  const outcome = await openWeights(files.filter((_, index) => isOpened(names[index] ?? '')));
  return outcome === 'open' ? 'run' : null;
}

function refuse(title: string, detail: string): void {
  notify({ tone: 'error', title, detail });
}

/** A checkpoint: config.json, tokenizer.json and model.safetensors, all at once. It goes into the draft. */
async function takeLanguageModel(files: readonly File[]): Promise<DropOutcome> {
  const id = 'dropped files';
  if (useLanguageModels.getState().fetches[id]?.status === 'fetching') {
    refuse(
      'Another language model that was dropped is still being loaded.',
      'Drop these files again when it is loaded.',
    );
    return null;
  }
  const loading = notify({
    tone: 'info',
    title: 'Loading the language model…',
    detail: `${files.map(({ name }) => name).join(', ')}: half a gigabyte takes a few seconds.`,
  });
  const here = await fetchLanguageModel(engine, id, files);
  closeNotice(loading);
  const { fetches, listed } = useLanguageModels.getState();
  const model = listed?.find((known) => known.id === id);
  const error = fetches[id]?.error ?? null;
  if (here && model !== undefined) {
    const putBack = keepDraft();
    openLanguageModel(model);
    notify({
      tone: 'info',
      title: 'The language model is chosen for the next run; it stays for this visit.',
      detail: `${model.layers} layers, ${model.width} wide. Choose its layer and its text on the Train page.`,
      action: { label: 'Undo', run: putBack },
    });
    return 'draft';
  }
  if (error !== null) refuse(error.message, error.wayOut);
  return null;
}
