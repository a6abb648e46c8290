/** The listed runs as CSV: one row a model, with the numbers behind every column there is, shown or not. */
import type { CsvTable } from '../../plots/props';
import { runColumns } from './run_columns';
import type { ModelFacts, RunFacts } from './run_facts';

/** Numbers of an evaluation that stand behind a column, as report.json names them. */
const BEHIND = [
  'pruned_explained_variance',
  'bits_per_token_low',
  'bits_per_token_high',
  'bits_index',
  'bits_coefficients',
  'split',
] as const;

export function runsCsv(runs: readonly RunFacts[]): CsvTable {
  return {
    columns: [
      ...runColumns.map(({ id }) => (id === 'name' ? 'run' : id === 'models' ? 'model' : id)),
      ...BEHIND,
      'not_defined',
    ],
    rows: runs.flatMap((facts) => facts.models.map((model) => rowOf(facts, model))),
  };
}

function rowOf(facts: RunFacts, model: ModelFacts): readonly (string | number | null)[] {
  const report = model.heldOut;
  return [
    ...runColumns.map(({ sort }) => (sort.of === 'run' ? sort.value(facts) : sort.value(model))),
    ...BEHIND.map((name) => report?.[name] ?? null),
    Object.entries(report?.not_defined ?? {})
      .map(([name, reason]) => `${name}: ${reason}`)
      .join(' '),
  ];
}
