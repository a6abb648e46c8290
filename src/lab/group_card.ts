/**
 * The group table and the card of one group, put together from the diagnostics for rows whose labels or
 * truth are known. It adds what the diagnostics must not know: names of rows, and the other models of the
 * run. Pure: a dictionary and its codes in, messages of the protocol out.
 */
import { coFiringGroups } from '../analysis/activity';
import {
  firingsOf,
  liveGroups,
  normHistogram,
  quantileExamples,
  strongestRows,
  type IndexedCodes,
} from '../analysis/code_index';
import {
  axesInInputSpace,
  codeSingularValues,
  principalCodes,
  type PrincipalCodes,
} from '../analysis/group_codes';
import { groupTable } from '../analysis/group_table';
import { dot } from '../analysis/linear_algebra';
import { captureOf, nearestGroups } from '../analysis/overlap';
import type { StrongRow } from '../analysis/report_types';
import { blockOf, decoderSingularValues, groupMap } from '../analysis/spectra';
import { NO_GROUP, type GroundTruth } from '../analysis/types';
import { addAt, at } from '../base/array';
import type { CardTruth, GroupCard, GroupsAnswer, LabelledFirings, SpanUnits } from './protocol';

/** The rows that a model was analysed on. */
export interface AnalysedRows {
  /** [rows], row numbers in the source's own order. */
  readonly rowIds: Uint32Array;
  /** Label of a row by its row id, for labelled data. */
  readonly labelOf: ((rowId: number) => string) | null;
  readonly truth: GroundTruth | null;
}

/** One model of a run with its codes on those rows. */
export interface AnalysedModel {
  readonly model: number;
  readonly step: number;
  readonly indexed: IndexedCodes;
  readonly rows: AnalysedRows;
}

/** Distinct labels of the strongest rows that name a group, and the rows they are taken from. */
const LABELS = 10;
const LABEL_ROWS = 24;
/** Points of a scatter, examples, bins and neighbours of a card. */
const POINTS = 3000;
const STRONGEST = 24;
const QUANTILES = [0.9, 0.75, 0.5, 0.25];
const PER_QUANTILE = 8;
const BINS = 32;
const NEIGHBOURS = 5;
/** Labels of a neighbour. */
const FEW_LABELS = 4;
/** Capture from which a feature is listed at all, and share from which an atom counts as inside. */
const LISTED_CAPTURE = 0.05;
const INSIDE = 0.5;

/** The table of all groups with the labels of their strongest rows. */
export function groupsAnswer(
  analysed: AnalysedModel,
  onProgress?: (fraction: number) => void,
): GroupsAnswer {
  const { model, step, indexed } = analysed;
  const rows = groupTable(indexed.dictionary, indexed.codes, { onProgress });
  return {
    model,
    step,
    analysedRows: indexed.codes.rows,
    rows: rows.map((row) => ({ ...row, labels: labelsOf(analysed, row.group, LABELS) })),
    firings: labelledFirings(analysed),
  };
}

/** The firings of labelled rows, turned back from groups to rows; null without labels. O(firings). */
function labelledFirings({ indexed, rows }: AnalysedModel): LabelledFirings | null {
  const { labelOf, rowIds } = rows;
  if (labelOf === null) return null;
  const { codes, entries, norms, dictionary } = indexed;
  const rowOf = (entry: number) => Math.floor(at(entries, entry) / codes.slots);
  const offsets = new Uint32Array(codes.rows + 1);
  for (let entry = 0; entry < entries.length; entry++) addAt(offsets, rowOf(entry) + 1, 1);
  for (let row = 0; row < codes.rows; row++) addAt(offsets, row + 1, at(offsets, row));
  const next = offsets.slice();
  const groups = new Uint32Array(entries.length);
  const strengths = new Float32Array(entries.length);
  for (let group = 0; group < dictionary.groups; group++) {
    for (let entry = at(indexed.offsets, group); entry < at(indexed.offsets, group + 1); entry++) {
      const row = rowOf(entry);
      groups[at(next, row)] = group;
      strengths[at(next, row)] = at(norms, entry);
      addAt(next, row, 1);
    }
  }
  return {
    labels: Array.from(rowIds.subarray(0, codes.rows), labelOf),
    offsets,
    groups,
    norms: strengths,
  };
}

