/** Which tables and figures docs/results/README.md has, and what their rows are called. */
import { join } from 'node:path';
import { experiments, type ExperimentName } from './experiments';
import { STRENGTH } from './models';
import { ratePicture } from './picture';
import { readRecord } from './record';
import {
  armTable,
  meanColumn,
  measureColumn,
  rateColumn,
  seedsColumn,
  sweepTable,
  tokensTable,
  type Column,
  type ResultTable,
  type Row,
} from './result_tables';
import { RATES } from './text';

const EV = measureColumn('EV', 'explained_variance', 4, 'largest');

const RECOVERED: readonly Column[] = [
  measureColumn('capture', 'recovery.mean_capture_multi_dimensional', 4, 'largest'),
  measureColumn('rank error', 'recovery.mean_rank_error_multi_dimensional', 3, 'smallest'),
  measureColumn('packed', 'recovery.packed_features', 1, 'smallest'),
  measureColumn('split', 'recovery.split_features', 1, 'smallest'),
  measureColumn('live', 'live_groups', 1, 'largest'),
];

/** An arm in each of its variants. */
const variants = (which: readonly string[], says: string, arm: string): readonly Row[] =>
  which.map((variant): Row => [`${says}, ${variant}`, `${arm}-${variant}`]);

const world = (says: string, arm: string) => variants(['none', 'unpack', 'both'], says, arm);
const gate = (says: string, arm: string) => variants(['none', 'both'], says, arm);

const zooTables: readonly ResultTable[] = [
  {
    name: 'what moves do',
    experiment: 'zoo',
    ...armTable(
      'model, moves',
      [
        ...world('K 64', 'k64'),
        ...world('K 72', 'k72'),
        ...world('K 96', 'k96'),
        ...world('96 lines, 16 circles, 16 spheres: K 208', 'zoo2-k208'),
        ...world('d 64 for 152 dimensions: K 64', 'd64'),
        ...world('noise 0.3: K 64', 'noise30'),
        ...world('Zipf: K 64', 'zipf'),
        ...world('4 active, s 3: K 80', 'active4-s3'),
        ...world('5 active, s 3: K 80', 'active5-s3'),
        ...world('3 active, s 2: K 80', 'active3-s2'),
        ...world('3 active, s 4: K 80', 'active3-s4'),
      ],
      [seedsColumn, EV, ...RECOVERED, measureColumn('moves', 'changes.length', 1, 'smallest')],
    ),
  },
  {
    name: 'which s',
    experiment: 'zoo_independent',
    ...armTable(
      'model, moves',
      [
        ...[2, 3, 4, 5].flatMap((s) => gate(`row, s ${s}`, `row-k80-s${s}`)),
        ...[2, 3, 4, 5].flatMap((s) => gate(`batch, s ${s}`, `batch-k80-s${s}`)),
        ...gate('batch, s 3, K 64', 'batch-k64-s3'),
        ...gate('Zipf, batch, s 3, K 64', 'zipf-batch-k64-s3'),
      ],
      [
        seedsColumn,
        EV,
        measureColumn('bits', 'bits_per_token', 1, 'smallest'),
        ...RECOVERED,
        measureColumn('late unpack', 'late_moves.unpack', 1, 'smallest'),
        measureColumn('late repartition', 'late_moves.repartition', 1, 'smallest'),
      ],
    ),
  },
];

/** The models of words and of stories. */
const MAIN: readonly Row[] = [
  ['TopK, k 16', 'topk'],
  ['Signed TopK, k 16', 'topk_signed'],
  ['BatchTopK, k 16', 'batchtopk'],
  ['SASA, r 2, s 8', 'sasa-r2-s8'],
  ['SASA, r 2, s 12', 'sasa-r2-s12'],
  ['SASA, r 4, s 4', 'sasa-r4-s4'],
  ['SASA, r 4, s 6', 'sasa-r4-s6'],
  ['Two-level, r 2, s 12, m 16', 'two-level-r2-s12'],
];
const FRONTIER = [4, 8, 12, 24].map((k): Row => [`TopK, k ${k}`, `topk-k${k}`]);
const some = (...arms: readonly string[]): readonly Row[] =>
  MAIN.filter(([, arm]) => arms.includes(arm));

const OTHERS = MAIN.slice(1);
const SWEPT = some(
  ...['topk', 'topk_signed', 'batchtopk', 'sasa-r2-s8', 'sasa-r4-s4', 'two-level-r2-s12'],
);
/** BatchTopK breaks down with refined codes at some seeds. */
const REFINED = SWEPT.filter(([, arm]) => arm !== 'batchtopk').map(([says, arm]): Row => [
  says,
  `${arm}-refine`,
]);
/** Those that a language model ran with in the place of its residual stream. */
const SPLICED = some('topk', 'sasa-r2-s8', 'sasa-r4-s4', 'two-level-r2-s12');
const WIDTHS = [512, 2048, 4096].map((columns): Row => [
  `N = ${columns}: SASA, r 2, s 8`,
  `n${columns}-sasa-r2-s8`,
]);

const costTable = (rows: readonly Row[]) =>
  armTable('model', rows, [
    seedsColumn,
    meanColumn('columns', 'l0', 2),
    meanColumn('units', 'groups_per_token', 2),
    measureColumn('bits', 'bits_per_token', 1),
    measureColumn('EV', 'explained_variance', 4),
    measureColumn('least squares', 'codes.least_squares.explained_variance', 4),
    measureColumn('prune2', 'codes.prune2.explained_variance', 4),
  ]);

