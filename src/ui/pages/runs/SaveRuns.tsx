/** Saves what the table lists as CSV. */
import { csvText, saveFile } from '../../../io/figure_export';
import { useQuestions } from '../../../state/questions';
import { runOf } from '../../../state/runs_store';
import { factsOf } from './run_facts';
import { runsCsv } from './runs_csv';

export function SaveRuns({ shown }: { readonly shown: readonly string[] }) {
  const save = () => {
    const { evaluate } = useQuestions.getState();
    const facts = shown.flatMap((id) => {
      const run = runOf(id);
      return run === undefined ? [] : [factsOf(run, evaluate)];
    });
    saveFile(csvText(runsCsv(facts)), 'runs.csv', 'text/csv;charset=utf-8');
  };
  return (
    <button
      className="button"
      type="button"
      title="The runs of this list with all columns, one row a model"
      disabled={shown.length === 0}
      onClick={save}
    >
      Save CSV
    </button>
  );
}
