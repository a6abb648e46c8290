/**
 * How many threads the workgroups of a step's kernels have: arithmetic on shapes, shared by the passes of
 * training and of evaluation.
 */
import type { KernelVariant } from './layout';

/** Workgroup size for kernels that give every vec4 of a row a thread of its own. */
function columnThreads(d4: number): number {
  let threads = 8;
  while (threads < d4 && threads < 64) threads *= 2;
  return threads;
}

/** Workgroup size for kernels whose threads share the vec4s of one row and wait for each other. */
export function rowThreads(d4: number, variant: KernelVariant): number {
  return variant === 'tiled' ? columnThreads(d4) : 8;
}

/** Threads that make the dot products of a slot together: up to 16 vec4s, 256 bytes, of a row at a time. */
export function teamThreads(d4: number, variant: KernelVariant): number {
  if (variant !== 'tiled') return 1;
  return d4 <= 4 ? 4 : d4 <= 8 ? 8 : 16;
}
