/**
 * What the models are worth on rows they were not trained on, and what their codes of a row cost: below the numbers of the last
 * training batch.
 */
import type { QuestionProgress } from '../../../state/questions';
import { trainedBefore } from '../../../state/run_record';
import {
  bitsRowsText,
  exactText,
  lackOf,
  qualityMeasures,
  rowsText,
  useHeldOut,
  type HeldOutView,
  type QualityMeasure,
} from '../../parts/held_out';
import { Hint } from '../../parts/Hint';
import { formatInteger } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { useShownRun, useShownRunId } from './shown_run';
import './tiles.css';

export function HeldOutTiles() {
  const id = useShownRunId();
  const view = useHeldOut(id);
  const names = useShownRun((run) => run.models)?.map(({ name }) => name);
  const answered = view.answers.some((answer) => answer !== null);
  if (names === undefined || (!answered && !view.possible)) return null;
  const tilesOf = (of: QualityMeasure['of']) =>
    qualityMeasures
      .filter((measure) => measure.of === of)
      .map((measure) => (
        <MeasureTile key={measure.id} measure={measure} names={names} view={view} />
      ));
  return (
    <section
      className="panel held-out"
      data-models={Math.min(names.length, 6)}
      data-old={answered && !view.current}
      aria-label="Held-out quality"
    >
      <dl className="tiles">
        <div className="tile">
          <dt>Held-out quality</dt>
          <dd className="held-out-state">
            <State view={view} />
          </dd>
        </div>
        {tilesOf('quality')}
      </dl>
      <dl className="tiles">
        <div className="tile">
          <dt>What it costs to write a row down</dt>
          <dd className="held-out-state">
            <Bits view={view} />
          </dd>
        </div>
        {tilesOf('cost')}
      </dl>
    </section>
  );
}

interface MeasureTileProps {
  readonly measure: QualityMeasure;
  /** Of the models. */
  readonly names: readonly string[];
  readonly view: HeldOutView;
}

function MeasureTile({ measure, names, view }: MeasureTileProps) {
  const { id, label, text, format } = measure;
  return (
    <div className="tile">
      <Hint {...text}>
        <dt tabIndex={0}>{label}</dt>
      </Hint>
      <dd className="tile-values">
        {names.map((name, index) => {
          const report = view.answers[index]?.report ?? null;
          const value = report?.[id] ?? null;
          return (
            <span
              className="tile-value"
              key={index}
              title={report === null ? name : `${name}: ${exactText(report, measure)}`}
            >
              <i style={{ background: modelColor(index) }} />
              <span className="visually-hidden">{name}: </span>
              {value === null ? <span className="tile-none">–</span> : format(value)}
            </span>
          );
        })}
      </dd>
    </div>
  );
}

/** What bits are, why there are none, or how far they are measured. */
function Bits({ view }: { readonly view: HeldOutView }) {
  const { answers, progress, current, fitting } = view;
  if (progress !== null && current && !fitting) {
    return <Progress done="of the bits measured" progress={progress} cancel={view.cancel} />;
  }
  const reports = answers.flatMap((answer) => (answer === null ? [] : [answer.report]));
  const [lack = null] = reports.flatMap((report) => lackOf(report, 'bits_per_token') ?? []);
  // What is not there yet while the rest is evaluated is not missing.
  const why = progress === null ? lack : null;
  return <span>{why ?? 'Bits say which units fire, and with which values.'}</span>;
}

interface ProgressProps {
  readonly progress: QuestionProgress;
  readonly done: string;
  readonly cancel: () => void;
}

function Progress({ progress, done, cancel }: ProgressProps) {
  return (
    <>
      <span role="status">
        {Math.round(100 * progress.fraction)} % {done}
      </span>
      <button type="button" className="link-button" onClick={cancel}>
        Cancel
      </button>
    </>
  );
}

/** Which rows, after which step; or how far it is, and what can be done. */
function State({ view }: { readonly view: HeldOutView }) {
  const before = useShownRun((run) => trainedBefore(run).steps) ?? 0;
  const { progress, error, possible, current, costed, changed } = view;
  const answer = view.answers.find((each) => each !== null) ?? null;
  if (progress !== null && !current) {
    return <Progress done="evaluated" progress={progress} cancel={view.cancel} />;
  }
  return (
    <>
      {error !== null && (
        <span role="alert" title={error.wayOut}>
          {error.message}
        </span>
      )}
      {answer !== null && (
        <span title={bitsRowsText(answer.report)}>
          {rowsText(answer.report)}; step {formatInteger(before + answer.step)}
          {changed !== null && `; ${changed} since`}
        </span>
      )}
      {possible && progress === null && !(current && costed) && (
        <button type="button" className="link-button" onClick={view.start}>
          {answer === null ? 'Evaluate' : current ? 'Measure bits' : 'Evaluate now'}
        </button>
      )}
    </>
  );
}
