/**
 * The card of one group, put together from the diagnostics for rows whose names or truth are known. It adds
 * what the diagnostics must not know: names of rows, and the other models of the run. Pure: a dictionary
 * and its codes in, a message of the protocol out.
 */
import { coFiringGroups } from '../../analysis/activity';
import {
  firingsOf,
  normHistogram,
  normsOf,
  quantileExamples,
  strongestRows,
} from '../../analysis/code_index';
import {
  alignedCodes,
  axesInInputSpace,
  codeSingularValues,
  principalCodes,
  type PrincipalCodes,
} from '../../analysis/group_codes';
import { dimensionCounts, nearestGroups } from '../../analysis/overlap';
import { nearestByChance } from '../../analysis/random_subspaces';
import type { StrongRow } from '../../analysis/report_types';
import { decoderSingularValues, groupMap } from '../../analysis/spectra';
import { diverseQuantiles, diverseStrongest } from '../../analysis/token_contexts';
import type { GroundTruth } from '../../analysis/types';
import { at } from '../../base/array';
import {
  bestFeature,
  bestSlot,
  capturesOf,
  exampleLabel,
  labelsOf,
  LISTED_CAPTURE,
  namesOf,
  type AnalysedModel,
} from '../encode/analysed_model';
import { cardText } from './card_text';
import type { CardTruth, GroupCard } from '../protocol/protocol';
import { spanUnits } from './span_units';

/** Points of a scatter, examples, bins and neighbours of a card. */
const POINTS = 3000;
const STRONGEST = 24;
const QUANTILES = [0.9, 0.75, 0.5, 0.25];
const PER_QUANTILE = 8;
/** A context takes a line, a word does not. */
const CONTEXTS_PER_QUANTILE = 3;
const BINS = 32;
const NEIGHBOURS = 5;
/** Labels of a neighbour. */
const FEW_LABELS = 4;

/**
 * The card of one group; `others` are the run's other models on the same rows, `alignedTo` the same model at another step,
 * towards whose axes the codes are turned.
 */
export function groupCard(
  analysed: AnalysedModel,
  group: number,
  others: readonly AnalysedModel[],
  alignedTo: AnalysedModel | null = null,
): GroupCard {
  const { indexed, step, rows } = analysed;
  const { dictionary, codes } = indexed;
  const { truth, text } = rows;
  const basis = groupMap(dictionary, group);
  const own = drawnCodes(analysed, group);
  const cloud =
    alignedTo === null ? own : alignedCodes(indexed, group, own, axesOf(alignedTo, group));
  const captures = truth === null ? null : capturesOf(truth, indexed, group);
  const example = ({ row, norm }: StrongRow) => ({
    rowId: at(rows.rowIds, row),
    label: exampleLabel(rows, captures, row),
    norm,
  });
  const { strongest, quantiles } = examplesOf(analysed, group);
  const { counts, max } = normHistogram(indexed, group, BINS);
  const name = namesOf(rows);
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
      alignedTo: alignedTo?.step ?? null,
      norms: Float32Array.from(cloud.norms),
      rowIds: cloud.rows.map((row) => at(rows.rowIds, row)),
      labels: name === null ? null : Array.from(cloud.rows, name),
      features:
        truth === null || captures === null
          ? null
          : cloud.rows.map((row) => bestFeature(truth, captures, row)),
    },
    axisShares: Array.from(cloud.shares),
    strongest: strongest.map(example),
    quantiles: quantiles.map(({ quantile, examples }) => ({
      quantile,
      examples: examples.map(example),
    })),
    histogram: { edges: Array.from({ length: BINS + 1 }, (_, i) => (max * i) / BINS), counts },
    nearest: nearestGroups(analysed.spaces(), basis.basis, group, NEIGHBOURS).map((neighbour) => ({
      ...neighbour,
      labels: labelsOf(analysed, neighbour.group, FEW_LABELS),
    })),
    nearestByChance: chanceOfNearest(analysed, group, basis.ranks.rank90),
    coFiring: coFiringGroups(indexed, group, NEIGHBOURS, Math.max(5, codes.rows / 2000)).map(
      (partner) => ({ ...partner, labels: labelsOf(analysed, partner.group, FEW_LABELS) }),
    ),
    truth: truth === null || captures === null ? null : cardTruth(truth, captures, cloud),
    text:
      text === null
        ? null
        : cardText(analysed, text, group, {
            points: cloud.rows,
            strongest: strongest.map(({ row }) => row),
            quantiles: quantiles.map(({ examples }) => examples.map(({ row }) => row)),
          }),
    inOtherModels:
      dictionary.rank === 1
        ? []
        : others
            .filter((other) => other.indexed.dictionary.rank === 1)
            .map((other) =>
              spanUnits(
                {
                  indexed,
                  group,
                  basis: basis.basis,
                  axes: axesInInputSpace(indexed, group, cloud),
                },
                other,
              ),
            ),
  };
}

