/** What the models are worth on rows they were not trained on, below the numbers of the last training batch. */
import { trainedBefore } from '../../../state/run_record';
import { qualityMeasures, rowsText, useHeldOut, type HeldOutView } from '../../parts/held_out';
import { Hint } from '../../parts/Hint';
import { formatExact, formatInteger } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { useShownRun, useShownRunId } from './shown_run';
import './tiles.css';

export function HeldOutTiles() {
  const id = useShownRunId();
  const view = useHeldOut(id);
  const names = useShownRun((run) => run.models)?.map(({ name }) => name);
  const answered = view.answers.some((answer) => answer !== null);
  if (names === undefined || (!answered && !view.possible)) return null;
  return (
    <dl
      className="panel tiles held-out"
      data-models={Math.min(names.length, 6)}
      data-old={answered && !view.current}
      aria-label="Held-out quality"
    >
      <div className="tile">
        <dt>Held-out quality</dt>
        <dd className="held-out-state">
          <State view={view} />
        </dd>
      </div>
      {qualityMeasures.map(({ id: measure, label, text, format }) => (
        <div className="tile" key={measure}>
          <Hint {...text}>
            <dt tabIndex={0}>{label}</dt>
          </Hint>
          <dd className="tile-values">
            {names.map((name, index) => {
              const value = view.answers[index]?.report[measure] ?? undefined;
              return (
                <span
                  className="tile-value"
                  key={index}
                  title={value === undefined ? name : `${name}: ${formatExact(value)}`}
                >
                  <i style={{ background: modelColor(index) }} />
                  <span className="visually-hidden">{name}: </span>
                  {value === undefined ? <span className="tile-none">–</span> : format(value)}
                </span>
              );
            })}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Which rows, after which step; or how far it is, and what can be done. */
function State({ view }: { readonly view: HeldOutView }) {
  const before = useShownRun((run) => trainedBefore(run).steps) ?? 0;
  const { progress, error, possible, current, changed } = view;
  const answer = view.answers.find((each) => each !== null) ?? null;
  if (progress !== null) {
    return (
      <>
        <span role="status">{Math.round(100 * progress.fraction)} % evaluated</span>
        <button type="button" className="link-button" onClick={view.cancel}>
          Cancel
        </button>
      </>
    );
  }
  return (
    <>
      {error !== null && (
        <span role="alert" title={error.wayOut}>
          {error.message}
        </span>
      )}
      {answer !== null && (
        <span>
          {rowsText(answer.report)}; step {formatInteger(before + answer.step)}
          {changed !== null && `; ${changed} since`}
        </span>
      )}
      {possible && !current && (
        <button type="button" className="link-button" onClick={view.start}>
          {answer === null ? 'Evaluate' : 'Evaluate now'}
        </button>
      )}
    </>
  );
}