const gainTable = (rows: readonly Row[]) =>
  armTable('EV minus that of TopK at the same bits', rows, [
    seedsColumn,
    rateColumn('encoder', 'plain', 'gain', 4),
    rateColumn('least squares', 'least_squares', 'gain', 4),
    rateColumn('prune2', 'prune2', 'gain', 4),
    rateColumn('bits ÷ TopK’s, least squares', 'least_squares', 'share', 3),
  ]);

const refinedTable = (rows: readonly Row[]) =>
  armTable('trained on refined codes', rows, [
    seedsColumn,
    measureColumn('bits', 'bits_per_token', 1),
    measureColumn('EV', 'explained_variance', 4),
    rateColumn('minus refined TopK at these bits', 'plain', 'gain', 4),
  ]);

const wordsTables: readonly ResultTable[] = [
  {
    name: 'words at equal columns and units',
    experiment: 'words',
    ...costTable([...MAIN, ...FRONTIER]),
  },
  { name: 'words at equal bits', experiment: 'words', ...gainTable([...OTHERS, ...WIDTHS]) },
  { name: 'words on refined codes', experiment: 'words', ...refinedTable(REFINED) },
  {
    name: 'learning rates on words',
    experiment: 'words_lr',
    ...sweepTable(
      'learning rate',
      RATES,
      SWEPT.map(([says, arm]) => [says, (rate) => `${arm}-lr${rate}`]),
    ),
  },
];

/** Several models train in one run there: which of them, by the name of a model. */
function runOfStories(model: string): string {
  if (model.startsWith('batchtopk')) return 'batch';
  const costs = /^topk-k\d+|^sasa-r2-s12$|^sasa-r4-s6$/.test(model);
  if (model.endsWith('-refine')) return costs ? 'refined-costs' : 'refined';
  return costs ? 'costs' : 'plain';
}

const inStories = (rows: readonly Row[]): readonly Row[] =>
  rows.map(([says, model]): Row => [says, `${runOfStories(model)}/${model}`]);

const storiesTables: readonly ResultTable[] = [
  {
    name: 'stories at equal columns and units',
    experiment: 'stories',
    ...costTable(inStories([...MAIN, ...FRONTIER])),
  },
  { name: 'stories at equal bits', experiment: 'stories', ...gainTable(inStories(OTHERS)) },
  { name: 'stories on refined codes', experiment: 'stories', ...refinedTable(inStories(REFINED)) },
  {
    name: 'stories in the language model',
    experiment: 'stories',
    ...armTable('in the place of the residual stream', inStories(SPLICED), [
      seedsColumn,
      measureColumn('KL divergence', 'splice.kl_sae', 3),
      measureColumn('cross-entropy', 'splice.ce_sae', 3),
      measureColumn('KL score', 'splice.kl_score_mean_ablation', 4),
      measureColumn('CE score', 'splice.ce_score_mean_ablation', 4),
    ]),
  },
  {
    name: 'stories at equal rows',
    experiment: 'stories',
    ...tokensTable(inStories(SPLICED.slice(1))),
  },
  {
    name: 'learning rates on stories',
    experiment: 'stories_lr',
    ...sweepTable(
      'learning rate',
      RATES,
      SWEPT.map(([says, arm]) => [
        says,
        (rate) => (arm.startsWith('two-level') ? `two-level-lr${rate}` : `lr${rate}/${arm}`),
      ]),
    ),
  },
];

/** What was trained there at another strength than everywhere else. */
const ofStories = (rank: string, lambda: number): string | null =>
  [0, 1e-5, 1e-4].includes(lambda) ? `stories-lambda/${rank}-lambda${lambda}` : null;

/** Of one seed, by which the presets were set. */
const presetTables: readonly ResultTable[] = [
  {
    name: 'strength of the nuclear norm',
    experiment: 'presets',
    ...sweepTable(
      'λ_rel',
      [0, 1e-5, STRENGTH, 1e-4, 3e-4],
      [
        [
          'words: SASA, r 2, s 8',
          (lambda) =>
            lambda === STRENGTH ? 'words-1000/sasa-r2-s8' : `words-lambda/r2-lambda${lambda}`,
        ],
        ['stories: SASA, r 2, s 8', (lambda) => ofStories('r2', lambda)],
        ['stories: SASA, r 4, s 4', (lambda) => ofStories('r4', lambda)],
      ],
    ),
  },
  {
    name: 'steps on words',
    experiment: 'presets',
    ...sweepTable(
      'steps',
      [1000, 2000, 3000],
      some('topk', 'sasa-r2-s8').map(([says, arm]) => [says, (steps) => `words-${steps}/${arm}`]),
    ),
  },
];

export const publishedTables: readonly ResultTable[] = [
  ...zooTables,
  ...wordsTables,
  ...storiesTables,
  ...presetTables,
];

const recorded = (folder: string, name: ExperimentName) =>
  readRecord(experiments[name], join(folder, `${name}.csv`));

/** Every table by its name, from the records in a folder. */
export function publishedMarkdown(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    publishedTables.map(({ name, experiment, markdown }) => [
      name,
      markdown(recorded(folder, experiment)),
    ]),
  );
}

/** The figures by the names of their files in docs/images, from the records in a folder. */
export function publishedPictures(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (['words', 'stories'] as const).flatMap((name) => {
      const picture = ratePicture(experiments[name].title, recorded(folder, name));
      return picture === null ? [] : [[`${name}_bits.svg`, picture]];
    }),
  );
}