/** The card of one group; `others` are the run's other models on the same rows. */
export function groupCard(
  analysed: AnalysedModel,
  group: number,
  others: readonly AnalysedModel[],
): GroupCard {
  const { indexed, step, rows } = analysed;
  const { dictionary, codes } = indexed;
  const basis = groupMap(dictionary, group);
  const cloud = principalCodes(indexed, group, { limit: POINTS, keep: 'strongest' });
  const captures = rows.truth?.features.map(({ frame }) =>
    captureOf(basis.basis, Float64Array.from(frame), dictionary.width),
  );
  const label = (row: number) => exampleLabel(rows, captures, row);
  const named = ({ row, norm }: StrongRow) => ({
    rowId: at(rows.rowIds, row),
    label: label(row),
    norm,
  });
  const { counts, max } = normHistogram(indexed, group, BINS);
  const live = liveGroups(indexed);
  const { labelOf } = rows;
  return {
    group,
    step,
    mapSingularValues: Array.from(basis.singularValues),
    decoderSingularValues: Array.from(decoderSingularValues(dictionary, group)),
    codeSingularValues: Array.from(codeSingularValues(indexed, group)),
    points: {
      count: cloud.count,
      total: cloud.total,
      coordinates: Float32Array.from(cloud.coordinates),
      axes: cloud.axes,
      norms: Float32Array.from(cloud.norms),
      rowIds: cloud.rows.map((row) => at(rows.rowIds, row)),
      labels:
        labelOf === null ? null : Array.from(cloud.rows, (row) => labelOf(at(rows.rowIds, row))),
      features:
        captures === undefined ? null : cloud.rows.map((row) => bestFeature(rows, captures, row)),
    },
    axisShares: Array.from(cloud.shares),
    strongest: strongestRows(indexed, group, STRONGEST).map(named),
    quantiles:
      cloud.total === 0
        ? []
        : quantileExamples(indexed, group, QUANTILES, PER_QUANTILE).map((entry) => ({
            quantile: entry.quantile,
            examples: entry.examples.map(named),
          })),
    histogram: { edges: Array.from({ length: BINS + 1 }, (_, i) => (max * i) / BINS), counts },
    nearest: nearestGroups(dictionary, group, live, NEIGHBOURS).map((neighbour) => ({
      ...neighbour,
      labels: labelsOf(analysed, neighbour.group, FEW_LABELS),
    })),
    coFiring: coFiringGroups(indexed, group, NEIGHBOURS, Math.max(5, codes.rows / 2000))
      .filter(({ lift }) => lift > 1)
      .map((partner) => ({ ...partner, labels: labelsOf(analysed, partner.group, FEW_LABELS) })),
    truth: captures === undefined ? null : cardTruth(rows, captures, cloud),
    inOtherModels:
      dictionary.rank === 1
        ? []
        : others
            .filter((other) => other.indexed.dictionary.rank === 1)
            .map((other) =>
              unitsInSpan(other, basis.basis, axesInInputSpace(indexed, group, cloud)),
            ),
  };
}

/** Distinct labels of a group's strongest rows, strongest first; names of its features for made data. */
function labelsOf({ indexed, rows }: AnalysedModel, group: number, count: number): string[] {
  const { labelOf, truth } = rows;
  const strongest = strongestRows(indexed, group, LABEL_ROWS);
  if (labelOf !== null) {
    return [...new Set(strongest.map(({ row }) => labelOf(at(rows.rowIds, row))))].slice(0, count);
  }
  if (truth === null) return [];
  const { basis } = groupMap(indexed.dictionary, group);
  const captures = truth.features.map(({ frame }) =>
    captureOf(basis, Float64Array.from(frame), indexed.dictionary.width),
  );
  const features = strongest
    .map(({ row }) => bestFeature(rows, captures, row))
    .filter((feature) => feature !== NO_GROUP);
  return [...new Set(features.map((feature) => at(truth.features, feature).name))].slice(0, count);
}

