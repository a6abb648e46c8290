/**
 * What the points of a group's code scatter can be coloured by, as far as the data know it, and which
 * of it says most at first sight. Knows no figure beyond the contract of its colouring.
 */
import { at } from '../../../base/array';
import { NO_GROUP } from '../../../analysis/types';
import type { GroupCard } from '../../../lab/protocol/protocol';
import type { CodeColoring } from '../../plots/code_view';
import { joinLabels } from '../../parts/join_labels';

export const coloringIds = ['feature', 'token', 'angle', 'norm', 'position', 'plain'] as const;
export type ColoringId = (typeof coloringIds)[number];

export interface ColoringOption {
  readonly id: ColoringId;
  readonly label: string;
}

/** Share of the points from which a feature or token is worth a colour, and most that get one. */
const NOTABLE = 0.03;
const COLORED = 8;

/** What each point belongs to: its feature, or what its token is called; null for points on no feature. */
function membersOf({ points, text }: GroupCard): readonly (string | number | null)[] {
  if (text !== null) return points.labels ?? [];
  return Array.from(points.features ?? [], (feature) => (feature === NO_GROUP ? null : feature));
}

/**
 * The features or tokens with enough points to be told apart by colour, most first. A group fires faintly on many
 * tokens, so tokens count by what is written on them, ‖D_kᵀp_k‖².
 */
function notable(card: GroupCard): readonly (string | number)[] {
  const { norms } = card.points;
  const weights = new Map<string | number, number>();
  let total = 0;
  membersOf(card).forEach((member, point) => {
    const weight = card.text === null ? 1 : at(norms, point) ** 2;
    total += weight;
    if (member !== null) weights.set(member, (weights.get(member) ?? 0) + weight);
  });
  return [...weights]
    .filter(([, weight]) => weight > NOTABLE * total)
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, COLORED)
    .map(([member]) => member);
}

/** What can be chosen for a card. `finite` data have an order of rows that means something. */
export function coloringOptions(card: GroupCard, finite: boolean): readonly ColoringOption[] {
  const options: (ColoringOption | null)[] = [
    card.truth === null ? null : { id: 'feature', label: 'Feature' },
    card.text === null ? null : { id: 'token', label: 'Token' },
    card.points.axes < 2 ? null : { id: 'angle', label: 'Angle' },
    { id: 'norm', label: 'Norm' },
    positionOption(card, finite),
    { id: 'plain', label: 'One colour' },
  ];
  return options.filter((option) => option !== null);
}

function positionOption(card: GroupCard, finite: boolean): ColoringOption | null {
  if (card.truth !== null) return { id: 'position', label: 'Place on the feature' };
  if (card.text !== null) return { id: 'position', label: 'Place in the text' };
  return finite ? { id: 'position', label: 'Place in the data' } : null;
}

/** The wanted colouring if the card has it, else by feature or token where several are, else by angle. */
export function chosenColoring(
  card: GroupCard,
  options: readonly ColoringOption[],
  wanted: ColoringId | null,
): ColoringId {
  const has = (id: ColoringId) => options.some((option) => option.id === id);
  if (wanted !== null && has(wanted)) return wanted;
  const members = card.text === null ? 'feature' : 'token';
  if (has(members) && notable(card).length > 1) return members;
  return has('angle') ? 'angle' : 'norm';
}

/** The figure's colouring for a choice. `color` is that of the model. */
export function coloringOf(card: GroupCard, id: ColoringId, color: string): CodeColoring {
  const { points, truth } = card;
  switch (id) {
    case 'feature':
    case 'token': {
      const members = notable(card);
      const order = new Map(members.map((member, index) => [member, index]));
      const names = members.map((member) =>
        typeof member === 'string'
          ? joinLabels([member])
          : (truth?.featureNames[member] ?? String(member)),
      );
      const none = members.length;
      const categories = membersOf(card).map((member) =>
        member === null ? none : (order.get(member) ?? none),
      );
      if (categories.includes(none)) names.push('other');
      return { by: 'category', categories, names, other: none };
    }
    case 'angle':
      return { by: 'angle' };
    case 'norm':
      return { by: 'value', values: points.norms, name: 'norm' };
    case 'position':
      if (truth !== null) {
        const first = Float32Array.from({ length: points.count }, (_, point) =>
          at(truth.coordinates, 3 * point),
        );
        return { by: 'value', values: first, name: 'first coordinate' };
      }
      return card.text === null
        ? { by: 'value', values: points.rowIds, name: 'row' }
        : { by: 'value', values: card.text.positions, name: 'place in the text' };
    case 'plain':
      return { by: 'plain', color };
  }
}
