/**
 * What the engine says about the data on the bench as such: the latest description, for which data it is, and
 * the state of the question. One at a time; a newer question takes the place of an older one.
 */
import { create } from 'zustand';
import { canonicalJson } from '../base/canonical';
import { describeError } from '../base/lab_error';
import type { DataDescription } from '../lab/protocol/data_protocol';
import type { RunConfig } from '../lab/run/run_config';
import { NOT_ASKED, type Analysis } from './analyses_store';
import type { EngineClient, Request } from './engine_client';
import { fileNeeded } from './experiment_draft';

export interface DataState extends Analysis<DataDescription> {
  /** The data that were asked about last, as text; '' before the first. */
  readonly data: string;
}

export const useData = create<DataState>()(() => ({ ...NOT_ASKED, data: '' }));

let running: AbortController | null = null;

/** Names data: settings, and the file that they name. */
export function dataKey(data: RunConfig['data'], file: File | null): string {
  const needed = fileNeeded(data);
  const version = needed === null || file === null ? '' : `${file.size} ${file.lastModified}`;
  return `${canonicalJson(data)} ${version}`;
}

/** Asks about the data of a run; the outcome appears in the store. `file` is what the data name, if any. */
export async function describeBench(
  engine: EngineClient,
  config: RunConfig,
  file: File | null,
): Promise<void> {
  running?.abort();
  const controller = (running = new AbortController());
  const current = () => running === controller;
  const data = dataKey(config.data, file);
  // The answer about other data would be read as one about these.
  const kept = useData.getState().data === data ? {} : { answer: null };
  useData.setState({
    ...kept,
    data,
    error: null,
    progress: { fraction: 0, stage: 'Reading rows' },
  });
  try {
    const kind = 'describe_data';
    const bytes = fileNeeded(config.data) === null ? undefined : await file?.arrayBuffer();
    const request: Request = bytes === undefined ? { kind, config } : { kind, config, file: bytes };
    const { description } = await engine.request(
      request,
      'data_described',
      {
        signal: controller.signal,
        onProgress: (fraction, stage) => {
          if (current()) useData.setState({ progress: { fraction, stage } });
        },
      },
      bytes === undefined ? [] : [bytes],
    );
    if (current()) useData.setState({ answer: description, progress: null });
  } catch (error) {
    const described = describeError(error);
    const cancelled = described.code === 'cancelled';
    if (current()) useData.setState({ progress: null, error: cancelled ? null : described });
  }
}

/** Gives up the question that is under way. */
export function cancelDescription(): void {
  running?.abort();
}
