/**
 * Blocks written anew from directions, and what becomes of the state of the optimiser. Rows that no direction takes
 * get a little noise, the same in encoder and decoder, so that training can find a use for them.
 */
import { at } from '../../base/array';
import { RandomDraws, RandomStream } from '../../base/random';
import type { Blocks } from './group_axes';
import type { MovedModel } from './types';

/** Standard deviation of a number of an unused row. */
const NOISE = 1e-3;
/** A direction with a shorter encoder row is left out: what it writes hangs on no input. */
const LEAST_ENCODER = 1e-12;

/** One row of a block. */
export interface DirectionRow {
  /** [d]. */
  readonly encoder: Float64Array;
  readonly bias: number;
  /** [d]. */
  readonly decoder: Float64Array;
}

/** The row of a direction with ‖encoder‖ shared evenly between both sides; null for one that is left out. */
export function balanced({ encoder, bias, decoder }: DirectionRow): DirectionRow | null {
  const length = Math.sqrt(encoder.reduce((sum, value) => sum + value * value, 0));
  if (length < LEAST_ENCODER) return null;
  const root = Math.sqrt(length);
  return {
    encoder: encoder.map((value) => value / root),
    bias: bias / root,
    decoder: decoder.map((value) => value * root),
  };
}

/** Names the noise of unused rows. */
export interface NoiseKey {
  readonly seed: number;
  readonly step: number;
}

/** Writes at most r directions into a block, and noise into what is left of it. */
export function writeBlock(
  model: Blocks,
  group: number,
  directions: readonly DirectionRow[],
  { seed, step }: NoiseKey,
): void {
  const { rank, width, encoder, decoder, encoderBias } = model;
  for (let i = 0; i < rank; i++) {
    const column = group * rank + i;
    const direction = directions[i];
    const draws = new RandomDraws(seed, RandomStream.moves, step, column);
    const noise = (): Float64Array =>
      Float64Array.from({ length: width }, (_, c) => NOISE * draws.normal(c));
    const own = direction ?? { encoder: noise(), bias: 0, decoder: noise() };
    encoder.set(own.encoder, column * width);
    decoder.set(own.decoder, column * width);
    encoderBias[column] = own.bias;
  }
}

/** Puts the weights of groups back as they were when this was called. */
export function rememberBlocks(model: Blocks, groups: readonly number[]): () => void {
  const { rank, width } = model;
  const parts = groups.flatMap((group) =>
    [
      { array: model.encoder, size: rank * width },
      { array: model.decoder, size: rank * width },
      { array: model.encoderBias, size: rank },
    ].map(({ array, size }) => ({
      array,
      start: group * size,
      values: array.slice(group * size, (group + 1) * size),
    })),
  );
  return () => {
    for (const { array, start, values } of parts) array.set(values, start);
  };
}

/**
 * The optimiser's state of rewritten groups: first moments 0; second moments the mean over the source blocks, of
 * encoder and decoder each for itself; both 0 for biases. No gradient is known for rows that are new.
 */
export function restartMoments(
  { rank, width, firstMoment, secondMoment }: MovedModel,
  sources: readonly number[],
  targets: readonly number[],
): void {
  const size = rank * width;
  for (const name of ['encoder', 'decoder'] as const) {
    let sum = 0;
    for (const group of sources) {
      for (let i = group * size; i < (group + 1) * size; i++) sum += at(secondMoment[name], i);
    }
    const mean = sum / (sources.length * size);
    for (const group of targets) {
      firstMoment[name].fill(0, group * size, (group + 1) * size);
      secondMoment[name].fill(mean, group * size, (group + 1) * size);
    }
  }
  for (const group of targets) {
    firstMoment.encoderBias.fill(0, group * rank, (group + 1) * rank);
    secondMoment.encoderBias.fill(0, group * rank, (group + 1) * rank);
  }
}
