/**
 * The table on top of the Diagnose page as data: one line a number, with what it means, how it reads and
 * which groups are behind it. Lines that say nothing about any of the models are left out.
 */
import type { Diagnosis } from '../../../analysis/report_types';
import { formatFixed, formatInteger, formatPercent } from '../../plots/format';
import type { MeasureText } from '../../parts/Measure';
import { FILTERABLE, filterOf } from './diagnosed';
import { diagnoseTexts as texts } from './texts';

/** Lines about known features, or about the dictionary whatever the data. */
export type OverviewPart = 'features' | 'dictionary';

export interface OverviewLine {
  readonly id: string;
  readonly part: OverviewPart;
  readonly label: string;
  readonly text: MeasureText;
  /** Null where it is not defined for the model. */
  readonly value: (diagnosis: Diagnosis) => number | null;
  readonly format: (value: number) => string;
  /** What chance alone gives: behind the number, and in the saved file. */
  readonly chance?: (diagnosis: Diagnosis) => number | null;
  /** Small text behind the number: "of 64". */
  readonly detail?: (diagnosis: Diagnosis) => string;
  /** Filter of the Groups page that shows what is behind the number. */
  readonly filter?: (diagnosis: Diagnosis) => string | null;
}

const two = (value: number) => formatFixed(value, 2);
const three = (value: number) => formatFixed(value, 3);
const blocks = ({ activity }: Diagnosis) => activity.rank > 1;

const meanPacked = (diagnosis: Diagnosis, basis: Diagnosis['packing']['basis']) =>
  blocks(diagnosis) && diagnosis.packing.basis === basis ? diagnosis.packing.meanFeatures : null;

const packedShare = (diagnosis: Diagnosis, basis: Diagnosis['packing']['basis']) =>
  blocks(diagnosis) && diagnosis.packing.basis === basis ? diagnosis.packing.packedShare : null;

const meanOf = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const present = ({ splitting }: Diagnosis) =>
  splitting.features?.filter(({ rows }) => rows > 0) ?? [];

