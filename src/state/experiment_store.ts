/**
 * The experiment in the draft: the draft being edited with what is wrong with it, the files that were opened,
 * and the way back (undo). Edits of one field in a row are one step of the history. Knows neither the
 * engine nor the address; those listen to it.
 */
import { create } from 'zustand';
import { saysSame } from '../base/canonical';
import { LabError } from '../base/lab_error';
import { defaultPreset, presetIds, presets, type PresetId } from '../lab/run/presets';
import { parseRunConfig, type RunConfig, type RunInput } from '../lab/run/run_config';
import { findArchitecture } from '../sae/config';
import { fileNeeded } from '../lab/run/data_kinds';
import {
  checkDraft,
  withSetting,
  type Draft,
  type Issues,
  type Settings,
  type SettingValue,
} from './experiment_draft';
import { languagePresets } from './language_run';
import { convertModel, freeName, newModel, withRelativeStrength } from './model_settings';

const HISTORY = 100;
export const MAX_MODELS = 6;

/** An experiment with the file that it trains on, so that the way back finds both. */
interface Placed {
  readonly draft: Draft;
  readonly file: File | null;
}

export interface ExperimentState {
  readonly draft: Draft;
  /** The validated draft, null while there are issues. */
  readonly config: RunConfig | null;
  readonly issues: Issues;
  /** Index of the model whose settings are shown. */
  readonly selected: number;
  /** The file that the data name: a .npy, or a text for a language model. Null when it is not open, or none is named. */
  readonly file: File | null;
  /** Every file that was opened in this visit, by name; the latest of those of one name. */
  readonly files: ReadonlyMap<string, File>;
  readonly past: readonly Placed[];
  readonly future: readonly Placed[];
  /** What a run from the draft will be called; null leaves it to the lab. */
  readonly name: string | null;
  /** Field of the last edit, so that typing on in it makes no new step of history. */
  readonly lastField: string | null;
}

export const useExperiment = create<ExperimentState>()(() => ({
  ...draftState(parseRunConfig(defaultPreset.config)),
  selected: 0,
  file: null,
  files: new Map(),
  past: [],
  future: [],
  name: null,
  lastField: null,
}));

/**
 * Puts an experiment in the draft, with its defaults filled in. `file` is the one that its data name, where it is
 * known; else one of that name that was opened before serves. `name` is what a run from it will be called, whatever is
 * edited before. Throws LabError `bad_config`.
 */
export function openExperiment(
  input: RunInput,
  file: File | null = null,
  name: string | null = null,
): void {
  commit(parseRunConfig(input), { selected: 0, file });
  useExperiment.setState({ name });
}

/** The name that the draft was given, once: the next run from it has a number again. */
export function takeName(): string | null {
  const { name } = useExperiment.getState();
  if (name !== null) useExperiment.setState({ name: null });
  return name;
}

/** The preset whose experiment is in the draft untouched, null for any other. */
export function matchingPreset(draft: Draft): PresetId | null {
  return presetIds.find((id) => saysSame(parseRunConfig(presets[id].config), draft)) ?? null;
}

/** Sets one setting of the training; undefined leaves the choice to the lab. */
export function setTraining(key: string, value: SettingValue): void {
  const { draft } = useExperiment.getState();
  const training = withSetting(draft.training, key, value);
  commit({ ...draft, training }, {}, `training.${key}`);
}

/** Sets one setting of the data. */
export function setData(key: string, value: SettingValue): void {
  const { draft } = useExperiment.getState();
  commit({ ...draft, data: withSetting(draft.data, key, value) }, {}, `data.${key}`);
}

/** Sets settings of one model; undefined leaves the choice to the lab. */
export function setModel(index: number, changes: Settings): void {
  editModel(
    index,
    (model) =>
      Object.entries(changes).reduce((next, [key, value]) => withSetting(next, key, value), model),
    `models.${index}.${Object.keys(changes).join()}`,
  );
}

/** Makes a model another architecture of about the same size. */
export function setArchitecture(index: number, id: string): void {
  const architecture = findArchitecture(id);
  if (architecture === undefined) return;
  editModel(index, (model) => convertModel(model, architecture));
}

/** Shows the settings of another model. */
export function selectModel(selected: number): void {
  useExperiment.setState({ selected });
}

/** Adds a model of an architecture, of the size of the first, and shows it. */
export function addModel(id: string): void {
  const architecture = findArchitecture(id);
  if (architecture === undefined) return;
  const { draft } = useExperiment.getState();
  insertModel(newModel(draft.models, architecture), draft.models.length);
}

/** Adds a copy of a model below it, and shows it. */
export function duplicateModel(index: number): void {
  const { draft } = useExperiment.getState();
  const model = draft.models[index];
  if (model === undefined) return;
  insertModel({ ...model, name: freeName(model, draft.models) }, index + 1);
}

/** Removes a model; the last one stays. */
export function removeModel(index: number): void {
  const { draft, selected } = useExperiment.getState();
  if (draft.models.length <= 1) return;
  const models = draft.models.filter((_model, other) => other !== index);
  const next = selected > index || selected === models.length ? selected - 1 : selected;
  commit({ ...draft, models }, { selected: next });
}