/** Mean cosine of a group of this rank with the nearest other live group, if all were randomly oriented. */
function chanceOfNearest(analysed: AnalysedModel, group: number, rank90: number): number {
  const spaces = analysed.spaces();
  const others = dimensionCounts(spaces);
  const own = others.get(rank90);
  if (own !== undefined && firingsOf(analysed.indexed, group) > 0) others.set(rank90, own - 1);
  return nearestByChance(rank90, others, spaces.width, spaces);
}

/** The points of the scatter in the axes that everything about the group refers to. */
function drawnCodes({ indexed }: AnalysedModel, group: number): PrincipalCodes {
  return principalCodes(indexed, group, { limit: POINTS, keep: 'strongest' });
}

/** [r, d], the principal axes of the group's own card. */
function axesOf(analysed: AnalysedModel, group: number): Float64Array {
  return axesInInputSpace(analysed.indexed, group, drawnCodes(analysed, group));
}

/** The principal axes of the group's card, for whoever edits or reads along them. */
export function groupAxes(analysed: AnalysedModel, group: number): GroupAxes {
  const { indexed } = analysed;
  const norms = normsOf(indexed, group);
  const cloud = drawnCodes(analysed, group);
  return {
    axes: Float32Array.from(axesInInputSpace(indexed, group, cloud)),
    firings: norms.length,
    typicalNorm: norms.length === 0 ? 0 : norms.reduce((sum, norm) => sum + norm, 0) / norms.length,
  };
}

/** Where a group writes. */
export interface GroupAxes {
  /** [r, d], unit vectors of input space, as numbered and signed on the card; zero beyond the decoder's rank. */
  readonly axes: Float32Array;
  readonly firings: number;
  /** Mean ‖D_kᵀp_k‖ over the rows where it fires; 0 for a dead group. */
  readonly typicalNorm: number;
}

/** The rows that stand for a group: for tokens in different documents and wordings. */
function examplesOf({ indexed, rows: { text } }: AnalysedModel, group: number) {
  if (firingsOf(indexed, group) === 0) return { strongest: [], quantiles: [] };
  return text === null
    ? {
        strongest: strongestRows(indexed, group, STRONGEST),
        quantiles: quantileExamples(indexed, group, QUANTILES, PER_QUANTILE),
      }
    : {
        strongest: diverseStrongest(indexed, group, text.rows, STRONGEST),
        quantiles: diverseQuantiles(indexed, group, text.rows, QUANTILES, CONTEXTS_PER_QUANTILE),
      };
}

function cardTruth(
  truth: GroundTruth,
  captures: readonly number[],
  cloud: PrincipalCodes,
): CardTruth {
  const coordinates = new Float32Array(3 * cloud.count);
  cloud.rows.forEach((row, point) => {
    const slot = bestSlot(truth, captures, row);
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
