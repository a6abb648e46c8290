/**
 * Uniform structs that TypeScript writes and WGSL reads, described once. All members are 4-byte
 * scalars, so WGSL's layout rules give member i the offset 4·i and nothing can drift apart.
 */
import { LabError } from '../base/lab_error';

export type UniformType = 'f32' | 'u32';

/** One uniform struct: `wgsl` declares it and binds it as `uniforms` at group 1, binding 0. */
export interface UniformLayout {
  readonly fields: readonly (readonly [name: string, type: UniformType])[];
  readonly byteLength: number;
  readonly wgsl: string;
}

/** Values of one uniform struct by member name. */
export type UniformValues = Readonly<Record<string, number>>;

/** Describes a uniform struct by its members in order. */
export function defineUniforms(
  fields: readonly (readonly [name: string, type: UniformType])[],
): UniformLayout {
  const members = fields.map(([name, type]) => `  ${name}: ${type},`).join('\n');
  return {
    fields,
    byteLength: Math.ceil((fields.length * 4) / 16) * 16,
    wgsl: `struct Uniforms {\n${members}\n}\n@group(1) @binding(0) var<uniform> uniforms: Uniforms;\n`,
  };
}

/** Writes one struct at `byteOffset`; every member must be given. */
export function writeUniforms(
  layout: UniformLayout,
  target: DataView,
  byteOffset: number,
  values: UniformValues,
): void {
  layout.fields.forEach(([name, type], index) => {
    const value = values[name];
    if (value === undefined) {
      throw new LabError('internal', `uniform "${name}" has no value`, 'Give it in the schedule.');
    }
    if (type === 'f32') target.setFloat32(byteOffset + index * 4, value, true);
    else target.setUint32(byteOffset + index * 4, value, true);
  });
}
