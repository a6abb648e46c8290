/**
 * Opening weights, from chosen files to a run that waits at its first step. It is open when the engine says so. What
 * lacks the data that it was trained on waits, with the one reason and what helps, and is opened from the same files
 * once they are there. Knows no page.
 */
import { create } from 'zustand';
import { saysSame } from '../base/canonical';
import type { FolderOrigin } from '../io/sae_folder_reader';
import { defaultPreset, presets } from '../lab/run/presets';
import { parseRunConfig, type RunConfig } from '../lab/run/run_config';
import { languageModelMissing, useDraftFacts } from './draft_facts';
import { engine } from './engine_store';
import { fileNeeded } from '../lab/run/data_kinds';
import { openExperiment, useExperiment } from './experiment_store';
import { isAtHand, languageModelOf, useLanguageModels } from './language_models_store';
import { languageDataOfHook, languagePresets, type LanguageData } from './language_run';
import { notify, notifyError } from './notices_store';
import { readOpenedRun, type OpenedRun } from './opened_weights';
import { keepAnswer, modelKey } from './questions';
import { renameRun, runOf } from './runs_store';
import { isPrepared, startDraft } from './training';

/** What weights lack before they can be looked at. */
export type WeightsLack =
  /** Rows of this width. `language` is the place that the folder names, where the lab can make its activations. */
  | {
      readonly kind: 'width';
      readonly width: number;
      readonly origin: FolderOrigin | null;
      readonly language: LanguageData | null;
    }
  /** The file of rows or text that they were trained on. */
  | { readonly kind: 'file'; readonly name: string }
  /** The language model, which is not in this browser yet. */
  | { readonly kind: 'language_model'; readonly language: LanguageData };

/** Weights that wait for their data. */
export interface WaitingWeights {
  readonly name: string;
  readonly files: readonly File[];
  readonly lack: WeightsLack;
}

export const useWaitingWeights = create<{ readonly waiting: WaitingWeights | null }>()(() => ({
  waiting: null,
}));

/** Lets go of weights that wait. */
export function forgetWaitingWeights(): void {
  useWaitingWeights.setState({ waiting: null });
}

/**
 * Opens weights on the data that their folders name, else on those of the draft. `open` when the engine has them
 * ready, `waiting` when they lack their data; `failed` is told in a notice. They are trained on `samples` more; on as many
 * as their folders say unless told.
 */
export async function openWeights(
  files: readonly File[],
  samples?: number,
): Promise<'open' | 'waiting' | 'failed'> {
  // Loose files have the names that every model's have.
  const name = /^(.+)\.zip$/i.exec(files[0]?.name ?? '')?.[1] ?? null;
  forgetWaitingWeights();
  try {
    const opened = await onNamedData(await readOpenedRun(files, useExperiment.getState().config));
    const lack = await lackOf(opened);
    if (lack !== null) {
      useWaitingWeights.setState({ waiting: { name: name ?? 'the chosen folder', files, lack } });
      return 'waiting';
    }
    openExperiment(samples === undefined ? opened.input : withSamples(opened.input, samples));
    const { weights, before, reports } = opened;
    const id = await startDraft({ weights, before, paused: true });
    reports.forEach((report, model) => {
      if (report === null) return;
      const answer = { model, step: 0, report };
      keepAnswer('evaluate', modelKey(id, model), { runId: id, model }, answer);
    });
    if (name !== null) renameRun(id, name);
    if (await isPrepared(id)) {
      const unread = [...opened.unread, ...(await attachAnnotations(id, opened))];
      if (unread.length > 0) {
        notify({
          tone: 'info',
          title: 'Not all of what came with the weights could be read.',
          detail: unread.join(' '),
        });
      }
      return 'open';
    }
    const error = runOf(id)?.error ?? null;
    if (error !== null) notify({ tone: 'error', title: error.message, detail: error.wayOut });
  } catch (error) {
    notifyError(error);
  }
  return 'failed';
}

