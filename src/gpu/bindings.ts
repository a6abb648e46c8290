/**
 * Reads a kernel's storage bindings off its WGSL, so that the shader's own declarations are the only
 * description of what it reads and writes.
 */
import { LabError } from '../base/lab_error';
import type { ElementType, Kernel } from './plan';

export interface StorageBinding {
  readonly name: string;
  readonly index: number;
  readonly access: 'read' | 'read_write';
  readonly type: ElementType;
}

const declaration =
  /@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*(read|read_write)>\s*(\w+)\s*:\s*array<\s*(?:atomic<|vec[24]<)?\s*(f32|u32)/g;

/** Storage bindings of a kernel at group 0, in binding order. */
export function storageBindings(kernel: Kernel): StorageBinding[] {
  const found: StorageBinding[] = [];
  for (const match of kernel.source.matchAll(declaration)) {
    const [, index, access, name, type] = match;
    if (index === undefined || name === undefined) continue;
    found.push({
      name,
      index: Number(index),
      access: access === 'read' ? 'read' : 'read_write',
      type: type === 'u32' ? 'u32' : 'f32',
    });
  }
  if (found.length === 0) {
    throw new LabError('internal', `kernel ${kernel.name} declares no storage binding`, 'Fix it.');
  }
  return found.sort((a, b) => a.index - b.index);
}
