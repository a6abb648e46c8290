/**
 * A random training step on the reference executor: buffers widened to float64, imports included.
 */
import { allocateReference, type ReferenceBuffers } from '../../../src/sae/reference/executor';
import type { RandomStep } from './random_step';

/** Buffers of the step's plan with its random contents. */
export function referenceBuffers(step: RandomStep): ReferenceBuffers {
  const buffers = allocateReference(step.plan);
  for (const [name, values] of step.contents) {
    buffers.set(name, values instanceof Uint32Array ? values.slice() : Float64Array.from(values));
  }
  return buffers;
}

/** A float buffer by name. */
export function floatsOf(buffers: ReferenceBuffers, name: string): Float64Array {
  const buffer = buffers.get(name);
  if (!(buffer instanceof Float64Array)) throw new RangeError(`no float buffer ${name}`);
  return buffer;
}

/** A u32 buffer by name. */
export function wordsOf(buffers: ReferenceBuffers, name: string): Uint32Array {
  const buffer = buffers.get(name);
  if (!(buffer instanceof Uint32Array)) throw new RangeError(`no u32 buffer ${name}`);
  return buffer;
}
