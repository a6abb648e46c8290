/**
 * The language models that the lab offers: which lie in this browser, what is being fetched and how far
 * it is, and what went wrong. A fetch that was stopped or broke off keeps what it has, so that fetching
 * again goes on from there. Knows no page; the engine does the work.
 */
import { create } from 'zustand';
import { describeError, type LabErrorData } from '../base/lab_error';
import type { ListedLanguageModel } from '../lab/protocol/lm_protocol';
import type { EngineClient } from './engine_client';

/** What is known of a language model before the engine has seen it. */
export interface OfferedModel extends Omit<ListedLanguageModel, 'cached'> {
  /** Ships with the lab: nothing is fetched from elsewhere. */
  readonly shipped: boolean;
  /** One line: what kind of text it writes. */
  readonly summary: string;
}

/** Language models offered by name. Bytes are those of their files. */
export const offeredModels: readonly OfferedModel[] = [
  {
    id: 'stories15m',
    label: 'stories15M',
    form: 'llama',
    layers: 6,
    width: 288,
    vocabulary: 32000,
    context: 256,
    bytes: 15_400_000,
    shipped: true,
    summary: 'Small, writes children’s stories; comes with the lab',
  },
  {
    id: 'openai-community/gpt2',
    label: 'GPT-2 small',
    form: 'gpt2',
    layers: 12,
    width: 768,
    vocabulary: 50257,
    context: 1024,
    bytes: 548_105_171,
    shipped: false,
    summary: 'The model of the paper; from the Hugging Face hub',
  },
];

/** Bytes of one file so far. */
export interface FetchedFile {
  readonly received: number;
  /** Null while the size is not known. */
  readonly total: number | null;
}

/** A language model on its way into this browser. */
export interface ModelFetch {
  readonly status: 'fetching' | 'stopped' | 'failed';
  readonly files: Readonly<Record<string, FetchedFile>>;
  /** Bytes per second lately; null before two measurements. */
  readonly rate: number | null;
  readonly error: LabErrorData | null;
}

export interface LanguageModelsState {
  /** As the engine lists them; null before it answered. */
  readonly listed: readonly ListedLanguageModel[] | null;
  readonly listError: LabErrorData | null;
  /** By id; absent when nothing is under way and nothing is left over. */
  readonly fetches: Readonly<Record<string, ModelFetch>>;
  /** Bytes that the browser still grants this page; null where it does not say. */
  readonly freeBytes: number | null;
}

export const useLanguageModels = create<LanguageModelsState>()(() => ({
  listed: null,
  listError: null,
  fetches: {},
  freeBytes: null,
}));

/** What is known of a language model: the engine's word, else the offer, else undefined. */
export function languageModelOf(
  { listed }: Pick<LanguageModelsState, 'listed'>,
  id: string,
): Omit<ListedLanguageModel, 'cached'> | undefined {
  return listed?.find((model) => model.id === id) ?? offeredModels.find((model) => model.id === id);
}

/** Whether a run could use the language model now, without fetching anything from elsewhere. */
export function isAtHand({ listed }: Pick<LanguageModelsState, 'listed'>, id: string): boolean {
  const shipped = offeredModels.some((model) => model.id === id && model.shipped);
  // The engine lists those alone: shipped, kept whole in this browser, or dropped for this visit.
  return shipped || listed?.some((model) => model.id === id) === true;
}

/** Bytes of a fetch so far and, once every file's size is known, in all. */
export function fetchedBytes({ files }: Pick<ModelFetch, 'files'>): FetchedFile {
  return Object.values(files).reduce<FetchedFile>(
    (sum, file) => ({
      received: sum.received + file.received,
      total: sum.total === null || file.total === null ? null : sum.total + file.total,
    }),
    { received: 0, total: 0 },
  );
}

/** Asks which language models lie in this browser, and how much room is left. */
export async function refreshLanguageModels(engine: EngineClient): Promise<void> {
  try {
    const listed = namesAsOffered(await engine.ask('list_language_models', null));
    useLanguageModels.setState({ listed, listError: null });
  } catch (error) {
    useLanguageModels.setState({ listError: describeError(error) });
  }
  useLanguageModels.setState({ freeBytes: await freeBytes() });
}

