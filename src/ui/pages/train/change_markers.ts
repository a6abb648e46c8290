/** What was changed while a run went, as marks on its curves. */
import type { SettingChange } from '../../../lab/run/live_settings';
import type { RunModel } from '../../../state/run_record';
import { formatInteger, formatScientific } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import type { Marker } from '../../plots/props';

/** One mark a changed setting, at the samples where it began to hold; a step takes `batch` of them. */
export function markersOf(
  changes: readonly SettingChange[],
  models: readonly RunModel[],
  batch: number,
): readonly Marker[] {
  return changes.map((change): Marker => {
    const { step, model } = change;
    const text = wordOf(change);
    const when = `from step ${formatInteger(step)}`;
    if (model === null) {
      return {
        x: step * batch,
        text,
        title: `Learning rate ${formatScientific(change.to)} ${when}`,
      };
    }
    const title = `${text} for ${models[model]?.name ?? `model ${model + 1}`} ${when}`;
    return { x: step * batch, text, title, color: modelColor(model) };
  });
}

function wordOf({ setting, to }: SettingChange): string {
  switch (setting) {
    case 'lr':
      return `lr ${formatScientific(to)}`;
    case 'nuclear_coefficient':
      return `λ ${formatScientific(to)}`;
    case 'nuclear_coefficient_relative':
      return `λ_rel ${formatScientific(to)}`;
    case 'k_groups':
      return `s ${to}`;
    case 'k':
      return `k ${to}`;
  }
}
