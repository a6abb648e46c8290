/** Numbers of a run's models in the table of runs, below each other, and their quality on held-out rows. */
import { useRef } from 'react';
import { takeForRun } from '../../../state/copy_offers';
import { engine } from '../../../state/engine_store';
import { bringFiles } from '../../../state/run_files';
import { trainedBefore, type Run } from '../../../state/run_record';
import { qualityMeasures, rowsText, useHeldOut } from '../../parts/held_out';
import { FilesInput } from '../../parts/FilesInput';
import { useLacking } from '../../parts/NeededFiles';
import { formatExact, formatInteger } from '../../plots/format';

interface ResultsProps {
  /** One per model; undefined where it is not known. */
  readonly values: readonly (number | undefined)[];
  readonly format: (value: number) => string;
  readonly title?: string | undefined;
  /** Whether the model is another by now. */
  readonly old?: boolean;
}

/** One number of every model, below each other. */
export function Results({ values, format, title, old = false }: ResultsProps) {
  return (
    <ul role="cell" className="runs-results" title={title} data-old={old}>
      {values.map((value, model) => (
        <li key={model} title={value === undefined ? undefined : formatExact(value)}>
          {value === undefined ? <span className="quiet">–</span> : format(value)}
        </li>
      ))}
    </ul>
  );
}

/** The held-out quality of every model, with its rows; what can be done where it is not known or out of date. */
export function HeldOutCells({ run }: { readonly run: Run }) {
  const view = useHeldOut(run.id);
  const { answers, progress, error, possible, current, changed } = view;
  const answer = answers.find((each) => each !== null) ?? null;
  const rows = answer === null ? undefined : rowsText(answer.report);
  const before = trainedBefore(run).steps;
  const input = useRef<HTMLInputElement>(null);
  const { lacking, canAsk } = useLacking(run.id);
  const needed = canAsk ? '' : lacking.map(({ name }) => name).join(', ');
  const allow = () =>
    bringFiles(engine, run.id, { press: true }).then(view.start, () => {
      // The button says then what it needs.
    });
  const take = async (files: readonly File[]) => {
    if (files.length > 0 && (await takeForRun(engine, run.id, files))) view.start();
  };
  return (
    <>
      {qualityMeasures.map(({ id, format }) => (
        <Results
          key={id}
          values={answers.map((each) => each?.report[id] ?? undefined)}
          format={format}
          title={changed === null ? rows : `${rows ?? ''}; ${changed} since`}
          old={answer !== null && !current}
        />
      ))}
      <span role="cell" className="runs-rows quiet">
        {rows !== undefined && (
          <span>
            {rows}
            {!current && answer !== null && `, at step ${formatInteger(before + answer.step)}`}
            {changed !== null && `; ${changed} since`}
          </span>
        )}
        {progress !== null ? (
          <button type="button" className="link-button" onClick={view.cancel}>
            {Math.round(100 * progress.fraction)} %, cancel
          </button>
        ) : (
          possible &&
          !current && (
            <button
              type="button"
              className="link-button"
              title={error?.message}
              onClick={() => {
                if (needed !== '') input.current?.click();
                else if (canAsk) void allow();
                else view.start();
              }}
            >
              {needed !== ''
                ? `Give ${needed} to evaluate`
                : error === null
                  ? 'Evaluate'
                  : 'Failed: try again'}
            </button>
          )
        )}
        {needed !== '' && (
          <FilesInput
            input={input}
            label={`The file that ${run.name} is evaluated on`}
            multiple={lacking.length > 1}
            onFiles={(files) => void take(files)}
          />
        )}
      </span>
    </>
  );
}
