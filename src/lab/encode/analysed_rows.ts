/**
 * The rows that a model is analysed on, read and encoded piece by piece: activations of all of them are
 * never held at once, only their sparse codes. Rows that are tokens come with where they stand in their
 * texts. Knows neither analyses nor worker.
 */
import { joinCodes } from '../../analysis/code_table';
import type { CodeTable, GroundTruth } from '../../analysis/types';
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { requireWanted, type Work } from '../../base/work';
import type { ActivationSource, SourceRows, SourceText, Split } from '../../data/source';
import type { TextRows } from './analysed_model';
import type { EncodeProgress, Encoded, EvaluationOptions } from './encoding';
import type { AnalysedSplit } from '../protocol/groups_protocol';

/** Rows that analyses read, at most. Tokens are many and each says little; made rows never end. */
const ANALYSED_ROWS = { made: 8192, finite: 50_000, tokens: 200_000 };
/** Rows held as activations at a time. */
export const PIECE_ROWS = 8192;

/** Codes of some rows, and which rows they are. */
export interface RowCodes {
  readonly codes: CodeTable;
  readonly rowIds: Uint32Array;
  readonly truth: GroundTruth | null;
}

export interface AnalysedCodes extends RowCodes {
  readonly text: TextRows | null;
  readonly split: AnalysedSplit;
}

/** Encodes rows x [rows, d]. */
export type Encode = (
  x: Float32Array,
  rows: number,
  onProgress: EncodeProgress,
) => Promise<Encoded>;

/**
 * Codes of the rows of a source that analyses look at. Throws LabError `bad_data` when there are none, `cancelled`
 * when the work is given up.
 */
export async function encodeAnalysedRows(
  source: ActivationSource,
  encode: Encode,
  { signal, onProgress }: Work = {},
): Promise<AnalysedCodes> {
  const { split, limit, named } = analysedRows(source);
  const coded = await encodePieces(
    source,
    { split, rows: limit, signal, onProgress: (share) => onProgress?.(share, 'Encoding rows') },
    encode,
  );
  return {
    ...coded,
    text: source.text === undefined ? null : textRows(source.text, coded.rowIds),
    split: named,
  };
}

/**
 * Codes of the first rows of a split, encoded piece by piece; `visit` sees every piece with its activations
 * and errors. Throws LabError `bad_data` when there are none, `cancelled` when `signal` is aborted.
 */
export async function encodePieces(
  source: ActivationSource,
  { split, rows: most, onProgress, signal }: EvaluationOptions,
  encode: Encode,
  visit?: (rows: SourceRows, encoded: Encoded) => void,
): Promise<RowCodes> {
  const wanted = Math.min(most, source.size[split] ?? most);
  // True features are told for all rows together.
  const piece = source.features === undefined ? PIECE_ROWS : wanted;
  const pieces: CodeTable[] = [];
  const rowIds = new Uint32Array(wanted);
  let truth: GroundTruth | null = null;
  let done = 0;
  while (done < wanted) {
    requireWanted({ signal });
    const rows = await source.read(split, done, Math.min(piece, wanted - done), { signal });
    if (rows.count === 0) break;
    const before = done;
    const encoded = await encode(rows.x, rows.count, (share) => {
      // Thrown through the encoder, which reports after each of its batches.
      requireWanted({ signal });
      onProgress?.((before + share * rows.count) / wanted);
    });
    visit?.(rows, encoded);
    pieces.push(encoded.codes);
    rowIds.set(rows.rowIds.subarray(0, rows.count), done);
    truth = rows.truth ?? null;
    done += rows.count;
  }
  if (done === 0) {
    throw new LabError('bad_data', `${source.label} has no rows to analyse.`, 'Load other data.');
  }
  return { codes: joinCodes(pieces), rowIds: rowIds.slice(0, done), truth };
}

/** The rows of made data that analyses look at, whose true features are known; null for other data. */
export async function analysedMadeRows(source: ActivationSource): Promise<SourceRows | null> {
  const { split, limit } = analysedRows(source);
  return source.features === undefined ? null : source.read(split, 0, limit);
}

/**
 * Which rows of a source analyses read, how many at most, and what they are called. What can be told of all rows is told
 * of them; tokens are judged on text that was not trained on.
 */
export function analysedRows({ size, text }: Pick<ActivationSource, 'size' | 'text'>): {
  readonly split: Split;
  readonly limit: number;
  readonly named: AnalysedSplit;
} {
  if (text !== undefined)
    return { split: 'held_out', limit: ANALYSED_ROWS.tokens, named: 'held_out' };
  return size.all === null
    ? // All rows of an endless source are the held-out ones.
      { split: 'all', limit: ANALYSED_ROWS.made, named: 'held_out' }
    : { split: 'all', limit: ANALYSED_ROWS.finite, named: 'all' };
}

function textRows(text: SourceText, rowIds: Uint32Array): TextRows {
  const texts: string[] = [];
  const tokens = rowIds.map((rowId) => {
    const token = text.token(rowId);
    while (texts.length <= token) texts.push('');
    if (at(texts, token) === '') texts[token] = text.tokenText(rowId);
    return token;
  });
  return {
    tokens,
    texts,
    documents: rowIds.map((rowId) => text.document(rowId)),
    positions: Int32Array.from(rowIds, (rowId) => text.position(rowId)),
  };
}
