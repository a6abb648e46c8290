/**
 * What the engine says about the experiment on the bench before it is trained: how the data look and
 * what the run would need. Asked anew when the data or the settings change; an older question is given up.
 */
import { create } from 'zustand';
import { describeError, type LabErrorData } from '../base/lab_error';
import type { Preview, RunEstimate } from '../lab/protocol';
import type { RunConfig } from '../lab/run_config';
import type { EngineClient } from './engine_client';
import { useExperiment, type ExperimentState } from './experiment_store';

/** Milliseconds without an edit before the engine is asked. */
const QUIET = 200;

export interface BenchFacts {
  /** The data of the bench; the previous data while new ones are read. Null before the first. */
  readonly preview: Preview | null;
  readonly previewError: LabErrorData | null;
  /** True while data are being read. */
  readonly reading: boolean;
  readonly estimate: RunEstimate | null;
  readonly estimateError: LabErrorData | null;
}

export const useBenchFacts = create<BenchFacts>()(() => ({
  preview: null,
  previewError: null,
  reading: false,
  estimate: null,
  estimateError: null,
}));

/** What distinguishes data: settings, and the file for data of that kind. */
export function sameData(a: RunConfig['data'], b: RunConfig['data']): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Asks the engine about the bench now and after every change; returns how to stop. */
export function followBench(engine: EngineClient): () => void {
  let asked: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let previewed: Pick<ExperimentState, 'file'> & { readonly data: string } = {
    data: '',
    file: null,
  };

  const ask = async () => {
    const { config, file } = useExperiment.getState();
    if (config === null) return;
    asked?.abort();
    const { signal } = (asked = new AbortController());
    const data = JSON.stringify(config.data);
    if (data !== previewed.data || file !== previewed.file) {
      previewed = { data, file };
      await askPreview(engine, config, file, signal);
    }
    await askEstimate(engine, config, signal);
  };
  void ask();
  const stop = useExperiment.subscribe((state, before) => {
    if (state.config === before.config && state.file === before.file) return;
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), QUIET);
  });
  return () => {
    stop();
    clearTimeout(timer);
    asked?.abort();
  };
}

async function askPreview(
  engine: EngineClient,
  config: RunConfig,
  file: File | null,
  signal: AbortSignal,
): Promise<void> {
  if (config.data.kind === 'npy' && file === null) {
    useBenchFacts.setState({ preview: null, previewError: null, reading: false });
    return;
  }
  useBenchFacts.setState({ reading: true, previewError: null });
  try {
    const bytes = config.data.kind === 'npy' ? await file?.arrayBuffer() : undefined;
    const preview = await engine.preview(config, bytes, { signal });
    useBenchFacts.setState({ preview, reading: false });
  } catch (error) {
    const described = describeError(error);
    if (described.code === 'cancelled') return;
    useBenchFacts.setState({ preview: null, previewError: described, reading: false });
  }
}

async function askEstimate(
  engine: EngineClient,
  config: RunConfig,
  signal: AbortSignal,
): Promise<void> {
  try {
    const estimate = await engine.estimate(config, { signal });
    useBenchFacts.setState({ estimate, estimateError: null });
  } catch (error) {
    const described = describeError(error);
    if (described.code === 'cancelled') return;
    // What a file needs is known only once it is open, and the preview says what is wrong with it.
    const unopened = config.data.kind === 'npy' && described.code === 'not_found';
    useBenchFacts.setState({ estimate: null, estimateError: unopened ? null : described });
  }
}
