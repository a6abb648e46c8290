/** What a point of a group's code scatter is called. */
import { NO_GROUP } from '../../../analysis/types';
import { at } from '../../../base/array';
import type { GroupCard } from '../../../lab/protocol/protocol';
import { formatFixed } from '../../plots/format';

/** Its word; else its feature and where on it, "sphere (0.31, −0.80, 0.51)"; else its row. */
export function pointLabel({ points, truth }: GroupCard, index: number): string {
  const label = points.labels?.[index];
  if (label !== undefined) return label;
  const feature = points.features?.[index] ?? NO_GROUP;
  if (truth === null || feature === NO_GROUP) return `row ${at(points.rowIds, index)}`;
  const place = Array.from(truth.coordinates.subarray(3 * index, 3 * index + 3));
  // Coordinates of a feature below three dimensions are padded with zeros.
  while (place.length > 1 && place.at(-1) === 0) place.pop();
  const numbers = place.map((coordinate) => formatFixed(coordinate, 2)).join(', ');
  return `${truth.featureNames[feature] ?? feature} (${numbers})`;
}
