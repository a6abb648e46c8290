/**
 * What the engine says about the experiment in the draft before it is trained: how the data look and
 * what the run would need. Asked anew when the data or the settings change; an older question is given up.
 */
import { create } from 'zustand';
import { canonicalJson, saysSame } from '../base/canonical';
import { describeError, type LabErrorData } from '../base/lab_error';
import type { Preview, RunEstimate } from '../lab/protocol/protocol';
import type { RunConfig } from '../lab/run/run_config';
import type { EngineClient } from './engine_client';
import { fileNeeded } from '../lab/run/data_kinds';
import { useExperiment } from './experiment_store';
import { isAtHand, useLanguageModels } from './language_models_store';
import { languageDataOf } from './language_run';

/** Milliseconds without an edit before the engine is asked. */
const QUIET = 200;

export interface DraftFacts {
  /** The data of the draft; the previous data while new ones are read. Null before the first. */
  readonly preview: Preview | null;
  readonly previewError: LabErrorData | null;
  /** What is done while data are being read, and its share; null when none are. */
  readonly reading: { readonly stage: string; readonly fraction: number } | null;
  readonly estimate: RunEstimate | null;
  readonly estimateError: LabErrorData | null;
}

const NOTHING_KNOWN: DraftFacts = {
  preview: null,
  previewError: null,
  reading: null,
  estimate: null,
  estimateError: null,
};

export const useDraftFacts = create<DraftFacts>()(() => NOTHING_KNOWN);

/** The language model that data need and that is not in this browser yet; null when nothing is missing. */
export function languageModelMissing(data: RunConfig['data']): string | null {
  const language = languageDataOf(data);
  if (language === null || isAtHand(useLanguageModels.getState(), language.model)) return null;
  return language.model;
}

/** What distinguishes data: settings, and the file for data of that kind. */
export function sameData(a: RunConfig['data'], b: RunConfig['data']): boolean {
  return saysSame(a, b);
}

/** The data settings without the seed, as text. */
function kindOfData(data: RunConfig['data']): string {
  return canonicalJson({ ...data, seed: 0 });
}

/** What the engine was last asked to look at. */
interface Previewed {
  readonly data: string;
  readonly kind: string;
  readonly file: File | null;
}

const NOT_PREVIEWED: Previewed = { data: '', kind: '', file: null };

/** Asks the engine about the draft now and after every change; returns how to stop. */
export function followDraft(engine: EngineClient): () => void {
  // An edit of a model asks anew what the run would need, but not how the data look.
  let previewing: AbortController | null = null;
  let estimating: AbortController | null = null;
  let preview = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let previewed: Previewed = NOT_PREVIEWED;

  const ask = async () => {
    const { config, file } = useExperiment.getState();
    if (config === null) return;
    estimating?.abort();
    const { signal } = (estimating = new AbortController());
    if (languageModelMissing(config.data) !== null) {
      // Nothing is fetched from elsewhere before the person says so.
      previewing?.abort();
      previewed = NOT_PREVIEWED;
      useDraftFacts.setState(NOTHING_KNOWN);
      return;
    }
    const data = canonicalJson(config.data);
    if (data !== previewed.data || file !== previewed.file) {
      // Another seed looks much the same; what was known of other data would be wrong beside these.
      const other = kindOfData(config.data) !== previewed.kind || file !== previewed.file;
      if (other) useDraftFacts.setState(NOTHING_KNOWN);
      previewed = { data, file, kind: kindOfData(config.data) };
      previewing?.abort();
      previewing = new AbortController();
      preview = askPreview(engine, config, file, previewing.signal);
    }
    // What a run needs is known once its data are open.
    await preview;
    if (!signal.aborted) await askEstimate(engine, config, signal);
  };
  void ask();
  // Another engine has none of the data and no file, another device other limits.
  let isFirst = true;
  const stopEngine = engine.subscribe(({ kind }) => {
    if (kind === 'connected' && !isFirst) {
      previewed = NOT_PREVIEWED;
      void ask();
    }
    if (kind === 'connected' || kind === 'unavailable' || kind === 'crashed') isFirst = false;
  });
  const stop = useExperiment.subscribe((state, before) => {
    if (state.config === before.config && state.file === before.file) return;
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), QUIET);
  });
  const stopModels = useLanguageModels.subscribe((state, before) => {
    // A language model has come, or gone.
    const { config } = useExperiment.getState();
    const language = config === null ? null : languageDataOf(config.data);
    if (language === null) return;
    if (isAtHand(state, language.model) !== isAtHand(before, language.model)) void ask();
  });
  return () => {
    stop();
    stopEngine();
    stopModels();
    clearTimeout(timer);
    previewing?.abort();
    estimating?.abort();
  };
}

async function askPreview(
  engine: EngineClient,
  config: RunConfig,
  file: File | null,
  signal: AbortSignal,
): Promise<void> {
  const needed = fileNeeded(config.data);
  if (needed !== null && file === null) {
    useDraftFacts.setState({ preview: null, previewError: null, reading: null });
    return;
  }
  useDraftFacts.setState({ reading: { stage: 'Reading', fraction: 0 }, previewError: null });
  try {
    const onProgress = (fraction: number, stage: string) => {
      if (!signal.aborted) useDraftFacts.setState({ reading: { stage, fraction } });
    };
    const ask = { config, file: needed === null ? undefined : (file ?? undefined) };
    const preview = await engine.ask('preview', ask, { signal, onProgress });
    useDraftFacts.setState({ preview, reading: null });
  } catch (error) {
    const described = describeError(error);
    if (described.code === 'cancelled') return;
    useDraftFacts.setState({ preview: null, previewError: described, reading: null });
  }
}

async function askEstimate(
  engine: EngineClient,
  config: RunConfig,
  signal: AbortSignal,
): Promise<void> {
  try {
    const estimate = await engine.ask('estimate', { config }, { signal });
    useDraftFacts.setState({ estimate, estimateError: null });
  } catch (error) {
    const described = describeError(error);
    if (described.code === 'cancelled') return;
    // What a file needs is known only once it is open, and the preview says what is wrong with it.
    const unopened = fileNeeded(config.data) !== null && described.code === 'not_found';
    const said = useDraftFacts.getState().previewError?.message === described.message;
    useDraftFacts.setState({ estimate: null, estimateError: unopened || said ? null : described });
  }
}
