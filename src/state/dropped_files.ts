/**
 * Files that the person chooses or drops, wherever on the page: activations, a text to read, or the files of a
 * language model. Each goes where it belongs; what nobody can use is said so.
 */
import { otherFormat } from '../io/npy_advice';
import { isPickle, isShard } from '../io/other_weights';
import { engine } from './engine_store';
import { openCorpus, openFile, openLanguageModel } from './experiment_store';
import { fetchLanguageModel, useLanguageModels } from './language_models_store';
import { closeNotice, notify } from './notices_store';

/** What a file chooser lets through. */
export const DATA_FILES = '.npy,.txt,.md,.json,.jsonl,.ndjson';
/** The files of a language model of the GPT-2 form. */
export const MODEL_FILES = '.json,.safetensors';

const CORPUS = /\.(txt|jsonl?|ndjson|md)$/i;

/** Takes what was dropped or chosen. */
export function takeFiles(files: readonly File[]): void {
  const [first] = files;
  if (first === undefined) return;
  if (files.some(({ name }) => name.endsWith('.safetensors') || isShard(name) || isPickle(name))) {
    // Without model.safetensors among them it is said there what stands in its place.
    void takeLanguageModel(files);
  } else if (/\.npy$/i.test(first.name)) {
    openFile(first);
  } else if (/\.npz$/i.test(first.name)) {
    const { message, wayOut } = otherFormat('npz', first.name);
    notify({ tone: 'error', title: `${first.name} ${message}.`, detail: wayOut });
  } else if (CORPUS.test(first.name)) {
    openCorpus(first);
  } else {
    notify({
      tone: 'error',
      title: `${first.name} is no file that can be trained on.`,
      detail:
        'Drop a .npy of activations [rows, dimensions], a .txt, .json or .jsonl of text, or the files of a GPT-2 checkpoint together.',
    });
  }
}

/** Reads pasted text like a file of that text. */
export function takePastedText(text: string): void {
  openCorpus(new File([text], 'pasted text', { type: 'text/plain' }));
}

/** A checkpoint: config.json, tokenizer.json and model.safetensors, all at once. It goes onto the bench. */
async function takeLanguageModel(files: readonly File[]): Promise<void> {
  const id = 'dropped files';
  if (useLanguageModels.getState().fetches[id]?.status === 'fetching') {
    notify({
      tone: 'error',
      title: 'Another language model that was dropped is still being loaded.',
      detail: 'Drop these files again when it is here.',
    });
    return;
  }
  const loading = notify({
    tone: 'info',
    title: 'Loading the language model…',
    detail: `${files.map(({ name }) => name).join(', ')}: half a gigabyte takes some seconds.`,
  });
  const here = await fetchLanguageModel(engine, id, files);
  closeNotice(loading);
  const { fetches, listed } = useLanguageModels.getState();
  const model = listed?.find((known) => known.id === id);
  const error = fetches[id]?.error ?? null;
  if (here && model !== undefined) {
    openLanguageModel(model);
    notify({
      tone: 'info',
      title: 'The language model is on the bench, for this visit.',
      detail: `${model.layers} layers, ${model.width} wide. Choose its layer and its text on the Train page.`,
    });
  } else if (error !== null) {
    notify({ tone: 'error', title: error.message, detail: error.wayOut });
  }
}
