/**
 * Describes data as such: a sample of training rows in numbers and a few rows to look at. The numbers are
 * worked out by whoever is given (off the engine's thread); this file reads rows and knows no protocol.
 */
import { at } from '../../base/array';
import { refuseNotFinite } from '../../base/finite';
import type { Work } from '../../base/work';
import { normOf, type RowSummary } from '../../analysis/row_summary';
import {
  holdsNothingOut,
  type ActivationSource,
  type SourceRows,
  type SourceText,
} from '../../data/source';
import type { DataDescription, DataSample } from '../protocol/data_protocol';
import { probeRows, untrainedShapes } from '../encode/probes';

/** Training rows that are summarised; fewer where rows are wide, since the work grows with the cube. */
const SUMMARISED = 4096;
const SUMMARISED_WIDE = 1024;
const WIDE = 1024;
/** Rows of one batch that is read for the sample. */
const PIECE = 512;

/** Rows, documents and tokens that are shown. */
const LABELLED = 120;
const DOCUMENTS = 8;
const TOKENS = 48;
const NUMBERED = 12;
const NUMBERS = 10;

/** Summarises rows x [rows, width]. */
export type Summarize = (x: Float32Array, rows: number, width: number) => Promise<RowSummary>;

/** Throws LabError `bad_data` on NaN or infinity, and what the source throws. */
export async function describeData(
  source: ActivationSource,
  summarize: Summarize,
  work: Work = {},
): Promise<DataDescription> {
  const { width, label, description, size } = source;
  const { x, rows } = await sampleRows(source, work);
  refuseNotFinite(x, [rows, width], {
    code: 'bad_data',
    subject: `A sample of ${label}`,
    wayOut: 'Remove NaN and infinite values from the data.',
  });
  return {
    label,
    description,
    warnings: source.warnings ?? [],
    trainRows: size.train,
    heldOutRows: holdsNothingOut(source) ? 0 : size.held_out,
    summary: await summarize(x, rows, width),
    sample: sampleOf(source, await probeRows(source, work)),
  };
}

/** Training rows in the order of training, [rows, width]. */
async function sampleRows(
  source: ActivationSource,
  work: Work,
): Promise<{ readonly x: Float32Array; readonly rows: number }> {
  const { width } = source;
  const available = source.size.train ?? Number.POSITIVE_INFINITY;
  const wanted = Math.min(width > WIDE ? SUMMARISED_WIDE : SUMMARISED, available);
  if (source.sample !== undefined) {
    const { x, count } = await source.sample(wanted, work);
    return { x, rows: count };
  }
  const x = new Float32Array(wanted * width);
  let rows = 0;
  for (let index = 0; rows < wanted; index++) {
    const piece = await source.batch(index, PIECE);
    const taken = Math.min(piece.count, wanted - rows);
    x.set(piece.x.subarray(0, taken * width), rows * width);
    rows += taken;
  }
  return { x, rows };
}

function sampleOf(source: ActivationSource, rows: SourceRows): DataSample {
  const { width } = source;
  const count = (most: number) => Math.min(most, rows.count);
  if (rows.truth !== undefined) return { kind: 'shapes', shapes: untrainedShapes(rows.truth) };
  if (source.text !== undefined) return documentsOf(source.text, rows, width);
  if (source.labelOf !== undefined) {
    return {
      kind: 'labels',
      rows: Array.from({ length: count(LABELLED) }, (_, row) => ({
        label: source.labelOf?.(at(rows.rowIds, row)) ?? '',
        norm: normOf(rows.x, row, width),
      })),
    };
  }
  return {
    kind: 'numbers',
    rows: Array.from({ length: count(NUMBERED) }, (_, row) => ({
      rowId: at(rows.rowIds, row),
      norm: normOf(rows.x, row, width),
      values: [...rows.x.subarray(row * width, row * width + Math.min(NUMBERS, width))],
    })),
  };
}

function documentsOf(text: SourceText, rows: SourceRows, width: number): DataSample {
  const documents = new Map<number, { text: string; norm: number }[]>();
  for (let row = 0; row < rows.count; row++) {
    const rowId = at(rows.rowIds, row);
    const document = text.document(rowId);
    const tokens = documents.get(document) ?? [];
    if (documents.size === DOCUMENTS && !documents.has(document)) break;
    documents.set(document, tokens);
    if (tokens.length < TOKENS) {
      tokens.push({ text: text.tokenText(rowId), norm: normOf(rows.x, row, width) });
    }
  }
  return {
    kind: 'documents',
    documents: [...documents].map(([document, tokens]) => ({ document, tokens })),
  };
}
