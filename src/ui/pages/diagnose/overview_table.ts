/**
 * The numbers at the head of the Diagnose page as CSV: one row per number, one column per model, and in two more columns which
 * rows it was read on and what its `…_chance` row, where it has one, is.
 */
import type { EvaluateAnswer } from '../../../lab/protocol/protocol';
import { qualityMeasures } from '../../parts/held_out';
import type { CsvTable } from '../../plots/props';
import type { DiagnosedModel } from './diagnosed';
import { overviewLines } from './overview';

/** What a number is that chance cannot give: it says what these rows, or these weights, are. */
export const EXACT = 'none: exact';

/** Numbers of an evaluation, as report.json names them. */
const QUALITY = [
  ...qualityMeasures.map(({ id }) => id),
  'pruned_explained_variance',
  'bits_per_token_low',
  'bits_per_token_high',
  'bits_index',
  'bits_index_uniform',
  'bits_coefficients',
] as const;

export function overviewTable(
  models: readonly DiagnosedModel[],
  /** By the index of the model. */
  evaluations: readonly (EvaluateAnswer | null)[],
): CsvTable {
  const answers = models.map(({ model }) => evaluations[model.index] ?? null);
  const lines = overviewLines(models.map(({ diagnosis }) => diagnosis));
  const heldOut = (id: string, value: (answer: EvaluateAnswer) => string | number | null) => [
    `held_out/${id}`,
    ...answers.map((answer) => (answer === null ? null : value(answer))),
    'held_out/rows',
    EXACT,
  ];
  const analysed = (id: string, value: (model: DiagnosedModel) => string | number) => [
    id,
    ...models.map(value),
    'analysed_rows',
    EXACT,
  ];
  return {
    columns: ['measure', ...models.map(({ model }) => model.name), 'read_on', 'chance'],
    rows: [
      ...QUALITY.map((id) => heldOut(id, ({ report }) => report[id] ?? null)),
      heldOut('rows', ({ report }) => report.rows),
      heldOut('bits_training_rows', ({ report }) => report.bits_rows?.training ?? null),
      heldOut('bits_evaluated_rows', ({ report }) => report.bits_rows?.evaluated ?? null),
      heldOut('split', ({ report }) => report.split),
      heldOut('step', ({ step }) => step),
      analysed('analysed_rows', ({ analysedRows }) => analysedRows),
      analysed('split', ({ split }) => split),
      analysed('step', ({ step }) => step),
      ...lines.flatMap(({ id, value, readOn = 'analysed_rows', chance, chanceIs = EXACT }) => [
        [id, ...models.map(({ diagnosis }) => value(diagnosis)), readOn, chanceIs],
        ...(chance === undefined
          ? []
          : [
              [
                `${id}_chance`,
                ...models.map(({ diagnosis }) => chance(diagnosis)),
                readOn,
                chanceIs,
              ],
            ]),
      ]),
    ],
  };
}
