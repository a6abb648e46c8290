/** The second move: a group whose directions fall into several components gives all but the largest to dead groups. */
import { at } from '../../base/array';
import { blockOf } from '../spectra';
import { componentsOf, squareMeans, squareProducts, type Component } from './components';
import type { Blocks, GroupAxes } from './group_axes';
import { multiply } from '../../base/linear_algebra';
import { balanced, type DirectionRow } from './rewrite';

/** Directions are joined above this: E[z_i² z_j²] / (E z_i² · E z_j²), 1 where they are independent given that the group fires. */
const JOINED_ABOVE = 0.25;

/** Components of the directions of one group, by falling energy. */
export function componentsOfGroup({ count, coordinates, firings }: GroupAxes): Component[] {
  const means = squareMeans(coordinates, count, firings);
  const squares = squareProducts(coordinates, count, firings);
  return componentsOf(
    means,
    (i, j) => at(squares, i * count + j) > JOINED_ABOVE * at(means, i) * at(means, j),
  );
}

/** Who gets which components of a group. */
export interface Unpacking {
  readonly group: number;
  readonly components: readonly Component[];
}

/**
 * The largest component stays; every other one goes to a group of `free` while there are any, by falling energy, and
 * the rest stays too.
 */
export function unpackingOf(
  group: number,
  components: readonly Component[],
  free: readonly number[],
): Unpacking[] {
  const others = components.slice(1);
  const moved = others.slice(0, free.length);
  return [
    { group, components: [...components.slice(0, 1), ...others.slice(free.length)] },
    ...moved.map((component, c) => ({ group: at(free, c), components: [component] })),
  ];
}

/** Rows of all directions of a group, [axes]: they compute together what its block computes, without what was left out. */
export function directionRows(model: Blocks, axes: GroupAxes): (DirectionRow | null)[] {
  const { rank, width } = model;
  const { group, count, fromCodes, fromAtoms } = axes;
  const encoder = multiply(fromCodes, blockOf(model.encoder, model, group), count, rank, width);
  const decoder = multiply(fromAtoms, blockOf(model.decoder, model, group), count, rank, width);
  const own = Float64Array.from(model.encoderBias.subarray(group * rank, (group + 1) * rank));
  const bias = multiply(fromCodes, own, count, rank, 1);
  return Array.from({ length: count }, (_, axis) =>
    balanced({
      encoder: encoder.slice(axis * width, (axis + 1) * width),
      bias: at(bias, axis),
      decoder: decoder.slice(axis * width, (axis + 1) * width),
    }),
  );
}