/** Slot of the feature in a row that the group captures best; −1 when it captures none of them. */
function bestSlot(
  { truth }: AnalysedRows,
  captures: readonly number[] | undefined,
  row: number,
): number {
  if (truth === null || captures === undefined) return -1;
  let best = -1;
  let most = LISTED_CAPTURE;
  for (let slot = row * truth.maxActive; slot < (row + 1) * truth.maxActive; slot++) {
    const feature = at(truth.present, slot);
    const capture = feature === NO_GROUP ? 0 : at(captures, feature);
    if (capture > most) [best, most] = [slot, capture];
  }
  return best;
}

function bestFeature(rows: AnalysedRows, captures: readonly number[], row: number): number {
  const slot = bestSlot(rows, captures, row);
  return slot < 0 || rows.truth === null ? NO_GROUP : at(rows.truth.present, slot);
}

/** A row in words: its label; else its feature and where on it; else its number. */
function exampleLabel(
  rows: AnalysedRows,
  captures: readonly number[] | undefined,
  row: number,
): string {
  const rowId = at(rows.rowIds, row);
  if (rows.labelOf !== null) return rows.labelOf(rowId);
  const slot = bestSlot(rows, captures, row);
  if (slot < 0 || rows.truth === null) return `row ${rowId}`;
  const { features, present, coordinates, coordinateStride } = rows.truth;
  const { name, dimension } = at(features, at(present, slot));
  const start = slot * coordinateStride;
  const place = Array.from(coordinates.subarray(start, start + dimension), twoDecimals);
  return `${name} (${place.join(', ')})`;
}

/** With a true minus sign, and none before a zero. */
function twoDecimals(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
}

function cardTruth(
  rows: AnalysedRows,
  captures: readonly number[],
  cloud: PrincipalCodes,
): CardTruth | null {
  const { truth } = rows;
  if (truth === null) return null;
  const coordinates = new Float32Array(3 * cloud.count);
  cloud.rows.forEach((row, point) => {
    const slot = bestSlot(rows, captures, row);
    if (slot < 0) return;
    const start = slot * truth.coordinateStride;
    const { dimension } = at(truth.features, at(truth.present, slot));
    const place = truth.coordinates.subarray(start, start + Math.min(3, dimension));
    coordinates.set(place, 3 * point);
  });
  return {
    featureNames: truth.features.map(({ name }) => name),
    captured: captures
      .map((capture, feature) => ({
        feature,
        dimension: at(truth.features, feature).dimension,
        capture,
      }))
      .filter(({ capture }) => capture >= LISTED_CAPTURE)
      .sort((a, b) => b.capture - a.capture),
    coordinates,
  };
}

/** Live atoms of a scalar model inside a span given by orthonormal rows, placed in its first two axes. */
function unitsInSpan(other: AnalysedModel, basis: Float64Array, axes: Float64Array): SpanUnits {
  const { dictionary } = other.indexed;
  const { width, groups } = dictionary;
  const units: SpanUnits['units'][number][] = [];
  for (let unit = 0; unit < groups; unit++) {
    if (firingsOf(other.indexed, unit) === 0) continue;
    const atom = blockOf(dictionary.decoder, dictionary, unit);
    const square = dot(atom, 0, atom, 0, width);
    if (square === 0) continue;
    let inside = 0;
    for (let row = 0; row < basis.length; row += width) {
      inside += dot(basis, row, atom, 0, width) ** 2 / square;
    }
    if (inside < INSIDE) continue;
    const along = (axis: number) =>
      axes.length < (axis + 1) * width
        ? 0
        : dot(axes, axis * width, atom, 0, width) / Math.sqrt(square);
    units.push({
      unit,
      share: inside,
      x: along(0),
      y: along(1),
      labels: labelsOf(other, unit, FEW_LABELS),
    });
  }
  return { model: other.model, units: units.sort((a, b) => b.share - a.share) };
}
