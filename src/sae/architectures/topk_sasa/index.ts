/**
 * SASA: groups of r columns, of which the s with the longest codes describe a row; a nuclear norm finds the rank of
 * each. README.md has the paper.
 */
import * as z from 'zod/mini';
import { keyParts } from '../../parts';
import { defineArchitecture } from '../architecture';
import { GROUP_SETTINGS, groupFolder, groupModels, groupScore } from '../groups';
import { SHARED_SETTINGS } from '../shared_settings';

const schema = z.strictObject({
  architecture: z.literal('topk_sasa'),
  ...SHARED_SETTINGS,
  ...GROUP_SETTINGS,
});

export const topkSasa = defineArchitecture({
  ...groupModels,
  id: 'topk_sasa',
  schema,
  words: {
    name: 'SASA',
    choice: 'SASA',
    detail: 'groups with a norm gate',
    unit: 'group',
    size: (number) => `${number('n_groups')} groups × ${number('group_rank')}`,
  },
  gate: (config) => ({ kind: 'top_of_row', score: groupScore(config), key: keyParts.any }),
  folder: groupFolder,
});
