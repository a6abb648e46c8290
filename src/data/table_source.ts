/**
 * A finite set of rows as a source of activations: word vectors, a file. The rows lie on the GPU once,
 * and a kernel gathers each batch in one of two orders. It knows nothing of where rows came from.
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import { RandomStream } from '../base/random';
import type { Plan } from '../gpu/plan';
import { batchBuffer } from './batch_buffer';
import { defineUniforms } from '../gpu/uniforms';
import { heldOutCount, heldOutRow, trainingRow } from './held_out_rows';
import { gatherRowsKernel } from './kernels';
import { padRows, vectorsPerRow } from '../base/padded_rows';
import { domainBits, epochPermutation, permuted } from './row_order';
import type { ReadySource, SourceRows, Split, StreamPlan } from './source';

/**
 * `shuffled`: a tenth of the rows is held out and every epoch permutes the rest anew. `sequential`: step
 * t takes rows t·B … t·B + B − 1 of the file, wrapping around, so that another program can replay the
 * batches; nothing is held out, and `held_out` reads all rows: its metrics are on training data.
 */
export type RowOrder = 'shuffled' | 'sequential';

export interface TableOptions {
  readonly label: string;
  readonly description: string;
  /** As in ActivationSource. */
  readonly warnings?: readonly string[];
  /** d. */
  readonly width: number;
  /** [rows, width]. */
  readonly values: Float32Array;
  readonly order: RowOrder;
  /** Seed of the shuffled order. */
  readonly seed: number;
  /** Text of each row. */
  readonly labels?: readonly string[];
}

const uniform = defineUniforms([
  ['seed', 'u32'],
  ['epoch', 'u32'],
  ['position', 'u32'],
]);

/** Rows one workgroup of the kernel copies. */
const ROWS_PER_GROUP = 8;

/** Opens rows as a source. Throws LabError `bad_data` when there are none or labels do not match. */
export function openTableSource(options: TableOptions): ReadySource {
  const { label, description, warnings = [], width, values, order, seed, labels } = options;
  if (values.length === 0) {
    throw new LabError('bad_data', `${label} holds no rows.`, 'Choose a file with data in it.');
  }
  const rows = values.length / width;
  if (labels !== undefined && labels.length !== rows) {
    throw new LabError(
      'bad_data',
      `${label} holds ${rows} rows, but ${labels.length} labels came with it.`,
      'Give one label for each row.',
    );
  }
  const heldOut = order === 'shuffled' ? heldOutCount(rows) : 0;
  const trainRows = rows - heldOut;

  /** File row of a place in the order of training, counted from the start over all epochs. */
  const rowAt = (place: number): number => {
    const position = place % trainRows;
    if (order === 'sequential') return position;
    const epoch = Math.floor(place / trainRows);
    const index = permuted(epochPermutation(trainRows, seed, epoch), position);
    return heldOut > 0 ? trainingRow(index) : index;
  };
  const take = (rowIds: Uint32Array): SourceRows => {
    const x = new Float32Array(rowIds.length * width);
    rowIds.forEach((row, i) => {
      x.set(values.subarray(row * width, (row + 1) * width), i * width);
    });
    return { count: rowIds.length, x, rowIds };
  };
  const size: Record<Split, number> = {
    train: trainRows,
    held_out: heldOut > 0 ? heldOut : rows,
    all: rows,
  };
  const rowOf: Record<Split, (index: number) => number> = {
    train: heldOut > 0 ? trainingRow : (index) => index,
    held_out: heldOut > 0 ? heldOutRow : (index) => index,
    all: (index) => index,
  };
  const source: ReadySource = {
    label,
    description,
    warnings,
    width,
    size,
    stream: (batchRows) => {
      const plan = tablePlan(options, rows, trainRows, heldOut > 0, batchRows);
      return {
        plan,
        output: 'x',
        uniforms: (batchIndex) => {
          const place = batchIndex * batchRows;
          return { seed, epoch: Math.floor(place / trainRows), position: place % trainRows };
        },
      } satisfies StreamPlan;
    },
    batch: (batchIndex, batchRows) =>
      take(Uint32Array.from({ length: batchRows }, (_, r) => rowAt(batchIndex * batchRows + r))),
    read: (split, start, count) => {
      const length = Math.max(0, Math.min(count, size[split] - start));
      return take(Uint32Array.from({ length }, (_, i) => rowOf[split](start + i)));
    },
  };
  return labels === undefined ? source : { ...source, labelOf: (rowId) => at(labels, rowId) };
}

function tablePlan(
  { label, width, values, order }: TableOptions,
  rows: number,
  trainRows: number,
  holdOut: boolean,
  batchRows: number,
): Plan {
  const vectors = vectorsPerRow(width);
  return {
    name: label,
    uniform,
    buffers: [
      {
        name: 'table',
        type: 'f32',
        length: rows * 4 * vectors,
        shape: `[${rows} rows, ${4 * vectors}]`,
        initial: padRows(values, width),
        wayOut: 'Give a file with fewer rows.',
      },
      batchBuffer(batchRows, vectors),
    ],
    imports: [],
    clears: [],
    passes: [
      {
        name: 'gather batch',
        kernel: gatherRowsKernel,
        bindings: { table: 'table', x: 'x' },
        constants: {
          BATCH_ROWS: batchRows,
          VECTORS: vectors,
          TRAIN_ROWS: trainRows,
          SHUFFLED: order === 'shuffled' ? 1 : 0,
          HOLD_OUT: holdOut ? 1 : 0,
          DOMAIN_BITS: domainBits(trainRows),
          ORDER_STREAM: RandomStream.rowOrder,
          HELD_OUT_STREAM: RandomStream.heldOutRows,
        },
        workgroups: [Math.ceil(batchRows / ROWS_PER_GROUP), 1, 1],
      },
    ],
  };
}
