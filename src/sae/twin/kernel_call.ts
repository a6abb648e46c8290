/**
 * What a kernel of the float64 executor is given: the same binding names, `override` constants and
 * uniforms as its WGSL twin, over float64 (or u32) arrays. This is the whole seam between the list of
 * passes and the formulas; it knows neither plans nor kernels.
 */
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import type { Parts } from '../parts';

/** Contents of one buffer: float32 buffers are held in float64. */
export type TwinBuffer = Float64Array | Uint32Array;

/** One invocation of a reference kernel. Accessors throw LabError `internal` for a name that is not there. */
export class KernelCall {
  constructor(
    private readonly bindings: Readonly<Record<string, TwinBuffer>>,
    private readonly constants: Readonly<Record<string, number>>,
    private readonly uniforms: Readonly<Record<string, number>>,
    private readonly parts: Parts,
  ) {}

  /** A bound float buffer. */
  floats(name: string): Float64Array {
    const buffer = this.bindings[name];
    if (buffer instanceof Float64Array) return buffer;
    throw missing('float buffer', name);
  }

  /** A bound u32 buffer. */
  words(name: string): Uint32Array {
    const buffer = this.bindings[name];
    if (buffer instanceof Uint32Array) return buffer;
    throw missing('u32 buffer', name);
  }

  /** An `override` constant. */
  constant(name: string): number {
    const value = this.constants[name];
    if (value === undefined) throw missing('constant', name);
    return value;
  }

  /** A boolean `override` constant. */
  flag(name: string): boolean {
    return this.constant(name) !== 0;
  }

  /** Whether the kernel leaves something open to such a part. */
  completedBy(name: keyof Parts): boolean {
    return this.parts[name] !== undefined;
  }

  /** A part that completes the kernel. */
  part<K extends keyof Parts>(name: K): NonNullable<Parts[K]> {
    const part = this.parts[name];
    if (part === undefined) throw missing('part', name);
    return part;
  }

  uniform(name: string): number {
    const value = this.uniforms[name];
    if (value === undefined) throw missing('uniform', name);
    return value;
  }
}

/** Places of a row: from `first` to before `end`. */
export interface RowPlaces {
  readonly first: number;
  readonly end: number;
}

/** Where the places of every row of the batch lie, as the kernel's part says. */
export function rowPlaces(call: KernelCall): RowPlaces[] {
  const ragged = call.part('places').ragged;
  return Array.from({ length: call.constant('B') }, (_, row): RowPlaces => {
    if (!ragged) return fixedPlaces(row, call.constant('SLOTS'));
    const start = call.constant('ROW_START_OFFSET') + row;
    const words = call.words('active_units');
    return { first: at(words, start), end: at(words, start + 1) };
  });
}

/** Where they lie when every row has `slots` of them. */
export function fixedPlaces(row: number, slots: number): RowPlaces {
  return { first: row * slots, end: (row + 1) * slots };
}

/** The float64 twin of a WGSL kernel: writes the same elements of the same bindings. */
export type TwinKernel = (call: KernelCall) => void;

/** What the GPU writes into slots that no unit won. */
export const NO_UNIT = 0xffffffff;

function missing(kind: string, name: string): LabError {
  return new LabError('internal', `a float64 twin misses the ${kind} "${name}"`, 'Fix the plan.');
}
