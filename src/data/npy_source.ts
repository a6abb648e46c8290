/**
 * Rows that a person brings, already parsed from their file, as a source of activations. Refuses data
 * that is not finite, saying how much of it and where it begins.
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import { HELD_OUT_EVERY } from './held_out_rows';
import type { ReadySource } from './source';
import { nothingHeldOut } from './split_warning';
import { openTableSource, type RowOrder } from './table_source';

/** A matrix as a file's parser gives it. */
export interface MatrixFile {
  readonly rows: number;
  readonly width: number;
  /** [rows, width]. */
  readonly values: Float32Array;
  /** One text for each row. */
  readonly labels?: readonly string[];
}

/**
 * Opens a person's matrix. `name` is what they call it. Throws LabError `bad_data` when it holds NaN or
 * infinite values, no rows, or labels that do not match.
 */
export function openMatrixSource(
  matrix: MatrixFile,
  name: string,
  order: RowOrder,
  seed: number,
): ReadySource {
  requireFinite(matrix, name);
  const held = order === 'shuffled' && matrix.rows >= HELD_OUT_EVERY;
  const heldOut = held ? 'a tenth held out' : 'none held out: metrics are on training data';
  const reason =
    order === 'sequential'
      ? 'its rows are read in order. Set data.order to shuffled.'
      : `it has fewer than ${HELD_OUT_EVERY} rows. Give more.`;
  return openTableSource({
    label: name,
    description: `${matrix.rows} rows of ${matrix.width} dimensions, ${heldOut}`,
    warnings: held ? [] : [`${nothingHeldOut(name)}: ${reason}`],
    width: matrix.width,
    values: matrix.values,
    order,
    seed,
    ...(matrix.labels === undefined ? {} : { labels: matrix.labels }),
  });
}

function requireFinite({ values, width }: MatrixFile, name: string): void {
  let nans = 0;
  let infinities = 0;
  let first = -1;
  for (let i = 0; i < values.length; i += 1) {
    const value = at(values, i);
    if (Number.isFinite(value)) continue;
    if (first < 0) first = i;
    if (Number.isNaN(value)) nans += 1;
    else infinities += 1;
  }
  if (first < 0) return;
  throw new LabError(
    'bad_data',
    `${name} holds ${nans} NaN and ${infinities} infinite values; the first is in row ${Math.floor(first / width)}, column ${first % width} (counted from 0).`,
    'Remove those rows or mend them, and load the file again.',
  );
}
