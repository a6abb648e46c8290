/**
 * Models as they are added, copied and turned into another architecture while an experiment is edited:
 * the new one keeps the size of the old, so that comparisons stay fair. Pure; knows no store.
 */
import { displayName, modelSchema, type Architecture, type ModelInput } from '../sae/config';
import type { Settings } from './experiment_draft';

/** λ_rel that keeps one group per feature in the trials on mixed features (docs/method.md §2). */
const RELATIVE_LAMBDA = 3.3e-5;

/** Settings that mean the same for every architecture. */
const SHARED = ['d_in', 'normalize_activations', 'apply_b_dec_to_input', 'dead_group_window'];

/** Columns of the dictionary (N) and columns that a token may use, as far as the settings say. */
function budgetOf(model: Settings): { readonly columns: number; readonly active: number } {
  const numberOr = (key: string, otherwise: number) => {
    const value = model[key];
    return typeof value === 'number' && value > 0 ? value : otherwise;
  };
  if (model.architecture === 'topk_sasa') {
    const rank = numberOr('group_rank', 4);
    return { columns: numberOr('n_groups', 64) * rank, active: numberOr('k_groups', 1) * rank };
  }
  return { columns: numberOr('d_sae', 256), active: numberOr('k', 4) };
}

/** The model as another architecture with the same number of columns and the same l0. */
export function convertModel(model: Settings, architecture: Architecture): Settings {
  const { columns, active } = budgetOf(model);
  const kept = Object.fromEntries(
    SHARED.flatMap((key) => (model[key] === undefined ? [] : [[key, model[key]]])),
  );
  const sized = modelSchema.parse(sizedInput(architecture, columns, active));
  return { ...sized, ...kept };
}

/**
 * A model to add, under a free name: like the last of that architecture, or of the size of the first
 * model when there is none.
 */
export function newModel(models: readonly Settings[], architecture: Architecture): Settings {
  const alike = models.findLast((model) => model.architecture === architecture);
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
  if (typeof model.name === 'string' && model.name !== '') return model.name;
  const parsed = modelSchema.safeParse({ ...model, name: undefined });
  if (parsed.success) return displayName(parsed.data);
  return displayName(modelSchema.parse(sizedInput(architectureOf(model), 64, 4)));
}

/** The model with a λ that means something on any data: an absolute one gives way to the usual share. */
export function withRelativeLambda(model: Settings): Settings {
  const { nuclear_coefficient: absolute, ...rest } = model;
  return absolute === undefined
    ? model
    : { ...rest, nuclear_coefficient_relative: RELATIVE_LAMBDA };
}

/** The architecture of a model under edit. */
export function architectureOf(model: Settings): Architecture {
  const { architecture } = model;
  return architecture === 'topk' || architecture === 'standard' ? architecture : 'topk_sasa';
}

function sizedInput(architecture: Architecture, columns: number, active: number): ModelInput {
  switch (architecture) {
    case 'topk_sasa': {
      const rank = 4;
      return {
        architecture,
        n_groups: Math.max(1, Math.round(columns / rank)),
        group_rank: rank,
        k_groups: Math.max(1, Math.round(active / rank)),
        nuclear_coefficient_relative: RELATIVE_LAMBDA,
      };
    }
    case 'topk':
      return { architecture, d_sae: columns, k: Math.min(active, columns) };
    case 'standard':
      return { architecture, d_sae: columns, l1_coefficient: 0.1 };
  }
}
