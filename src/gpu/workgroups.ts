/**
 * How many workgroups a dispatch has, and how a workgroup finds out which one it is: arithmetic that every list
 * of passes and every kernel shares. WebGPU allows 65 535 workgroups in each dimension; a longer list is folded
 * into z, here and nowhere else.
 */

/** Workgroups of a list that lie in one line of its dimension. */
const LINE = 32768;

/** Workgroups of large tiles that keep a large GPU busy. */
export const FULL_GPU = 256;

type Workgroups = [number, number, number];

/** `count` workgroups, at least one, in x and folded into z, each of them `down` times in y: `place_across`. */
export function across(count: number, down = 1): Workgroups {
  return [Math.max(1, Math.min(count, LINE)), down, linesOf(count)];
}

/** The same in y, each of them `wide` times in x: `place_down`. */
export function down(wide: number, count: number): Workgroups {
  return [wide, Math.max(1, Math.min(count, LINE)), linesOf(count)];
}

/** Workgroups of 64 threads that cover `threads` threads. */
export function spread(threads: number): Workgroups {
  return across(Math.ceil(threads / 64));
}

function linesOf(count: number): number {
  return Math.max(1, Math.ceil(count / LINE));
}

/**
 * WGSL that stands before every kernel. The last line of a folded list may be longer than what is left of it, so
 * a kernel asks whether its place exists.
 */
export const workgroupsWgsl = `
fn place_across(group: vec3<u32>) -> u32 { return group.z * ${LINE}u + group.x; }
fn place_down(group: vec3<u32>) -> u32 { return group.z * ${LINE}u + group.y; }
`;
