/**
 * What the points of a group's code scatter can be coloured by, as far as the data know it, and which
 * of it says most at first sight. Knows no figure beyond the contract of its colouring.
 */
import { at } from '../../../base/array';
import { NO_GROUP } from '../../../analysis/types';
import type { GroupCard } from '../../../lab/protocol';
import type { CodeColoring } from '../../plots/props';

export const coloringIds = ['feature', 'angle', 'norm', 'position', 'plain'] as const;
export type ColoringId = (typeof coloringIds)[number];

export interface ColoringOption {
  readonly id: ColoringId;
  readonly label: string;
}

/** Share of the points from which a feature is worth a colour, and most features that get one. */
const NOTABLE = 0.03;
const COLORED = 8;

/** How many points lie on each feature, most first; points on none are left out. */
function featureCounts(
  card: GroupCard,
): readonly { readonly feature: number; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (const feature of card.points.features ?? []) {
    if (feature !== NO_GROUP) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  }
  return [...counts]
    .map(([feature, count]) => ({ feature, count }))
    .sort((a, b) => b.count - a.count || a.feature - b.feature);
}

/** The features with enough points to be told apart by colour, most points first. */
function notableFeatures(card: GroupCard): readonly number[] {
  return featureCounts(card)
    .filter(({ count }) => count > NOTABLE * card.points.count)
    .slice(0, COLORED)
    .map(({ feature }) => feature);
}

/** What can be chosen for a card. `finite` data have an order of rows that means something. */
export function coloringOptions(card: GroupCard, finite: boolean): readonly ColoringOption[] {
  const options: (ColoringOption | null)[] = [
    card.truth === null ? null : { id: 'feature', label: 'Feature' },
    card.points.axes < 2 ? null : { id: 'angle', label: 'Angle' },
    { id: 'norm', label: 'Norm' },
    card.truth !== null
      ? { id: 'position', label: 'Place on the feature' }
      : finite
        ? { id: 'position', label: 'Place in the data' }
        : null,
    { id: 'plain', label: 'One colour' },
  ];
  return options.filter((option) => option !== null);
}

/** The wanted colouring if the card has it, else by feature where several are, else by angle. */
export function chosenColoring(
  card: GroupCard,
  options: readonly ColoringOption[],
  wanted: ColoringId | null,
): ColoringId {
  const has = (id: ColoringId) => options.some((option) => option.id === id);
  if (wanted !== null && has(wanted)) return wanted;
  if (notableFeatures(card).length > 1) return 'feature';
  return has('angle') ? 'angle' : 'norm';
}

/** The figure's colouring for a choice. `color` is that of the model. */
export function coloringOf(card: GroupCard, id: ColoringId, color: string): CodeColoring {
  const { points, truth } = card;
  switch (id) {
    case 'feature': {
      const features = notableFeatures(card);
      const order = new Map(features.map((feature, index) => [feature, index]));
      const names = features.map((feature) => truth?.featureNames[feature] ?? String(feature));
      const none = features.length;
      const categories = Array.from(points.features ?? [], (f) => order.get(f) ?? none);
      if (categories.includes(none)) names.push('other');
      return { by: 'category', categories, names };
    }
    case 'angle':
      return { by: 'angle' };
    case 'norm':
      return { by: 'value', values: points.norms, name: 'norm' };
    case 'position':
      return truth === null
        ? { by: 'value', values: points.rowIds, name: 'row' }
        : {
            by: 'value',
            values: Float32Array.from({ length: points.count }, (_, point) =>
              at(truth.coordinates, 3 * point),
            ),
            name: 'first coordinate',
          };
    case 'plain':
      return { by: 'plain', color };
  }
}
