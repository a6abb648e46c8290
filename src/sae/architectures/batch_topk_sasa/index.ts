/**
 * SASA with a gate over the batch: the s·B groups with the longest codes of a batch of B rows are on, so that a row may
 * have more than s or fewer. Outside training a threshold takes the place of the batch. README.md has what is computed.
 */
import * as z from 'zod/mini';
import { keyParts, standingParts } from '../../parts';
import { defineArchitecture } from '../architecture';
import { firstThreshold } from '../common';
import {
  activeGroups,
  GROUP_SETTINGS,
  groupBias,
  groupFolder,
  groupModels,
  groupScore,
  nuclearTarget,
} from '../groups';
import { SHARED_SETTINGS, thresholdRate } from '../shared_settings';

const schema = z.strictObject({
  architecture: z.literal('batch_topk_sasa'),
  ...SHARED_SETTINGS,
  ...GROUP_SETTINGS,
  k_groups: activeGroups(
    'Groups that a row uses on average: those of the batch whose codes have the largest norms.',
    'the s·B groups of a batch with the largest ‖pₖ‖₂\nl0 ≈ s·r',
  ),
  nuclear_target: nuclearTarget(['composition', 'weight_decay']),
  use_encoder_bias: groupBias('false'),
  topk_threshold_lr: thresholdRate(
    'Share of a step by which the threshold moves to the smallest score that won.',
    'θ ← θ + rate · (min ‖pₖ‖² − θ)',
  ),
});

export const batchTopkSasa = defineArchitecture({
  ...groupModels,
  id: 'batch_topk_sasa',
  schema,
  words: {
    name: 'Batch SASA',
    choice: 'Batch SASA',
    detail: 'groups with a norm gate over the batch',
    unit: 'group',
    size: (number) => `${number('n_groups')} groups × ${number('group_rank')}`,
  },
  gate: (config) => ({
    kind: 'top_of_batch',
    score: groupScore(config),
    key: keyParts.positive,
    rate: config.topk_threshold_lr,
  }),
  inference: (config) => ({
    kind: 'threshold',
    score: groupScore(config),
    standing: standingParts.threshold,
  }),
  vectors: [{ name: 'thresholds', length: 'one', trained: false, initial: () => 0 }],
  folder: {
    ...groupFolder,
    tensors: { threshold: 'thresholds' },
    restore: firstThreshold,
  },
});
