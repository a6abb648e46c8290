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
      ...qualityMeasures.map(({ id }) => heldOut(id, ({ report }) => report[id])),
      heldOut('rows', ({ report }) => report.rows),
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
