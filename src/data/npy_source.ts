/**
 * Rows that a person brings, already parsed from their file, as a source of activations. Refuses data
 * that is not finite, saying how much of it and where it begins, and data whose squares float32 cannot hold.
 */
import { refuseNotFinite } from '../base/finite';
import { HELD_OUT_EVERY } from './held_out_rows';
import { largestOf, refuseMagnitude } from './magnitude';
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
 * infinite values, values whose squares leave float32, no rows, or labels that do not match.
 */
export function openMatrixSource(
  matrix: MatrixFile,
  name: string,
  order: RowOrder,
  seed: number,
): ReadySource {
  const { values, width } = matrix;
  refuseNotFinite(values, [matrix.rows, width], {
    code: 'bad_data',
    subject: name,
    wayOut: 'Remove or repair those rows, and load the file again.',
  });
  refuseMagnitude(largestOf(values), width, name);
  const held = order === 'shuffled' && matrix.rows >= HELD_OUT_EVERY;
  const heldOut = held ? 'a tenth held out' : 'none held out: metrics are on training data';
  // Who reads rows in order has asked for it; the description says what it means.
  const few = order === 'shuffled' && !held;
  return openTableSource({
    label: name,
    description: `${matrix.rows} rows of ${width} dimensions, ${heldOut}`,
    warnings: few
      ? [`${nothingHeldOut(name)}: it has fewer than ${HELD_OUT_EVERY} rows. Give more.`]
      : [],
    width,
    values,
    order,
    seed,
    ...(matrix.labels === undefined ? {} : { labels: matrix.labels }),
  });
}
