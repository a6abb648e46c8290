/**
 * What WebGPU would refuse of a plan, worked out from the plan and its WGSL alone: dispatches, bindings, workgroup
 * memory and threads against the limits that every adapter has, and numbers against the 32 bits that kernels count
 * in. It needs no device.
 */
import { storageBindings } from '../../src/gpu/bindings';
import type { SizeLimits } from '../../src/gpu/buffers';
import type { Pass, Plan } from '../../src/gpu/plan';

/** WebGPU's default limits: what every adapter grants. Source: https://www.w3.org/TR/webgpu/#limits. */
export const DEFAULT_LIMITS = {
  maxBufferSize: 256 * 2 ** 20,
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxComputeWorkgroupsPerDimension: 65535,
} as const;
const STORAGE_BUFFERS = 8;
const WORKGROUP_BYTES = 16384;
const WORKGROUP_THREADS = 256;
const WORD = 2 ** 32;

/** Buffers that a device of these limits cannot bind, or a kernel cannot count through. */
export function bufferFaults(plan: Plan, limits: SizeLimits): string[] {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize, WORD - 1);
  return plan.buffers
    .filter(({ length }) => length * 4 > most)
    .map(({ name, length }) => `${plan.name}: "${name}" has ${length} elements`);
}

/** Everything else that a device would refuse, or that would wrap around. */
export function passFaults(plan: Plan): string[] {
  return plan.passes.flatMap((pass) =>
    faultsOf(pass).map((fault) => `${plan.name}, ${pass.name} (${pass.kernel.name}): ${fault}`),
  );
}

function faultsOf(pass: Pass): string[] {
  const faults: string[] = [];
  const { workgroups, constants, kernel } = pass;
  if (!workgroups.every((count) => Number.isInteger(count) && count >= 1 && count <= 65535)) {
    faults.push(`dispatches ${workgroups.join(' × ')} workgroups`);
  }
  if (workgroups[2] > 1 && !/place_(across|down)\(|group\.z/.test(kernel.source)) {
    faults.push('does not unfold its workgroups');
  }
  for (const [name, value] of Object.entries(constants)) {
    if (Number.isInteger(value) && value < WORD && value > -WORD) continue;
    if (Math.abs(value) < 1e9) continue;
    faults.push(`${name} is ${value}`);
  }
  const bindings = storageBindings(kernel).length;
  if (bindings > STORAGE_BUFFERS) faults.push(`binds ${bindings} storage buffers`);
  const { bytes, threads } = workgroupOf(pass);
  if (bytes > WORKGROUP_BYTES) faults.push(`uses ${bytes} bytes of workgroup memory`);
  if (!(threads >= 1 && threads <= WORKGROUP_THREADS)) faults.push(`has ${threads} threads`);
  return faults;
}

/** Bytes of WGSL types in an array, which is laid out by their strides. */
const STRIDES: Readonly<Record<string, number>> = {
  f32: 4,
  u32: 4,
  'atomic<u32>': 4,
  'vec2<f32>': 8,
  'vec2<u32>': 8,
  'vec3<f32>': 16,
  'vec4<f32>': 16,
};

/** Workgroup memory and threads of a pass, by its constants. */
function workgroupOf({ kernel, constants }: Pass): { bytes: number; threads: number } {
  const source = kernel.source.replaceAll(/\/\/.*/g, '');
  const known = new Map(Object.entries(constants));
  for (const [, name = '', expression = ''] of source.matchAll(
    /\b(?:override|const)\s+(\w+)(?:\s*:\s*\w+)?\s*=\s*([\w\s+*/|%()-]+);/g,
  )) {
    known.set(name, valueOf(expression, known));
  }
  let bytes = 0;
  for (const [, type = ''] of source.matchAll(/var<workgroup>\s*\w+\s*:\s*([^;]+);/g)) {
    const [, element = type, count = '1'] = /^array<(.+),([^,]+)>$/.exec(type.trim()) ?? [];
    const stride = STRIDES[element.trim()];
    if (stride === undefined) throw new RangeError(`${kernel.name} has a type ${element}`);
    bytes += Math.ceil((stride * valueOf(count, known)) / 16) * 16;
  }
  const [, size = ''] = /@workgroup_size\(([^)]+)\)/.exec(source) ?? [];
  const threads = size.split(',').reduce((product, side) => product * valueOf(side, known), 1);
  return { bytes, threads };
}

/** Operators of WGSL's constant expressions, the weakest first. */
const OPERATORS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '|': (a, b) => (a | b) >>> 0 },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => Math.floor(a / b), '%': (a, b) => a % b },
];

/** The value of an expression of whole numbers; NaN for what is none. */
function valueOf(expression: string, known: ReadonlyMap<string, number>): number {
  const words = expression.match(/\w+|[()+*/|%-]/g) ?? [];
  const level = (depth: number): number => {
    const operators = OPERATORS[depth];
    if (operators === undefined) return term();
    let value = level(depth + 1);
    for (let apply = operators[words[0] ?? '']; apply !== undefined;) {
      words.shift();
      value = apply(value, level(depth + 1));
      apply = operators[words[0] ?? ''];
    }
    return value;
  };
  const term = (): number => {
    const word = words.shift() ?? '';
    if (word !== '(') return known.get(word) ?? Number.parseFloat(word);
    const value = level(0);
    words.shift();
    return value;
  };
  return level(0);
}
