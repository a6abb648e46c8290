/**
 * A random training step on the float64 executor: buffers widened to float64, imports included.
 */
import { allocateTwin, type TwinBuffers } from '../../../src/sae/twin/executor';
import type { RandomStep } from './random_step';

/** Buffers of the step's plan with its random contents. */
export function twinBuffers(step: RandomStep): TwinBuffers {
  const buffers = allocateTwin(step.plan);
  for (const [name, values] of step.contents) {
    buffers.set(name, values instanceof Uint32Array ? values.slice() : Float64Array.from(values));
  }
  return buffers;
}

/** A float buffer by name. */
export function floatsOf(buffers: TwinBuffers, name: string): Float64Array {
  const buffer = buffers.get(name);
  if (!(buffer instanceof Float64Array)) throw new RangeError(`no float buffer ${name}`);
  return buffer;
}

/** A u32 buffer by name. */
export function wordsOf(buffers: TwinBuffers, name: string): Uint32Array {
  const buffer = buffers.get(name);
  if (!(buffer instanceof Uint32Array)) throw new RangeError(`no u32 buffer ${name}`);
  return buffer;
}
