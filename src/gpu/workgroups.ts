/** How many workgroups a dispatch has: arithmetic that every list of passes shares. */

/** Dispatches in x of kernels with many workgroups; the rest goes to y or z. WebGPU allows 65 535 in each. */
export const ACROSS = 32768;

/** Workgroups of large tiles that keep a large GPU busy. */
export const FULL_GPU = 256;

/** `count` workgroups over two dimensions, at least one. */
export function across(count: number): [number, number, number] {
  return [Math.max(1, Math.min(count, ACROSS)), Math.max(1, Math.ceil(count / ACROSS)), 1];
}

/** Workgroups of 64 threads that cover `threads` threads, over two dimensions. */
export function spread(threads: number): [number, number, number] {
  return across(Math.ceil(threads / 64));
}
