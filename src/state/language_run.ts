/**
 * Which runs and presets are about a language model, and about which layer of which one: what the pages
 * ask of a run's data. Pure; knows no store.
 */
import { presetIds, presets, type PresetId } from '../lab/run/presets';
import type { RunConfig, RunInput } from '../lab/run/run_config';
import { textOf, type Settings } from './experiment_draft';

/** Activations of one layer of a language model. */
export interface LanguageData {
  /** Id of the language model. */
  readonly model: string;
  /** L of `blocks.L.hook_resid_pre`. */
  readonly layer: number;
}

/** The language model behind data, null for data of any other kind. */
export function languageDataOf(data: RunConfig['data'] | RunInput['data']): LanguageData | null {
  const settings: Settings = data;
  if (settings.kind !== 'lm') return null;
  const { model, layer } = settings;
  return { model: textOf(model), layer: typeof layer === 'number' ? layer : 0 };
}

/** Names that SAELens has for a language model that the lab knows by its id on the hub. */
const HUB_IDS: Readonly<Record<string, string>> = {
  gpt2: 'openai-community/gpt2',
  'gpt2-small': 'openai-community/gpt2',
};

/**
 * The language model and layer of a hook of SAELens, null for one that is not the residual stream between blocks:
 * what leaves block L (`hook_resid_post`) enters block L + 1.
 */
export function languageDataOfHook(model: string, hook: string): LanguageData | null {
  const [, block, place] = /^blocks\.(\d{1,4})\.hook_resid_(pre|post)$/.exec(hook) ?? [];
  if (block === undefined) return null;
  return { model: HUB_IDS[model] ?? model, layer: Number(block) + (place === 'post' ? 1 : 0) };
}

/** The presets that train on a language model, in the order of the list. */
export function languagePresets(): readonly PresetId[] {
  return presetIds.filter((id) => languageDataOf(presets[id].config.data) !== null);
}
