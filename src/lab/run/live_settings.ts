/**
 * The settings that may change while a run goes: the learning rate, λ, and how many groups a token may use. What a
 * change of them makes of a run's settings, and by which of them two runs differ. Pure; the engine applies what
 * stands here, the page and the tests' engine say the same of it.
 */
import { at } from '../../base/array';
import { saysSame } from '../../base/canonical';
import type { ModelConfig } from '../../sae/config';
import { strengthSetting } from '../../sae/nuclear_strength';
import { parseRunConfig, type RunConfig } from './run_config';

/** Settings that may change while a run is going; each sets what it names, under the run file's names and units. */
export interface LiveSettings {
  readonly lr?: number;
  /** λ of one model (index), absolute; takes the place of its λ_rel. */
  readonly nuclear_coefficient?: { readonly model: number; readonly value: number };
  /** λ_rel of one model (index); takes the place of its absolute λ. */
  readonly nuclear_coefficient_relative?: { readonly model: number; readonly value: number };
  /** s (or k) of one model (index). */
  readonly slots?: { readonly model: number; readonly value: number };
}

/** One setting that was changed while a run went. */
export interface SettingChange {
  /** Steps taken before it. */
  readonly step: number;
  /** Index of the model whose setting it is, null for one of the training. */
  readonly model: number | null;
  /** Its name in the run file. */
  readonly setting:
    'lr' | 'nuclear_coefficient' | 'nuclear_coefficient_relative' | 'k_groups' | 'k';
  /** Null where it was not set: λ had its other form, or none. */
  readonly from: number | null;
  readonly to: number;
  /** λ of the model from then on, as in `started`; null for the training and for models without one. */
  readonly lambda: number | null;
}

/** The setting of a model by which a token's units are counted, and its value; null where a gate has none. */
function slotSetting(
  model: ModelConfig,
): { readonly setting: 'k_groups' | 'k'; readonly value: number } | null {
  switch (model.architecture) {
    case 'topk_sasa':
      return { setting: 'k_groups', value: model.k_groups };
    case 'topk':
      return { setting: 'k', value: model.k };
    case 'standard':
      return null;
  }
}

/**
 * A run's settings after a live change. Of the two forms of λ the one that is set takes the place of the other.
 * Throws LabError `bad_config` for a value that the run file would not allow, or a model that has no such setting.
 */
export function withLiveSettings(config: RunConfig, live: LiveSettings): RunConfig {
  const models: object[] = [...config.models];
  const { slots, nuclear_coefficient: absolute, nuclear_coefficient_relative: relative } = live;
  if (absolute !== undefined) {
    const { nuclear_coefficient_relative: _other, ...rest } = modelAt(models, absolute.model);
    models[absolute.model] = { ...rest, nuclear_coefficient: absolute.value };
  }
  if (relative !== undefined) {
    const { nuclear_coefficient: _other, ...rest } = modelAt(models, relative.model);
    models[relative.model] = { ...rest, nuclear_coefficient_relative: relative.value };
  }
  if (slots !== undefined) {
    const setting = slotSetting(at(config.models, slots.model))?.setting ?? 'k';
    models[slots.model] = { ...modelAt(models, slots.model), [setting]: slots.value };
  }
  const { lr = config.training.lr } = live;
  return parseRunConfig({ data: config.data, models, training: { ...config.training, lr } });
}

function modelAt(models: readonly object[], index: number): Readonly<Record<string, unknown>> {
  return { ...at(models, index) };
}

/** What a change made of live settings, without what only the engine knows of it. */
export type ChangedSetting = Omit<SettingChange, 'step' | 'lambda'>;

/** The live settings in which two settings of one run differ. */
export function changedSettings(before: RunConfig, after: RunConfig): readonly ChangedSetting[] {
  const changes: ChangedSetting[] = [];
  const { lr } = after.training;
  if (lr !== before.training.lr) {
    changes.push({ model: null, setting: 'lr', from: before.training.lr, to: lr });
  }
  after.models.forEach((next, model) => {
    const previous = before.models[model];
    if (previous === undefined) return;
    for (const settingOf of [strengthSetting, slotSetting]) {
      const now = settingOf(next);
      if (now === null || saysSame(now, settingOf(previous))) continue;
      const { setting, value: to } = now;
      const from: unknown = Reflect.get(previous, setting);
      changes.push({ model, setting, from: typeof from === 'number' ? from : null, to });
    }
  });
  return changes;
}

/** The same differences as the engine takes them, each alone. */
export function liveChanges(before: RunConfig, after: RunConfig): readonly LiveSettings[] {
  return changedSettings(before, after).map(({ model, setting, to: value }): LiveSettings => {
    if (model === null) return { lr: value };
    switch (setting) {
      case 'nuclear_coefficient':
        return { nuclear_coefficient: { model, value } };
      case 'nuclear_coefficient_relative':
        return { nuclear_coefficient_relative: { model, value } };
      default:
        return { slots: { model, value } };
    }
  });
}

/** Whether two runs differ in more than may be changed while one of them goes. */
export function needsRestart(run: RunConfig, other: RunConfig): boolean {
  return !saysSame(withoutLive(run), withoutLive(other));
}

/** Whether two runs train alike. */
export function sameRun(run: RunConfig, other: RunConfig): boolean {
  return !needsRestart(run, other) && changedSettings(run, other).length === 0;
}

function withoutLive({ data, models, training }: RunConfig): unknown {
  const live = {
    k_groups: undefined,
    k: undefined,
    nuclear_coefficient: undefined,
    nuclear_coefficient_relative: undefined,
  };
  return {
    data,
    models: models.map((model) => ({ ...model, ...live })),
    training: { ...training, lr: undefined },
  };
}