const lines: readonly OverviewLine[] = [
  {
    id: 'features_in_one_unit',
    part: 'features',
    label: 'Features held in one unit',
    text: texts.held,
    value: (diagnosis) =>
      diagnosis.splitting.features === null
        ? null
        : present(diagnosis).filter(({ units90 }) => units90 === 1).length,
    format: formatInteger,
    detail: (diagnosis) => `of ${present(diagnosis).length}`,
  },
  {
    id: 'mean_least_units',
    part: 'features',
    label: 'Least units per feature, mean',
    text: texts.least,
    value: (diagnosis) => meanOf(present(diagnosis).map(({ leastUnits }) => leastUnits)),
    format: two,
  },
  {
    id: 'mean_units90',
    part: 'features',
    label: 'Units per feature, mean',
    text: texts.units90,
    value: ({ splitting }) => splitting.meanUnits90,
    format: two,
  },
  {
    id: 'mean_splitting_ratio',
    part: 'features',
    label: 'Splitting ratio, mean',
    text: texts.ratio,
    value: ({ splitting }) => splitting.meanSplittingRatio,
    format: two,
  },
  {
    id: 'consolidated_share',
    part: 'features',
    label: 'Consolidated features',
    text: texts.consolidated,
    value: ({ recovery }) => recovery?.consolidatedShare ?? null,
    format: formatPercent,
  },
  {
    id: 'mean_capture',
    part: 'features',
    label: 'Capture, from 2 dimensions up',
    text: texts.capture,
    value: ({ recovery }) => recovery?.meanCaptureMultiDimensional ?? null,
    chance: ({ recovery }) =>
      meanOf(
        recovery?.features.flatMap(({ rows, dimension, captureChance }) =>
          rows > 0 && dimension > 1 && captureChance !== null ? [captureChance] : [],
        ) ?? [],
      ),
    format: three,
  },
  {
    id: 'mean_rank_error',
    part: 'features',
    label: 'Rank error, from 2 dimensions up',
    text: texts.rankError,
    value: ({ recovery }) => recovery?.meanRankErrorMultiDimensional ?? null,
    format: two,
  },
  {
    id: 'mean_r2',
    part: 'features',
    label: 'R² of the matched units, mean',
    text: texts.r2,
    value: ({ recovery }) => recovery?.meanR2 ?? null,
    format: three,
  },
  {
    id: 'live',
    part: 'dictionary',
    label: 'Live units',
    text: texts.live,
    value: ({ activity }) => activity.liveGroups,
    format: formatInteger,
    detail: ({ activity }) => `of ${formatInteger(activity.groups)}`,
    filter: () => 'not dead',
  },
  {
    id: 'dense',
    part: 'dictionary',
    label: 'Dense units',
    text: texts.dense,
    value: ({ activity }) => activity.dense.length,
    format: formatInteger,
    detail: ({ activity: { denseThreshold } }) =>
      denseThreshold < 1 ? `above ${formatPercent(denseThreshold)}` : 'none can be',
    filter: ({ activity: { denseThreshold } }) =>
      denseThreshold < 1 ? `freq > ${100 * denseThreshold}%` : null,
  },
  {
    id: 'l0',
    part: 'dictionary',
    label: 'Columns per row',
    text: texts.l0,
    value: ({ activity }) => activity.l0,
    format: two,
  },
  {
    id: 'mean_weight_rank90',
    part: 'dictionary',
    label: 'Rank of weights, mean',
    text: texts.weightRank,
    value: (diagnosis) => (blocks(diagnosis) ? diagnosis.ranks.meanWeightRank90 : null),
    format: two,
  },
  {
    id: 'mean_code_rank90',
    part: 'dictionary',
    label: 'Rank of codes, mean',
    text: texts.codeRank,
    value: (diagnosis) => (blocks(diagnosis) ? diagnosis.ranks.meanCodeRank90 : null),
    format: two,
  },
  {
    id: 'near_duplicates',
    part: 'dictionary',
    label: 'Near-duplicate units',
    text: texts.cluster,
    value: ({ splitting }) => splitting.clusteredUnits,
    // A linked pair makes two units of a cluster.
    chance: ({ splitting }) => 2 * splitting.linksByChance,
    format: formatInteger,
    detail: ({ splitting: { clusters } }) =>
      `in ${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}`,
    filter: () => 'cluster >= 0',
  },
  {
    id: 'features_per_group',
    part: 'features',
    label: 'Features per live group',
    text: texts.featuresPerGroup,
    value: (diagnosis) => meanPacked(diagnosis, 'truth'),
    format: two,
    filter: ({ packing }) => {
      const shared = packing.groups.filter(({ features }) => (features?.length ?? 0) > 1);
      return shared.length === 0 || shared.length > FILTERABLE
        ? null
        : filterOf(shared.map(({ group }) => group));
    },
  },
  {
    id: 'least_features_per_group',
    part: 'dictionary',
    label: 'Features per live group, at least',
    text: texts.leastPerGroup,
    value: (diagnosis) => meanPacked(diagnosis, 'codes'),
    format: two,
  },
  {
    id: 'packed_share',
    part: 'dictionary',
    label: 'Groups that hold more than one',
    text: texts.packedShare,
    value: (diagnosis) => packedShare(diagnosis, 'truth'),
    format: formatPercent,
  },
  {
    id: 'least_packed_share',
    part: 'dictionary',
    label: 'Groups that show more than one',
    text: texts.packedShare,
    value: (diagnosis) => packedShare(diagnosis, 'codes'),
    chance: ({ packing }) => packing.packedShareChance,
    format: formatPercent,
  },
  {
    id: 'irreducible',
    part: 'dictionary',
    label: 'More irreducible than Gaussians',
    text: texts.irreducible,
    value: ({ irreducibility: { groups } }) =>
      groups.length === 0
        ? null
        : groups.filter(({ irreducibility, chance95 }) => irreducibility > chance95).length,
    // Half of the twentieth that lies outside the interval lies above it.
    chance: ({ irreducibility: { groups } }) => 0.025 * groups.length,
    detail: ({ irreducibility: { groups } }) => `of ${formatInteger(groups.length)}`,
    format: formatInteger,
  },
  {
    id: 'coherence',
    part: 'dictionary',
    label: 'Block coherence',
    text: texts.coherence,
    value: ({ overlap }) => overlap.coherence,
    chance: ({ overlap }) => overlap.coherenceChance95,
    format: three,
    filter: ({ overlap }) => (overlap.pair === null ? null : filterOf(overlap.pair)),
  },
];

/** The lines that at least one of the models has a number for. */
export function overviewLines(diagnoses: readonly Diagnosis[]): readonly OverviewLine[] {
  return lines.filter(({ value }) => diagnoses.some((diagnosis) => value(diagnosis) !== null));
}
