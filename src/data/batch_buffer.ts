/** Where every source puts its batch for the models of a run to read. */
import type { BufferSpec } from '../gpu/plan';

/** `x`: [batchRows, 4·vectors]. */
export function batchBuffer(batchRows: number, vectors: number): BufferSpec {
  return {
    name: 'x',
    type: 'f32',
    length: batchRows * 4 * vectors,
    shape: `[${batchRows} rows, ${4 * vectors}]`,
  };
}
