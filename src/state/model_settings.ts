/**
 * Models as they are added, copied and turned into another architecture while an experiment is edited:
 * the new one keeps the size of the old, so that comparisons stay fair. Pure; knows no store.
 */
import { settingNamed, settingsOf } from '../base/setting';
import {
  defaultArchitecture,
  findArchitecture,
  modelSchema,
  type Architecture,
  type ModelConfig,
} from '../sae/config';
import type { Settings } from './experiment_draft';

/** Settings that mean the same for every architecture, and are kept where they were chosen. */
const SHARED = ['d_in', 'normalize_activations', 'apply_b_dec_to_input', 'dead_group_window'];

/** The architecture of a model under edit; the first one where it names none. */
export function architectureOf(model: Settings): Architecture {
  return findArchitecture(model.architecture) ?? defaultArchitecture;
}

/** A model under edit as the engine would take it; null while its settings are not those of a model. */
export function modelOf(model: Settings): ModelConfig | null {
  const parsed = modelSchema.safeParse(model);
  return parsed.success ? parsed.data : null;
}

/** The model as another architecture with the same number of columns and the same l0. */
export function convertModel(model: Settings, architecture: Architecture): Settings {
  const sized = architecture.sized(architectureOf(model).budget(model));
  const before = settingsOf(architectureOf(model).schema);
  const kept = Object.fromEntries(
    SHARED.filter((key) => model[key] !== undefined)
      .filter((key) => model[key] !== settingNamed(before, key).default)
      .map((key) => [key, model[key]]),
  );
  return { ...modelSchema.parse({ architecture: architecture.id, ...sized }), ...kept };
}

/**
 * A model to add, under a free name: like the last of that architecture, or of the size of the first
 * model when there is none.
 */
export function newModel(models: readonly Settings[], architecture: Architecture): Settings {
  const alike = models.findLast((model) => architectureOf(model) === architecture);
  const model = alike ?? convertModel(models[0] ?? {}, architecture);
  return takenNames(models).has(nameOf(model).toLowerCase())
    ? { ...model, name: freeName(model, models) }
    : model;
}

/** "SASA 2", "SASA 3" …: the first name with a number that no model has. */
export function freeName(model: Settings, models: readonly Settings[]): string {
  const stem = nameOf(model).replace(/ \d+$/, '');
  const taken = takenNames(models);
  let number = 2;
  while (taken.has(`${stem} ${number}`.toLowerCase())) number += 1;
  return `${stem} ${number}`;
}

/** Names differ even where a file system ignores case, because they become folders. */
function takenNames(models: readonly Settings[]): ReadonlySet<string> {
  return new Set(models.map((model) => nameOf(model).toLowerCase()));
}

/** The name to show for a model under edit: its own, else that of its architecture. */
export function nameOf(model: Settings): string {
  return typeof model.name === 'string' && model.name !== ''
    ? model.name
    : architectureOf(model).words.name;
}

/** The model with a strength that means something on any data: an absolute one gives way to the usual share. */
export function withRelativeStrength(model: Settings): Settings {
  const { strength } = architectureOf(model);
  if (strength === undefined || model[strength.absolute] === undefined) return model;
  const { [strength.absolute]: _absolute, ...rest } = model;
  return { ...rest, [strength.relative]: strength.usual };
}
