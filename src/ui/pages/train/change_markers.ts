/** What was changed while a run went, as marks on its curves. */
import type { RunModel, SettingsChange } from '../../../state/run_record';
import { formatInteger, formatScientific } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import type { Marker } from '../../plots/props';

/** One mark a changed setting, at the samples where it began to hold. */
export function markersOf(
  changes: readonly SettingsChange[],
  models: readonly RunModel[],
): readonly Marker[] {
  return changes.flatMap(({ step, samples, settings }) => {
    const when = `from step ${formatInteger(step)}`;
    const marks: Marker[] = [];
    const { lr, slots, nuclear_coefficient_relative: lambda } = settings;
    if (lr !== undefined) {
      const text = `lr ${formatScientific(lr)}`;
      marks.push({ x: samples, text, title: `Learning rate ${formatScientific(lr)} ${when}` });
    }
    if (lambda !== undefined) {
      const text = `λ_rel ${formatScientific(lambda.value)}`;
      const title = `${text} for ${nameOf(models, lambda.model)} ${when}`;
      marks.push({ x: samples, text, title, color: modelColor(lambda.model) });
    }
    if (slots !== undefined) {
      const symbol = models[slots.model]?.unitName === 'latent' ? 'k' : 's';
      const text = `${symbol} ${slots.value}`;
      const title = `${text} for ${nameOf(models, slots.model)} ${when}`;
      marks.push({ x: samples, text, title, color: modelColor(slots.model) });
    }
    return marks;
  });
}

function nameOf(models: readonly RunModel[], index: number): string {
  return models[index]?.name ?? `model ${index + 1}`;
}
