/**
 * A model of a run with its codes on some rows, and what those rows are called: words by their label,
 * tokens by their text, rows of made data by the feature in them and the place on it. Knows neither card
 * nor table.
 */
import { liveGroups, strongestRows, type IndexedCodes } from '../../analysis/code_index';
import { captureOf, rowSpaces, type RowSpaces } from '../../analysis/overlap';
import { groupMap } from '../../analysis/spectra';
import { tokenOccurrences } from '../../analysis/token_statistics';
import { NO_GROUP, type GroundTruth, type TokenRows } from '../../analysis/types';
import { at } from '../../base/array';
import { tokenName } from '../../base/token_text';

/** Token rows with the texts of their tokens. */
export interface TextRows extends TokenRows {
  /** Text of every token id that occurs, as a person reads it, leading space kept; others are empty. */
  readonly texts: readonly string[];
}

/** Texts that the rows stand in. */
export interface AnalysedText {
  readonly rows: TextRows;
  /** [texts], rows of each token. */
  readonly occurrences: Uint32Array;
  /** The token that begins what the model reads, when it is among the rows. */
  readonly bos: number | null;
}

/** The rows that a model was analysed on. At most one of label, truth and text is there. */
export interface AnalysedRows {
  /** [rows], row numbers in the source's own order. */
  readonly rowIds: Uint32Array;
  /** Label of a row by its row id, for labelled data. */
  readonly labelOf: ((rowId: number) => string) | null;
  readonly truth: GroundTruth | null;
  readonly text: AnalysedText | null;
}

/** One model of a run with its codes on those rows. */
export interface AnalysedModel {
  readonly model: number;
  readonly step: number;
  readonly indexed: IndexedCodes;
  readonly rows: AnalysedRows;
  /** Row spaces of its live groups; made when first needed, kept for every card. */
  spaces(): RowSpaces;
}

export function analysedModel(parts: Omit<AnalysedModel, 'spaces'>): AnalysedModel {
  let spaces: RowSpaces | null = null;
  return {
    ...parts,
    spaces: () => {
      const { indexed } = parts;
      spaces ??= rowSpaces(indexed.dictionary, liveGroups(indexed), indexed.oriented);
      return spaces;
    },
  };
}

export function analysedText(rows: TextRows): AnalysedText {
  const first = rows.positions.indexOf(-1);
  return {
    rows,
    occurrences: tokenOccurrences(rows, rows.texts.length),
    bos: first < 0 ? null : at(rows.tokens, first),
  };
}

/** Strongest rows that name a group. */
const LABEL_ROWS = 24;
/** A token comes many times among the strongest. */
const TOKEN_ROWS = 96;
/** Capture from which a feature is listed at all. */
export const LISTED_CAPTURE = 0.05;

/** What a row is called by itself, by its place in the table of codes; null for rows without a name. */
export function namesOf({ rowIds, labelOf, text }: AnalysedRows): ((row: number) => string) | null {
  if (text !== null) return (row) => nameOfToken(text, at(text.rows.tokens, row));
  return labelOf === null ? null : (row) => labelOf(at(rowIds, row));
}

/** A token in a list of names. */
export function nameOfToken({ rows, bos }: AnalysedText, token: number): string {
  return token === bos ? 'BOS' : tokenName(at(rows.texts, token));
}

/** Distinct names of a group's strongest rows, strongest first; names of its features for made data. */
export function labelsOf({ indexed, rows }: AnalysedModel, group: number, count: number): string[] {
  const name = namesOf(rows);
  const strongest = strongestRows(indexed, group, rows.text === null ? LABEL_ROWS : TOKEN_ROWS);
  if (name !== null) {
    return [...new Set(strongest.map(({ row }) => name(row)))].slice(0, count);
  }
  const { truth } = rows;
  if (truth === null) return [];
  const captures = capturesOf(truth, indexed, group);
  const features = strongest
    .map(({ row }) => bestFeature(truth, captures, row))
    .filter((feature) => feature !== NO_GROUP);
  return [...new Set(features.map((feature) => at(truth.features, feature).name))].slice(0, count);
}

/** [features], how much of each true feature lies in the span of a group. */
export function capturesOf(
  truth: GroundTruth,
  { dictionary }: IndexedCodes,
  group: number,
): number[] {
  const { basis } = groupMap(dictionary, group);
  return truth.features.map(({ frame }) =>
    captureOf(basis, Float64Array.from(frame), dictionary.width),
  );
}

/** Slot of the feature in a row that the group captures best; −1 when it captures none of them. */
export function bestSlot(truth: GroundTruth, captures: readonly number[], row: number): number {
  let best = -1;
  let most = LISTED_CAPTURE;
  for (let slot = row * truth.maxActive; slot < (row + 1) * truth.maxActive; slot++) {
    const feature = at(truth.present, slot);
    const capture = feature === NO_GROUP ? 0 : at(captures, feature);
    if (capture > most) [best, most] = [slot, capture];
  }
  return best;
}

/** The feature in a row that the group captures best; NO_GROUP when it captures none of them. */
export function bestFeature(truth: GroundTruth, captures: readonly number[], row: number): number {
  const slot = bestSlot(truth, captures, row);
  return slot < 0 ? NO_GROUP : at(truth.present, slot);
}

/** A row in words: its name; else its feature and where on it; else its number. */
export function exampleLabel(
  rows: AnalysedRows,
  captures: readonly number[] | null,
  row: number,
): string {
  const name = namesOf(rows);
  if (name !== null) return name(row);
  const { truth } = rows;
  const slot = truth === null || captures === null ? -1 : bestSlot(truth, captures, row);
  if (truth === null || slot < 0) return `row ${at(rows.rowIds, row)}`;
  const { features, present, coordinates, coordinateStride } = truth;
  const feature = at(features, at(present, slot));
  const start = slot * coordinateStride;
  const place = Array.from(coordinates.subarray(start, start + feature.dimension), twoDecimals);
  return `${feature.name} (${place.join(', ')})`;
}

/** With a true minus sign, and none before a zero. */
function twoDecimals(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
}