/** The engine calls a model of the hub by its id; the lab calls those that it offers by name. */
function namesAsOffered(listed: readonly ListedLanguageModel[]): readonly ListedLanguageModel[] {
  return listed.map((model) => ({
    ...model,
    label: offeredModels.find(({ id }) => id === model.id)?.label ?? model.label,
  }));
}

const controllers = new Map<string, AbortController>();

/**
 * Brings a language model into this browser, from the hub or from dropped files. The outcome appears in
 * the store; tells whether the model is at hand then.
 */
export async function fetchLanguageModel(
  engine: EngineClient,
  id: string,
  files?: readonly File[],
): Promise<boolean> {
  if (controllers.has(id)) return false;
  const controller = new AbortController();
  controllers.set(id, controller);
  const kept = useLanguageModels.getState().fetches[id]?.files ?? {};
  changeFetch(id, { status: 'fetching', files: kept, rate: null, error: null });
  try {
    const { signal } = controller;
    await engine.ask('load_language_model', { id, files }, { signal });
    forgetFetch(id);
    await refreshLanguageModels(engine);
    return true;
  } catch (error) {
    const described = describeError(error);
    const stopped = described.code === 'cancelled';
    changeFetch(id, {
      status: stopped ? 'stopped' : 'failed',
      rate: null,
      error: stopped ? null : described,
    });
    useLanguageModels.setState({ freeBytes: await freeBytes() });
    return false;
  } finally {
    controllers.delete(id);
  }
}

/** Stops a fetch; what it has stays. */
export function stopFetch(id: string): void {
  controllers.get(id)?.abort();
}

/** Removes a language model, or what is left of a fetch, from this browser. */
export async function removeLanguageModel(engine: EngineClient, id: string): Promise<void> {
  try {
    const listed = namesAsOffered(await engine.ask('delete_language_model', { id }));
    forgetFetch(id);
    useLanguageModels.setState({ listed, freeBytes: await freeBytes() });
  } catch (error) {
    const failed = useLanguageModels.getState().fetches[id];
    const files = failed?.files ?? {};
    changeFetch(id, { status: 'failed', files, rate: null, error: describeError(error) });
  }
}

/** Keeps the bytes of fetches up to date; returns how to stop. */
export function followDownloads(
  engine: EngineClient,
  now: () => number = () => performance.now(),
): () => void {
  const measured = new Map<string, { readonly at: number; readonly received: number }>();
  return engine.subscribe((event) => {
    if (event.kind !== 'download') return;
    const { id, file, received, total } = event;
    const fetch = useLanguageModels.getState().fetches[id];
    // What the engine reads by itself, because data in the draft need it, is told of there.
    if (fetch?.status !== 'fetching') return;
    const files = { ...fetch.files, [file]: { received, total } };
    const sum = fetchedBytes({ files }).received;
    const before = measured.get(id);
    const seconds = before === undefined ? 0 : (now() - before.at) / 1000;
    let { rate } = fetch;
    if (before === undefined || sum < before.received) {
      measured.set(id, { at: now(), received: sum });
    } else if (seconds >= RATE_WINDOW) {
      const latest = (sum - before.received) / seconds;
      rate = rate === null ? latest : 0.6 * rate + 0.4 * latest;
      measured.set(id, { at: now(), received: sum });
    }
    changeFetch(id, { files, rate });
  });
}

/** Seconds over which a rate is measured. */
const RATE_WINDOW = 0.5;

const NEW_FETCH: ModelFetch = { status: 'fetching', files: {}, rate: null, error: null };

function changeFetch(id: string, changes: Partial<ModelFetch>): void {
  useLanguageModels.setState(({ fetches }) => ({
    fetches: { ...fetches, [id]: { ...(fetches[id] ?? NEW_FETCH), ...changes } },
  }));
}

function forgetFetch(id: string): void {
  useLanguageModels.setState(({ fetches }) => {
    const { [id]: _done, ...others } = fetches;
    return { fetches: others };
  });
}

/** What the browser still grants; null where it does not say (a test, a private window of some browsers). */
async function freeBytes(): Promise<number | null> {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
  } catch {
    return null;
  }
}