/** Trains on rows of a file. The models stay, but an absolute λ belongs to the data it was set for. */
export function openFile(file: File): void {
  const { draft } = useExperiment.getState();
  const data = { kind: 'npy', path: file.name, order: draft.data.order ?? 'shuffled' };
  const models = draft.data.kind === 'npy' ? draft.models : draft.models.map(withRelativeStrength);
  commit({ ...draft, data, models }, { file });
}

/** The draft where it is of a language model, else the experiment of one that ships. */
function languageDraft(): Draft {
  const { draft } = useExperiment.getState();
  const [preset] = languagePresets();
  return draft.data.kind === 'lm' || preset === undefined
    ? draft
    : parseRunConfig(presets[preset].config);
}

/** Has the language model read a text of the person's own; begins with one that ships when there is none yet. */
export function openCorpus(file: File): void {
  const base = languageDraft();
  if (base.data.kind === 'lm') {
    commit({ ...base, data: withSetting(base.data, 'corpus', file.name) }, { file });
  }
}

/**
 * Trains on another language model; begins with the experiment of one that ships when there is none yet. The
 * layer and the context are cut to what the model has.
 */
export function openLanguageModel(model: {
  readonly id: string;
  readonly layers: number;
  readonly context: number;
}): void {
  const base = languageDraft();
  const most: Settings = { layer: model.layers, context_size: model.context };
  const cut = Object.entries(most).map(([name, limit]) => {
    const value = base.data[name];
    return [name, typeof value === 'number' ? Math.min(value, Number(limit)) : value] as const;
  });
  const data = { ...base.data, ...Object.fromEntries(cut), model: model.id };
  commit({ ...base, data }, {});
}

/**
 * Keeps what is in the draft now; the function that it returns puts it back, whatever was changed since, as one more
 * step of the history. For the Undo of a notice, which may be pressed after other edits.
 */
export function keepDraft(): () => void {
  const { draft, file, selected } = useExperiment.getState();
  return () => commit(draft, { file, selected });
}

/** Takes the last change back. */
export function undo(): void {
  const { past, future, draft, file } = useExperiment.getState();
  const previous = past.at(-1);
  if (previous === undefined) return;
  restore(previous, past.slice(0, -1), [{ draft, file }, ...future]);
}

/** Makes the change again that was taken back. */
export function redo(): void {
  const { past, future, draft, file } = useExperiment.getState();
  const [next, ...rest] = future;
  if (next === undefined) return;
  restore(next, [...past, { draft, file }], rest);
}

/** The run in the draft. Throws LabError `bad_config` while something is wrong with it. */
export function readyConfig(): RunConfig {
  const { config, issues } = useExperiment.getState();
  if (config !== null) return config;
  const [[path, message] = ['', '']] = issues;
  throw new LabError(
    'bad_config',
    `These settings cannot be trained: ${path}: ${message}`,
    'Correct the fields marked in red.',
  );
}

function insertModel(model: Settings, position: number): void {
  const { draft } = useExperiment.getState();
  if (draft.models.length >= MAX_MODELS) return;
  commit({ ...draft, models: draft.models.toSpliced(position, 0, model) }, { selected: position });
}

function editModel(index: number, edit: (model: Settings) => Settings, field?: string): void {
  const { draft } = useExperiment.getState();
  const models = draft.models.map((model, other) => (other === index ? edit(model) : model));
  commit({ ...draft, models }, {}, field);
}

function commit(
  draft: Draft,
  { selected, file = null }: { readonly selected?: number; readonly file?: File | null },
  field: string | null = null,
): void {
  useExperiment.setState((state) => {
    const sameField = field !== null && field === state.lastField;
    const { past } = state;
    return {
      ...draftState(draft),
      ...withFile(state.files, draft, file),
      ...(selected === undefined ? {} : { selected }),
      past: sameField ? past : [...past, { draft: state.draft, file: state.file }].slice(-HISTORY),
      future: [],
      lastField: field,
    };
  });
}

function restore(
  { draft, file }: Placed,
  past: readonly Placed[],
  future: readonly Placed[],
): void {
  useExperiment.setState(({ selected, files }) => ({
    ...draftState(draft),
    ...withFile(files, draft, file),
    selected: Math.min(selected, draft.models.length - 1),
    past,
    future,
    lastField: null,
  }));
}

function draftState(draft: Draft): Pick<ExperimentState, 'draft' | 'config' | 'issues'> {
  return { draft, ...checkDraft(draft) };
}

/** The file of a draft: the one that is given, else the one of that name that was opened last. */
function withFile(
  files: ReadonlyMap<string, File>,
  draft: Draft,
  given: File | null,
): Pick<ExperimentState, 'file' | 'files'> {
  const name = fileNeeded(draft.data);
  if (name === null) return { file: null, files };
  if (given === null) return { file: files.get(name) ?? null, files };
  return { file: given, files: new Map([...files, [name, given]]) };
}
