/**
 * SASA: groups of r columns, of which the s with the longest codes describe a row; a nuclear norm finds the rank of
 * each. With fewer columns than those groups have, a second level chooses among them. README.md has the paper.
 */
import * as z from 'zod/mini';
import { setting } from '../../../base/setting';
import { keyParts } from '../../parts';
import { defineArchitecture } from '../architecture';
import { GROUP_SETTINGS, groupFolder, groupModels, groupScore } from '../groups';
import { count, SHARED_SETTINGS } from '../shared_settings';
import { brokenColumns, columnsFolder, columnsOf, MOST_COLUMNS } from './columns';

const schema = z.strictObject({
  architecture: z.literal('topk_sasa'),
  ...SHARED_SETTINGS,
  ...GROUP_SETTINGS,
  k_columns: setting(z.optional(count(MOST_COLUMNS)), {
    label: 'Columns',
    symbol: 'm',
    meaning:
      'Columns of the active groups that stay on: those that contribute most, each taken alone.',
    formula: 'the m of S(x) with the largest |pₖᵢ|·‖dₖᵢ‖\nl0 = m',
    source: 'The lab',
    limit: 'at most s·r',
    automatic: 's·r, all',
    advanced: true,
  }),
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
  gate: (config) => ({
    kind: 'top_of_row',
    score: groupScore(config),
    key: keyParts.any,
    columns: columnsOf(config),
  }),
  rules: (config) => [...groupModels.rules(config), ...brokenColumns(config)],
  // Of columns that are chosen one by one only those that stay on count.
  warnings: (config, width) => groupModels.warnings(config, width, columnsOf(config)),
  budget: (settings) => {
    const { columns, active } = groupModels.budget(settings);
    const { k_columns: most } = settings;
    return { columns, active: typeof most === 'number' ? Math.min(active, most) : active };
  },
  folder: { ...groupFolder, ...columnsFolder },
});
