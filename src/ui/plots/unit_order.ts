/**
 * In which order units take the slots of the palette where models are named by colour too: no slot that somebody
 * could take for a model of the run, and first those that every eye tells apart in both themes. The order depends
 * on the number of models alone, so that all pages agree. Must not know which units there are.
 */
import { at, largest, smallest } from '../../base/array';
import { oklabDistance, seenBy, type Triple } from './color_space';
import { MODEL_COLORS, MODELS, UNIT_COLORS, unitColor, type Theme } from './palette';

const THEMES: readonly Theme[] = ['light', 'dark'];

/** Least distance in OKLab from a model's colour: five times what is just noticeable. */
const BESIDE_MODELS = 0.1;
/** Least distance between the first slots, to any eye: three times what is just noticeable. */
const APART = 0.06;

/** A colour as it is seen in both themes: [theme][eye]. */
type Seen = readonly (readonly Triple[])[];

/** The slot at a place (0 …) of the order beside `models` models. */
export function slotAt(place: number, models: number): number {
  const order = orderBeside(Math.min(models, MODEL_COLORS));
  while (order.slots.length <= place) {
    if (order.apart(order.next)) order.slots.push(order.next);
    order.next++;
  }
  return at(order.slots, place);
}

/** How many places at the front of the order hold colours that every eye tells apart. */
export function clearPlaces(models: number): number {
  return orderBeside(Math.min(models, MODEL_COLORS)).clear;
}

interface Order {
  /** Grows as later places are asked for. */
  readonly slots: number[];
  /** The slot that is looked at next. */
  next: number;
  readonly clear: number;
  readonly apart: (slot: number) => boolean;
}

const orders = new Map<number, Order>();

function orderBeside(models: number): Order {
  const known = orders.get(models);
  if (known !== undefined) return known;
  const named = Array.from({ length: models }, (_, index) =>
    seen((theme) => at(MODELS[theme], index)),
  );
  const apart = (slot: number): boolean => {
    const color = seen((theme) => unitColor(slot, theme));
    return named.every((model) => nearest(color, model, [0]) >= BESIDE_MODELS);
  };
  const rest = Array.from({ length: UNIT_COLORS }, (_, slot) => slot)
    .filter(apart)
    .map((slot) => ({ slot, color: seen((theme) => unitColor(slot, theme)) }));
  // Farthest-point sampling: next comes whatever is farthest, to the eye that sees it nearest, from all units before
  // it and from the models; these count half, because a name stands beside their colour.
  const slots: number[] = [];
  let clear = 0;
  const fromModels = rest.map(({ color }) => smallest(named.map((model) => nearest(color, model))));
  const fromUnits = rest.map(() => Infinity);
  while (rest.length > 0) {
    const room = fromUnits.map((distance, index) => Math.min(distance, 2 * at(fromModels, index)));
    const best = room.indexOf(largest(room));
    const { slot, color } = at(rest, best);
    if (clear === slots.length && at(fromUnits, best) >= APART) clear++;
    slots.push(slot);
    for (const list of [rest, fromModels, fromUnits]) list.splice(best, 1);
    rest.forEach((other, index) => {
      fromUnits[index] = Math.min(at(fromUnits, index), nearest(other.color, color));
    });
  }
  const order = { slots, next: UNIT_COLORS, clear, apart };
  orders.set(models, order);
  return order;
}

function seen(colorIn: (theme: Theme) => string): Seen {
  return THEMES.map((theme) => seenBy(colorIn(theme)));
}

/** The least distance of two colours over both themes and the given eyes (0: normal), all when omitted. */
function nearest(a: Seen, b: Seen, eyes?: readonly number[]): number {
  let least = Infinity;
  a.forEach((views, theme) => {
    views.forEach((view, eye) => {
      if (eyes !== undefined && !eyes.includes(eye)) return;
      least = Math.min(least, oklabDistance(view, at(at(b, theme), eye)));
    });
  });
  return least;
}