/**
 * Gives the models what a person said of their units: what came beside the weights, and what this browser knows of the same
 * ones. Returns sentences on what could not be read.
 */
async function attachAnnotations(
  runId: string,
  { annotated, before }: OpenedRun,
): Promise<readonly string[]> {
  const unread: string[] = [];
  let found = 0;
  for (const [model, { weightsSha256, annotations }] of annotated.entries()) {
    const attached = await engine.ask('attach_annotations', {
      runId,
      annotated: model,
      step: before[model]?.steps ?? 0,
      weights: weightsSha256,
      file: annotations,
    });
    found += attached.found;
    if (attached.unread !== null) unread.push(attached.unread.message);
  }
  if (found > 0) {
    const units = found === 1 ? '1 unit' : `${found} units`;
    notify({ tone: 'info', title: `What you noted on ${units} of these weights is there again.` });
  }
  return unread;
}

function withSamples(input: OpenedRun['input'], samples: number): OpenedRun['input'] {
  return { ...input, training: { ...input.training, training_samples: samples } };
}

/** Takes the language model that a folder from elsewhere names for its data, where it is at hand and the draft has others. */
async function onNamedData(opened: OpenedRun): Promise<OpenedRun> {
  const language = languageOf(opened);
  const [preset] = languagePresets();
  if (language === null || preset === undefined) return opened;
  if (!isAtHand(useLanguageModels.getState(), language.model)) return opened;
  const { data } = parseRunConfig(opened.input);
  if (missingOf(data) === null && (await widthOf(data)) === widthOfWeights(opened)) return opened;
  const { data: known } = presets[preset].config;
  return { ...opened, input: { ...opened.input, data: { ...known, ...language, kind: 'lm' } } };
}

/** The place that a folder from elsewhere names, if its activations have the width of the weights. */
function languageOf(opened: OpenedRun): LanguageData | null {
  const { namesData, origin } = opened;
  const language =
    namesData || origin === null ? null : languageDataOfHook(origin.model, origin.hook);
  if (language === null) return null;
  const model = languageModelOf(useLanguageModels.getState(), language.model);
  const fits = model?.width === widthOfWeights(opened) && language.layer <= model.layers;
  return fits ? language : null;
}

function widthOfWeights({ weights }: OpenedRun): number {
  return weights[0]?.width ?? 0;
}

async function lackOf(opened: OpenedRun): Promise<WeightsLack | null> {
  const { data } = parseRunConfig(opened.input);
  const missing = missingOf(data);
  if (missing !== null && opened.namesData) return missing;
  const width = widthOfWeights(opened);
  if (missing === null && (await widthOf(data)) === width) return null;
  return { kind: 'width', width, origin: opened.origin, language: languageOf(opened) };
}

/** What data name and this page does not have. */
function missingOf(data: RunConfig['data']): Exclude<WeightsLack, { kind: 'width' }> | null {
  const file = fileNeeded(data);
  if (data.kind === 'lm' && languageModelMissing(data) !== null) {
    return { kind: 'language_model', language: { model: data.model, layer: data.layer } };
  }
  return file === null || useExperiment.getState().files.has(file)
    ? null
    : { kind: 'file', name: file };
}

/** Width of the rows of data that are at hand; the engine opens them where it is not known. */
async function widthOf(data: RunConfig['data']): Promise<number> {
  if (data.kind === 'lm') {
    const model = languageModelOf(useLanguageModels.getState(), data.model);
    if (model !== undefined) return model.width;
  }
  const { config, files } = useExperiment.getState();
  const { preview } = useDraftFacts.getState();
  if (preview !== null && saysSame(data, config?.data)) return preview.statistics.width;
  const file = files.get(fileNeeded(data) ?? '');
  // Only the data of a run are looked at.
  const seen = await engine.ask('preview', { config: { ...defaultPreset.config, data }, file });
  return seen.statistics.width;
}
