/**
 * Snapshots for the Train page: where each known shape's points go, and what the strongest groups of
 * labelled data hold. Made from codes of a small fixed set of rows, a few times per second at most.
 */
import { at } from '../../base/array';
import { SharedWorks, type Work } from '../../base/work';
import {
  firingsOf,
  indexCodes,
  liveGroups,
  strongestRows,
  type IndexedCodes,
} from '../../analysis/code_index';
import {
  allFeatureMoments,
  featureSpread,
  indexTruth,
  type FeatureMoments,
} from '../../analysis/feature_moments';
import { mapSingularValues, summarizeRanks } from '../../analysis/spectra';
import { NO_GROUP, type CodeTable, type Dictionary, type GroundTruth } from '../../analysis/types';
import type { ActivationSource, SourceRows } from '../../data/source';
import type { LabelProbe, ShapeState } from '../protocol/protocol';

/** Rows of the fixed set; fewer of those that a language model has to be run for. */
const PROBE_ROWS = { ready: 2048, tokens: 1024 };
/** Groups of a label probe, words of a group, and firings below which a group says nothing. */
const LABELLED_GROUPS = 12;
const LABELS = 6;
const LEAST_FIRINGS = 8;

/** Rows that a language model has made; it is slow, and the first picture and a run ask for the same. */
const tokenRows = new WeakMap<ActivationSource, SharedWorks<SourceRows>>();

/**
 * The fixed rows: held-out samples of made data and tokens, the first rows of another finite set. Throws
 * LabError `cancelled`.
 */
export async function probeRows(source: ActivationSource, work: Work = {}): Promise<SourceRows> {
  if (source.text !== undefined) {
    const made = tokenRows.get(source) ?? new SharedWorks<SourceRows>();
    tokenRows.set(source, made);
    const read = async (own: Work) => source.read('held_out', 0, PROBE_ROWS.tokens, own);
    return made.join('rows', read, work);
  }
  return source.read(source.size.train === null ? 'held_out' : 'all', 0, PROBE_ROWS.ready, work);
}

/** Points of every feature without owners: the picture before training. */
export function untrainedShapes(truth: GroundTruth): ShapeState[] {
  const { offsets } = indexTruth(truth);
  return truth.features.map((feature, index) => {
    const count = at(offsets, index + 1) - at(offsets, index);
    return {
      name: feature.name,
      dimension: feature.dimension,
      points: shapePoints(truth, index),
      owners: new Uint32Array(count).fill(NO_GROUP),
      units90: 0,
      units99: 0,
      reconstruction: 0,
      topShare: 0,
      topRank90: 0,
    };
  });
}

/** State of every feature under a dictionary: numbers of all rows, points of the first few. */
export function shapeStates(
  dictionary: Dictionary,
  codes: CodeTable,
  truth: GroundTruth,
): ShapeState[] {
  const indexed = indexCodes(dictionary, codes);
  return allFeatureMoments(indexed, truth).map((moments) => shapeState(indexed, truth, moments));
}

/** Points of a feature in the rows that are drawn, which are the first ones. */
function drawnPoints(truth: GroundTruth, feature: number): number {
  const { offsets, entries } = indexTruth(truth);
  const own = entries.subarray(at(offsets, feature), at(offsets, feature + 1));
  const beyond = own.findIndex((entry) => entry >= PROBE_ROWS.ready * truth.maxActive);
  return beyond < 0 ? own.length : beyond;
}

function shapeState(
  indexed: IndexedCodes,
  truth: GroundTruth,
  moments: FeatureMoments,
): ShapeState {
  const spread = featureSpread(moments, truth, indexed);
  const top = spread.topUnit;
  return {
    name: spread.name,
    dimension: spread.dimension,
    points: shapePoints(truth, moments.feature),
    owners: moments.owners.slice(0, drawnPoints(truth, moments.feature)),
    units90: spread.units90 ?? 0,
    units99: spread.units99 ?? 0,
    reconstruction: spread.reconstruction,
    topShare: spread.topShare,
    topRank90: top === null ? 0 : summarizeRanks(mapSingularValues(indexed.dictionary, top)).rank90,
  };
}

/** [points, 3], coordinates of a feature's points in the drawn rows in its frame, padded with zeros, cut at 3. */
function shapePoints(truth: GroundTruth, feature: number): Float32Array {
  const { offsets, entries } = indexTruth(truth);
  const first = at(offsets, feature);
  const count = drawnPoints(truth, feature);
  const axes = Math.min(3, at(truth.features, feature).dimension);
  const points = new Float32Array(count * 3);
  for (let point = 0; point < count; point += 1) {
    const from = at(entries, first + point) * truth.coordinateStride;
    for (let axis = 0; axis < axes; axis += 1) {
      points[point * 3 + axis] = at(truth.coordinates, from + axis);
    }
  }
  return points;
}

/** The groups with the largest mean contribution and the labels they are strongest on. */
export function labelGroups(
  dictionary: Dictionary,
  codes: CodeTable,
  label: (row: number) => string,
): LabelProbe['groups'] {
  const indexed = indexCodes(dictionary, codes);
  const strength = (group: number): number => {
    let sum = 0;
    for (let e = at(indexed.offsets, group); e < at(indexed.offsets, group + 1); e += 1) {
      sum += at(indexed.norms, e);
    }
    return sum / firingsOf(indexed, group);
  };
  return liveGroups(indexed)
    .filter((group) => firingsOf(indexed, group) >= LEAST_FIRINGS)
    .map((group) => ({ group, strength: strength(group) }))
    .sort((a, b) => b.strength - a.strength)
    .slice(0, LABELLED_GROUPS)
    .map(({ group }) => ({
      group,
      frequency: firingsOf(indexed, group) / codes.rows,
      rank90: summarizeRanks(mapSingularValues(dictionary, group)).rank90,
      labels: distinctLabels(
        strongestRows(indexed, group, 4 * LABELS).map(({ row }) => label(row)),
      ),
    }));
}

/** The first few, each once: a token comes many times among the strongest. */
function distinctLabels(labels: readonly string[]): string[] {
  return [...new Set(labels)].slice(0, LABELS);
}
