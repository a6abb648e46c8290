/**
 * Rows of a synthetic data set on the CPU, with their ground truth: the twin of
 * shaders/make_zoo_batch.wgsl. Which features are present, and every random bit, agree exactly; values
 * agree to a few roundings.
 *
 * Draws of a row (in blocks of four, see src/base/random.ts):
 *   block 0 …               which roots are present
 *   block 2¹⁵ + ⌊i / 4⌋      whether child i is present, given its parent
 *   block 2¹⁶ + 8i …        scale and point of feature i
 *   block 2²⁴ + ⌊j / 4⌋      noise of dimension j
 */
import { at } from '../base/array';
import { drawBelow, RandomDraws, type RandomStream } from '../base/random';
import type { SourceRows } from './source';
import type { Zoo } from './zoo';
import { drawShape, MAX_FEATURE_DIMENSION, SHAPE_DRAWS } from './zoo_shapes';

const CHILD_DRAWS = 4 * 2 ** 15;
const FEATURE_DRAWS = 4 * 2 ** 16;
const DRAWS_PER_FEATURE = 4 * 8;
const NOISE_DRAWS = 4 * 2 ** 24;

/** Empty slot of `SourceTruth.present`. */
const NO_FEATURE = 0xffffffff;

/** Where rows come from: a batch of training or the held-out sequence. */
export interface RowAddress {
  readonly stream: typeof RandomStream.syntheticTrain | typeof RandomStream.syntheticHeldOut;
  readonly step: number;
  readonly firstRow: number;
}

/**
 * Rows firstRow … firstRow + count − 1 of one (stream, step), with truth. `rowIds` number the samples
 * from `firstRowId`, modulo 2³².
 */
export function makeZooRows(
  zoo: Zoo,
  address: RowAddress,
  count: number,
  firstRowId: number,
): SourceRows {
  const { width, maxActive, coordinateStride } = zoo;
  const x = new Float32Array(count * width);
  const rowIds = new Uint32Array(count);
  const present = new Uint32Array(count * maxActive).fill(NO_FEATURE);
  const coordinates = new Float32Array(count * maxActive * coordinateStride);
  const point = new Float64Array(MAX_FEATURE_DIMENSION);
  const sum = new Float64Array(width);
  for (let row = 0; row < count; row += 1) {
    const draws = new RandomDraws(zoo.seed, address.stream, address.step, address.firstRow + row);
    rowIds[row] = firstRowId + row;
    for (let j = 0; j < width; j += 1) {
      sum[j] = zoo.noiseStd === 0 ? 0 : zoo.noiseStd * draws.normal(NOISE_DRAWS + j);
    }
    choosePresent(zoo, draws).forEach((index, slot) => {
      const feature = at(zoo.features, index);
      const firstDraw = FEATURE_DRAWS + DRAWS_PER_FEATURE * index;
      const [low, high] = feature.scale;
      const scale = low + (high - low) * draws.uniform(firstDraw + SHAPE_DRAWS.scale);
      drawShape(feature.kind, feature.parameter, draws, firstDraw, point);
      present[row * maxActive + slot] = index;
      for (let k = 0; k < feature.dimension; k += 1) {
        const coordinate = scale * at(point, k);
        coordinates[(row * maxActive + slot) * coordinateStride + k] = coordinate;
        addScaled(sum, coordinate, feature.frame, k * width);
      }
    });
    x.set(sum, row * width);
  }
  return {
    count,
    x,
    rowIds,
    truth: { features: zoo.features, maxActive, present, coordinates, coordinateStride },
  };
}

/** Adds factor · direction[start …] to `sum`. Most of the time of making rows is spent here. */
function addScaled(
  sum: Float64Array,
  factor: number,
  direction: Float32Array,
  start: number,
): void {
  for (let j = 0; j < sum.length; j += 1) {
    sum[j] = (sum[j] ?? 0) + factor * (direction[start + j] ?? 0);
  }
}

/** Indices of the features that are present: roots in the order drawn, then children ascending. */
function choosePresent(zoo: Zoo, draws: RandomDraws): number[] {
  const chosen: number[] = [];
  if (zoo.exactly === null) {
    for (let index = 0; index < zoo.roots; index += 1) {
      if (isPresent(draws, index, at(zoo.features, index).probability)) chosen.push(index);
    }
  } else {
    // Floyd's algorithm: every subset of this size is equally likely.
    let nextDraw = 0;
    for (let last = zoo.roots - zoo.exactly; last < zoo.roots; last += 1) {
      const draw = drawBelow(draws, nextDraw, last + 1);
      nextDraw = draw.nextDraw;
      chosen.push(chosen.includes(draw.value) ? last : draw.value);
    }
  }
  for (let index = zoo.roots; index < zoo.features.length; index += 1) {
    const { parent, probability } = at(zoo.features, index);
    if (parent === null || !chosen.includes(parent)) continue;
    if (isPresent(draws, CHILD_DRAWS + index, probability)) chosen.push(index);
  }
  return chosen;
}

function isPresent(draws: RandomDraws, draw: number, probability: number): boolean {
  return draws.u32(draw) >>> 8 < presenceThreshold(probability);
}

/** A probability on the grid of 24-bit draws; 1 is certain. */
export function presenceThreshold(probability: number): number {
  return Math.round(probability * 2 ** 24);
}
