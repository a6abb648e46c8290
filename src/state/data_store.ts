/** What the page asks about the data in the draft as such, and for which data it did so last. */
import { create } from 'zustand';
import { canonicalJson } from '../base/canonical';
import type { RunConfig } from '../lab/run/run_config';
import type { EngineClient } from './engine_client';
import { fileNeeded } from '../lab/run/data_kinds';
import { forget, pose } from './questions';

/** What the question about the data in the draft is known by: there is one at a time. */
export const DRAFT = 'draft';

/** The data that were asked about last, as text; '' before the first. */
export const useData = create<{ readonly data: string }>()(() => ({ data: '' }));

/** Names data: settings, and the file that they name. */
export function dataKey(data: RunConfig['data'], file: File | null): string {
  const needed = fileNeeded(data);
  const version = needed === null || file === null ? '' : `${file.size} ${file.lastModified}`;
  return `${canonicalJson(data)} ${version}`;
}

/** Asks about the data of a run; the outcome appears in the store. `file` is what the data name, if any. */
export async function describeDraft(
  engine: EngineClient,
  config: RunConfig,
  file: File | null,
): Promise<void> {
  const data = dataKey(config.data, file);
  // The answer about other data would be read as one about these.
  if (useData.getState().data !== data) forget('describe_data', (key) => key === DRAFT);
  useData.setState({ data });
  const needed = fileNeeded(config.data);
  await pose(
    engine,
    'describe_data',
    DRAFT,
    { config },
    {
      stage: 'Reading rows',
      put: (options) => {
        const given = needed === null ? undefined : (file ?? undefined);
        return engine.ask('describe_data', { config, file: given }, options);
      },
    },
  );
}
