/**
 * A unit of GPU work as data: which buffers exist and which kernels run over them in which order.
 * Executors, the profiler, the memory estimate and the page that draws a step all read this one
 * description. It knows no SAE: names and meanings come from whoever makes the plan.
 */
import type { UniformLayout } from './uniforms';

export type ElementType = 'f32' | 'u32';

/** A WGSL kernel. Its storage bindings are read off the source, which stays the single description. */
export interface Kernel {
  readonly name: string;
  /** WGSL text with one entry point `main`, without the uniform struct (the plan's layout adds it). */
  readonly source: string;
  /** Language extensions that the source needs; the device must have the features of these names. */
  readonly enables?: readonly 'subgroups'[];
}

/** One storage buffer, owned by the plan that lists it. */
export interface BufferSpec {
  readonly name: string;
  readonly type: ElementType;
  /** Number of 4-byte elements. */
  readonly length: number;
  /** What it holds: shape and unit, for the memory table and the reader. */
  readonly shape: string;
  /** Contents at start; zeros when absent. */
  readonly initial?: Float32Array | Uint32Array;
  /** What makes this buffer smaller, as a sentence, where it is not the size of the model or the batch. */
  readonly wayOut?: string;
}

/** A part of a buffer under a name of its own, for passes that see no more of it. */
export interface BufferView {
  readonly name: string;
  /** A buffer of the plan or one of its imports. */
  readonly of: string;
  /** First element, a multiple of VIEW_ALIGNMENT, and number of elements. */
  readonly first: number;
  readonly length: number;
}

/** Bindings begin at multiples of 256 bytes on every adapter. */
export const VIEW_ALIGNMENT = 64;

/** One dispatch. */
export interface Pass {
  readonly name: string;
  readonly kernel: Kernel;
  /** Binding name in the WGSL → buffer name in the plan (or among its imports). */
  readonly bindings: Readonly<Record<string, string>>;
  /** Values of the kernel's `override` constants. */
  readonly constants: Readonly<Record<string, number>>;
  readonly workgroups: readonly [number, number, number];
  /** Runs only on steps whose metrics are read. */
  readonly onlyWhenLogging?: boolean;
}

/** Passes over named buffers. Buffers in `clears` are zeroed before the first pass of every run. */
export interface Plan {
  readonly name: string;
  readonly uniform: UniformLayout;
  readonly buffers: readonly BufferSpec[];
  /** Names of buffers that belong to somebody else and are given to the executor. */
  readonly imports: readonly string[];
  readonly clears: readonly string[];
  readonly views?: readonly BufferView[];
  readonly passes: readonly Pass[];
}

/** Bytes of all buffers the plan owns. */
export function planBytes(plan: Pick<Plan, 'buffers'>): number {
  return plan.buffers.reduce((sum, buffer) => sum + buffer.length * 4, 0);
}
