/**
 * A batch taken slice by slice. A gate that lets through whatever passes a threshold may switch on every unit of every
 * row: at the start of training half of them do. Lists for a whole batch of a wide model would take gigabytes, so that
 * beyond some places the rows are taken in slices, in a fixed order, over the same buffers, and their gradients added up.
 */
import { VIEW_ALIGNMENT, type BufferSpec, type BufferView, type Pass } from '../gpu/plan';
import type { Gate } from './architectures/architecture';
import type { ModelLayout } from './layout';

/** Places of the lists of a slice: about 100 MB of units, rows, codes and their gradients. */
const MOST_PLACES = 2 ** 22;
/** Rows of a slice are a multiple of these, so that what belongs to one begins where a binding may. */
const ROWS = 16;

/** Into how many slices of equal length a batch is cut; 1 for gates with a fixed number of codes. */
export function slicesOf(
  gate: Gate,
  { batch, main }: Pick<ModelLayout, 'batch' | 'main'>,
  most = MOST_PLACES,
): number {
  if (gate.kind !== 'threshold') return 1;
  let slices = 1;
  while (main.capacity / slices > most && batch % (2 * slices * ROWS) === 0) slices *= 2;
  return slices;
}

/** Buffers that hold something of every slice, with the numbers that belong to one. */
function whole(slice: ModelLayout): Readonly<Record<string, number>> {
  return {
    x: slice.batch * slice.d4 * 4,
    row_stats: slice.batch * 8,
    fired: Math.ceil(slice.firedLength / VIEW_ALIGNMENT) * VIEW_ALIGNMENT,
  };
}

export interface SlicedPasses {
  readonly passes: readonly Pass[];
  readonly views: readonly BufferView[];
}

/** The passes of one slice, once for every slice. */
export function slicedPasses(
  passes: readonly Pass[],
  slice: ModelLayout,
  slices: number,
): SlicedPasses {
  const parts = Object.entries(whole(slice));
  const indices = Array.from({ length: slices }, (_, index) => index);
  const nameOf = (buffer: string, index: number): string => `${buffer} ${index + 1}`;
  return {
    views: indices.flatMap((index) =>
      parts.map(([of, length]) => ({
        name: nameOf(of, index),
        of,
        first: index * length,
        length,
      })),
    ),
    passes: indices.flatMap((index) =>
      passes.map((pass) => ({
        ...pass,
        name: `${pass.name}, slice ${index + 1}`,
        bindings: Object.fromEntries(
          Object.entries(pass.bindings).map(([binding, buffer]) => [
            binding,
            parts.some(([of]) => of === buffer) ? nameOf(buffer, index) : buffer,
          ]),
        ),
      })),
    ),
  };
}

/** The buffers of a slice with those that hold something of every slice in their whole length. */
export function slicedBuffers(
  buffers: readonly BufferSpec[],
  slice: ModelLayout,
  slices: number,
): BufferSpec[] {
  const lengths = whole(slice);
  return buffers.map((buffer) => {
    const one = lengths[buffer.name];
    return one === undefined ? buffer : { ...buffer, length: slices * one };
  });
}
