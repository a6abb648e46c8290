/**
 * Final evaluation of a trained model on rows it was not trained on: the numbers of report.json and of
 * `lab eval`. Encoding is the GPU's, every number after that is float64 from the diagnostics.
 */
import { at } from '../../base/array';
import { refuseNotFiniteMetrics } from '../../base/finite';
import { describeActivity } from '../../analysis/activity';
import { indexCodes, liveGroups } from '../../analysis/code_index';
import { allFeatureMoments, featureSpread } from '../../analysis/feature_moments';
import { ReconstructionAccumulator } from '../../analysis/reconstruction';
import { describeRecovery } from '../../analysis/recovery';
import { countFeatures } from '../../analysis/recovery_counts';
import { contributionErrors, prunedL0, pruneDictionary } from '../../analysis/pruned_maps';
import { mapSingularValues, summarizeRanks } from '../../analysis/spectra';
import type { CodeTable, Dictionary, GroundTruth } from '../../analysis/types';
import type { ActivationSource } from '../../data/source';
import { displayName } from '../../sae/config';
import { chosenColumns } from '../../sae/inference_gate';
import { etaOf } from '../../sae/refine_layout';
import { encodePieces } from '../encode/analysed_rows';
import { codesInDataUnits, contributionTargets, isFlat } from '../encode/data_units';
import type { EvaluationOptions, TrainedModel } from '../encode/encoding';
import type { FeatureReport, ModelReport, RecoveryReport } from '../protocol/model_report';
import { notDefined } from '../run/not_defined';

const SAME = 'All rows are the same: there is no variance to explain.';
const FLAT =
  'Each row holds one number throughout, which layer_norm takes out as its mean and puts back: no code explains anything.';

/**
 * Evaluates a model on the first rows of a split. Activations of only some rows are held at a time; the
 * numbers are the same for any cut. Throws LabError `not_finite` when a sum left float32.
 */
export async function evaluateModel(
  model: TrainedModel,
  source: ActivationSource,
  options: EvaluationOptions,
): Promise<ModelReport> {
  const { config, weights } = model;
  const sums = new ReconstructionAccumulator(source.width);
  // Columns that are chosen one by one are counted as they are: blocks in another basis would have others.
  const pruned = chosenColumns(config) === undefined ? pruneDictionary(weights) : null;
  const prunedDecoder = pruned?.decoder ?? null;
  const prunedSums = prunedDecoder === null ? sums : new ReconstructionAccumulator(source.width);
  let flatRows = 0;
  const { codes, truth } = await encodePieces(
    source,
    options,
    async (x, rows, onProgress) => {
      const encoded = await model.encode(x, rows, onProgress);
      return { ...encoded, codes: codesInDataUnits(config, encoded.codes, x, source.width) };
    },
    ({ x, count }, { codes: own, squaredError }) => {
      sums.addErrors(x, squaredError, count);
      if (prunedDecoder !== null) {
        const targets = contributionTargets(config, weights.decoderBias, x, source.width);
        const errors = contributionErrors(prunedDecoder, own, targets, source.width);
        prunedSums.addErrors(x, errors, count);
      }
      for (let row = 0; row < count; row += 1) flatRows += isFlat(x, row, source.width) ? 1 : 0;
    },
  );
  const { mse, ...shares } = sums.result();
  refuseNotFiniteMetrics(
    { mse },
    `${displayName(config)} on ${source.label}`,
    'The squared errors exceed float32: scale the rows, or give a model that was trained on rows of this size.',
  );
  // Such a row is its own mean, which layer_norm takes out and puts back without any code.
  const trivial = config.normalize_activations === 'layer_norm' && flatRows === codes.rows;
  const explained = {
    explained_variance: trivial ? null : shares.explainedVariance,
    explained_variance_legacy: trivial ? null : shares.explainedVarianceLegacy,
    pruned_explained_variance: trivial ? null : prunedSums.result().explainedVariance,
  };
  const indexed = indexCodes(weights, codes);
  const activity = describeActivity(indexed);
  const live = liveGroups(indexed);
  const ranks = live.map((group) => summarizeRanks(mapSingularValues(weights, group)));
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const dead = weights.groups - live.length;
  const eta = etaOf(config, weights);
  return {
    name: displayName(config),
    architecture: config.architecture,
    rows: codes.rows,
    split: options.split,
    ...explained,
    mse,
    l0: activity.l0,
    pruned_l0: pruned === null ? activity.l0 : prunedL0(indexed, pruned),
    groups_per_token: activity.groupsPerRow,
    live_groups: live.length,
    dead_groups: dead,
    dead_features: dead * weights.rank,
    group_coverage: activity.coverage,
    mean_stable_rank: mean(ranks.map((rank) => rank.stableRank)),
    mean_rank90: mean(ranks.map((rank) => rank.rank90)),
    ...(eta === null ? {} : { eta }),
    ...notDefined(
      explained,
      trivial
        ? {
            explained_variance: FLAT,
            explained_variance_legacy: FLAT,
            pruned_explained_variance: FLAT,
          }
        : {
            explained_variance: SAME,
            explained_variance_legacy: 'All rows are zero.',
            pruned_explained_variance: SAME,
          },
    ),
    ...(truth === null ? {} : { recovery: recoveryReport(weights, codes, truth) }),
  };
}

/** What became of each known feature. */
function recoveryReport(weights: Dictionary, codes: CodeTable, truth: GroundTruth): RecoveryReport {
  const indexed = indexCodes(weights, codes);
  const moments = allFeatureMoments(indexed, truth);
  const recovery = describeRecovery(indexed, truth, moments);
  const spreads = moments.map((moment) => featureSpread(moment, truth, indexed));
  const counts = countFeatures(recovery.features, spreads);
  const features = recovery.features.map((feature, index): FeatureReport => {
    const spread = at(spreads, index);
    return {
      name: feature.name,
      kind: feature.kind,
      dimension: feature.dimension,
      units90: spread.units90,
      units99: spread.units99,
      top_share: spread.topShare,
      reconstruction: spread.reconstruction,
      matched_group: feature.group,
      capture: feature.capture,
      best_group: feature.bestGroup,
      best_capture: feature.bestCapture,
      r2: feature.r2,
      rank90: feature.rank90,
    };
  });
  return {
    mean_capture: recovery.meanCapture,
    mean_capture_multi_dimensional: recovery.meanCaptureMultiDimensional,
    mean_best_capture_multi_dimensional: recovery.meanBestCaptureMultiDimensional,
    mean_rank_error: recovery.meanRankError,
    mean_rank_error_multi_dimensional: recovery.meanRankErrorMultiDimensional,
    packed_features: counts.packed,
    split_features: counts.split,
    lost_features: counts.lost,
    features,
  };
}
