/**
 * The table on top of the Diagnose page as data: one line per number, with what it means, how it reads and
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
  /** What that level is, for the saved file; default: the number is exact and has none. */
  readonly chanceIs?: string;
  /** Rows that it was read on, for the saved file; default: the analysed ones. */
  readonly readOn?: string;
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
    readOn: 'rows in which the feature is present',
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
    readOn: 'none: known from the data',
    part: 'features',
    label: 'Fewest units per feature, mean',
    text: texts.least,
    value: (diagnosis) => meanOf(present(diagnosis).map(({ leastUnits }) => leastUnits)),
    format: two,
  },
  {
    id: 'mean_units90',
    readOn: 'rows in which the feature is present',
    part: 'features',
    label: 'Units per feature, mean',
    text: texts.units90,
    value: ({ splitting }) => splitting.meanUnits90,
    format: two,
  },
  {
    id: 'mean_splitting_ratio',
    readOn: 'rows in which the feature is present',
    part: 'features',
    label: 'Splitting ratio, mean',
    text: texts.ratio,
    value: ({ splitting }) => splitting.meanSplittingRatio,
    format: two,
  },
  {
    id: 'consolidated_share',
    readOn: 'rows in which the feature is present',
    part: 'features',
    label: 'Consolidated features',
    text: texts.consolidated,
    value: ({ recovery }) => recovery?.consolidatedShare ?? null,
    format: formatPercent,
  },
  {
    id: 'mean_capture',
    readOn: 'weights; matched on analysed_rows',
    chanceIs: 'mean: a random span of the same rank',
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
    readOn: 'weights; matched on analysed_rows',
    part: 'features',
    label: 'Error of rank90, from 2 dimensions up',
    text: texts.rankError,
    value: ({ recovery }) => recovery?.meanRankErrorMultiDimensional ?? null,
    format: two,
  },
  {
    id: 'mean_r2',
    readOn: 'analysed_rows',
    chanceIs: '0: no coefficient is fitted',
    part: 'features',
    label: 'R² of the matched units, mean',
    text: texts.r2,
    value: ({ recovery }) => recovery?.meanR2 ?? null,
    format: three,
  },
  {
    id: 'live',
    part: 'dictionary',
    label: 'Units that fired',
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
    label: 'Columns per row (l0)',
    text: texts.l0,
    value: ({ activity }) => activity.l0,
    format: two,
  },
  {
    id: 'groups_per_token',
    part: 'dictionary',
    label: 'Units per row',
    text: texts.groupsPerRow,
    value: ({ activity }) => activity.groupsPerRow,
    format: two,
  },
  {
    id: 'mean_weight_rank90',
    readOn: 'weights of the units that fired',
    part: 'dictionary',
    label: 'rank90 of maps, mean',
    text: texts.weightRank,
    value: (diagnosis) => (blocks(diagnosis) ? diagnosis.ranks.meanWeightRank90 : null),
    format: two,
  },
  {
    id: 'mean_code_rank90',
    readOn: 'rows in which the group fires',
    part: 'dictionary',
    label: 'rank90 of codes, mean',
    text: texts.codeRank,
    value: (diagnosis) => (blocks(diagnosis) ? diagnosis.ranks.meanCodeRank90 : null),
    format: two,
  },
  {
    id: 'near_duplicates',
    readOn: 'weights of the units that fired',
    chanceIs: 'mean: random orientations',
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
    readOn: 'analysed_rows, and weights',
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
    readOn: 'rows in which the group fires, 500 at most',
    part: 'dictionary',
    label: 'Features per live group, at least',
    text: texts.leastPerGroup,
    value: (diagnosis) => meanPacked(diagnosis, 'codes'),
    format: two,
  },
  {
    id: 'packed_share',
    readOn: 'analysed_rows, and weights',
    part: 'dictionary',
    label: 'Groups that hold more than one',
    text: texts.packedShare,
    value: (diagnosis) => packedShare(diagnosis, 'truth'),
    format: formatPercent,
  },
  {
    id: 'least_packed_share',
    readOn: 'rows in which the group fires, 500 at most',
    chanceIs: 'mean: Gaussian clouds of the same sizes, means and covariances',
    part: 'dictionary',
    label: 'Groups that show more than one',
    text: texts.packedShare,
    value: (diagnosis) => packedShare(diagnosis, 'codes'),
    chance: ({ packing }) => packing.packedShareChance,
    format: formatPercent,
  },
  {
    id: 'irreducible',
    readOn: 'rows in which the group fires, 4000 at most',
    chanceIs: 'mean: Gaussian clouds, of which 2.5 of 100 count',
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
    readOn: 'weights of the units that fired',
    chanceIs: '95 of 100 below: random orientations',
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
