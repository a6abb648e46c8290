/**
 * The second level of SASA's gate, `k_columns`: which settings it goes with, and the folder of a model that has one. What
 * it computes is in docs/method/model.md.
 */
import type { Dictionary } from '../../../base/dictionary';
import type { BrokenRule, LooseSettings } from '../architecture';
import { tooMany } from '../common';
import { groupFolder } from '../groups';

/** Columns of a row that a choice is made among: twice as many fit the memory of a workgroup. */
export const MOST_COLUMNS = 512;

/** Who reads only `topk_sasa` would leave out that columns are chosen, and compute something else. */
const FOLDER_NAME = 'topk_sasa_columns';

interface ColumnsConfig {
  readonly k_groups: number;
  readonly group_rank: number;
  readonly k_columns?: number | undefined;
}

type FolderConfig = ColumnsConfig & Parameters<typeof groupFolder.weights>[0];

/** Columns that a row keeps; undefined where it keeps all of its groups. */
export function columnsOf({ k_groups, group_rank, k_columns }: ColumnsConfig): number | undefined {
  return k_columns !== undefined && k_columns < k_groups * group_rank ? k_columns : undefined;
}

/** What is impossible about it. */
export function brokenColumns(config: ColumnsConfig): readonly BrokenRule[] {
  const { k_groups, group_rank, k_columns } = config;
  if (k_columns === undefined) return [];
  const all = k_groups * group_rank;
  if (columnsOf(config) !== undefined && all > MOST_COLUMNS) {
    return [
      {
        setting: 'k_columns',
        sentence: `chooses among \`k_groups\` × \`group_rank\` = ${all} columns; it must be among at most ${MOST_COLUMNS}`,
      },
    ];
  }
  return tooMany('k_columns', k_columns, '`k_groups` × `group_rank`', all);
}

/**
 * The folder: of a name of its own where columns are chosen. Its weights stay in the basis they were trained in, since
 * another basis of a block has other columns; so the gate's score is written down.
 */
export const columnsFolder = {
  names: [FOLDER_NAME],
  savedAs: (config: ColumnsConfig) => (columnsOf(config) === undefined ? undefined : FOLDER_NAME),
  weights: (config: FolderConfig, weights: Dictionary) =>
    columnsOf(config) === undefined ? groupFolder.weights(config, weights) : weights,
  save: (config: FolderConfig & Parameters<typeof groupFolder.save>[0]) => {
    const own = groupFolder.save(config);
    const { k_columns, score } = config;
    if (columnsOf(config) === undefined) return own;
    return { ...own, k_columns, ...(score === undefined ? {} : { score }) };
  },
  load: (config: LooseSettings, hasEncoderBias: boolean) => {
    const { settings } = groupFolder.load(config, hasEncoderBias);
    const { architecture, k_columns, score } = config;
    // A folder of plain SASA has no such settings, whatever else stands in it.
    if (architecture !== FOLDER_NAME) return { settings: { ...settings, k_columns: undefined } };
    if (typeof k_columns === 'number') return { settings: { ...settings, k_columns, score } };
    return {
      refused: 'has no k_columns',
      wayOut: 'Give a folder that this lab wrote.',
    };
  },
};
