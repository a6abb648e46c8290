/** What was changed and moved while a run went, as marks on its curves. */
import type { SettingChange } from '../../../lab/run/live_settings';
import type { RunMove } from '../../../lab/run/run_moves';
import type { RunModel } from '../../../state/run_record';
import { formatInteger, formatScientific } from '../../plots/format';
import { countedMoves } from '../../parts/move_text';
import { changedName } from '../../parts/setting_names';
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

/** One mark a point of moves at which something was moved, for each model. */
export function markersOfMoves(
  moves: readonly RunMove[],
  models: readonly RunModel[],
  batch: number,
): readonly Marker[] {
  const points = new Map<string, RunMove[]>();
  for (const move of moves) {
    const point = `${move.model} ${move.step}`;
    points.set(point, [...(points.get(point) ?? []), move]);
  }
  return [...points.values()].flatMap((made): Marker[] => {
    const [first] = made;
    if (first === undefined) return [];
    const { model, step } = first;
    const name = models[model]?.name ?? `model ${model + 1}`;
    return [
      {
        x: step * batch,
        text: made.length === 1 ? '1 move' : `${made.length} moves`,
        title: `${countedMoves(made)} in ${name} after step ${formatInteger(step)}`,
        color: modelColor(model),
      },
    ];
  });
}

function wordOf({ model, setting, to }: SettingChange): string {
  if (model === null) return `${setting} ${formatScientific(to)}`;
  return `${changedName(setting)} ${Number.isInteger(to) ? to : formatScientific(to)}`;
}
