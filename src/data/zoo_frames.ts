/**
 * Where synthetic features live: an orthonormal frame V_i for each, drawn from the seed. Computed once,
 * in float64, when a data set is opened.
 */
import { at, largest } from '../base/array';
import { RandomDraws, RandomStream } from '../base/random';

/** First draw of the coordinates in the shared subspace; the own direction's draws end before it. */
const SHARED_DRAWS = 1 << 20;

/**
 * Frames of features of the given dimensions, one after the other: [Σ dimensions, width], the rows of
 * each feature orthonormal. A frame row starts as √(1−c)·g/√d + √c·Sᵀa/√d_S with g and a standard
 * normal, S the orthonormal basis [d_S, width] of the shared subspace and c the coherence, and is then
 * made orthonormal to the rows before it in its feature. With c = 0 that is a uniformly random frame.
 */
export function drawFrames(
  dimensions: readonly number[],
  width: number,
  coherence: number,
  seed: number,
): Float32Array {
  const shared = sharedSubspace(Math.min(width, 2 * largest(dimensions)), width, seed);
  const total = dimensions.reduce((sum, dimension) => sum + dimension, 0);
  const frames = new Float32Array(total * width);
  let firstRow = 0;
  dimensions.forEach((dimension, feature) => {
    const rows = Array.from({ length: dimension }, (_, k) => {
      const draws = new RandomDraws(seed, RandomStream.featureFrames, feature + 1, k);
      const row = gaussian(draws, 0, width, Math.sqrt((1 - coherence) / width));
      if (coherence > 0) {
        const weights = gaussian(
          draws,
          SHARED_DRAWS,
          shared.length,
          Math.sqrt(coherence / shared.length),
        );
        shared.forEach((direction, m) => addScaled(row, direction, at(weights, m)));
      }
      return row;
    });
    orthonormalise(rows);
    rows.forEach((row, k) => frames.set(row, (firstRow + k) * width));
    firstRow += dimension;
  });
  return frames;
}

function sharedSubspace(dimension: number, width: number, seed: number): Float64Array[] {
  const rows = Array.from({ length: dimension }, (_, m) =>
    gaussian(new RandomDraws(seed, RandomStream.featureFrames, 0, m), 0, width, 1),
  );
  orthonormalise(rows);
  return rows;
}

function gaussian(
  draws: RandomDraws,
  firstDraw: number,
  count: number,
  scale: number,
): Float64Array {
  return Float64Array.from({ length: count }, (_, j) => scale * draws.normal(firstDraw + j));
}

/** Gram–Schmidt, twice over, which leaves only rounding errors ("twice is enough", Kahan). */
function orthonormalise(rows: readonly Float64Array[]): void {
  rows.forEach((row, k) => {
    for (let round = 0; round < 2; round += 1) {
      for (const earlier of rows.slice(0, k)) addScaled(row, earlier, -dot(row, earlier));
      const norm = Math.sqrt(dot(row, row));
      row.forEach((value, j) => {
        row[j] = value / norm;
      });
    }
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j += 1) sum += at(a, j) * at(b, j);
  return sum;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let j = 0; j < target.length; j += 1) target[j] = at(target, j) + factor * at(source, j);
}
