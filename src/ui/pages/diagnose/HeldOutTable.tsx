/**
 * What the models are worth on held-out rows, at the head of the numbers: the other ones are about the rows that were
 * diagnosed, some of which may have been trained on.
 */
import type { QualityReport } from '../../../lab/protocol/model_report';
import {
  lackOf,
  qualityMeasures,
  rowsText,
  type HeldOutView,
  type QualityMeasure,
} from '../../parts/held_out';
import { Hint } from '../../parts/Hint';
import { withExact } from '../../parts/Measure';
import { formatInteger } from '../../plots/format';
import type { DiagnosedModel } from './diagnosed';
import { ModelsTable } from './ModelsTable';

export interface HeldOutTableProps {
  readonly models: readonly DiagnosedModel[];
  /** By the index of the model. */
  readonly view: HeldOutView;
}

export function HeldOutTable({ models, view }: HeldOutTableProps) {
  const answers = models.map(({ model }) => view.answers[model.index] ?? null);
  const answer = answers.find((each) => each !== null) ?? null;
  if (answer === null && !view.possible) return null;
  return (
    <ModelsTable
      label="Held-out quality"
      models={models}
      old={answer !== null && !view.current}
      head={
        <>
          {answer === null ? 'Held-out quality' : `Quality: ${rowsText(answer.report)}`}
          <Evaluate view={view} step={answer?.step ?? null} />
        </>
      }
    >
      {qualityMeasures.map((measure) => (
        <tr key={measure.id}>
          <th scope="row">
            <Hint {...measure.text} side="right">
              <span tabIndex={0}>{measure.label}</span>
            </Hint>
          </th>
          {models.map(({ model }, index) => (
            <td key={model.index}>
              <QualityNumber measure={measure} report={answers[index]?.report ?? null} />
            </td>
          ))}
        </tr>
      ))}
    </ModelsTable>
  );
}

interface QualityNumberProps {
  readonly measure: QualityMeasure;
  /** Null where the model was not evaluated. */
  readonly report: QualityReport | null;
}

function QualityNumber({ measure, report }: QualityNumberProps) {
  if (report === null) return <span className="quiet">–</span>;
  const { id, text, format, detail } = measure;
  const value = report[id] ?? null;
  if (value === null) {
    return (
      <Hint text={lackOf(report, id) ?? ''}>
        <span className="quiet" tabIndex={0}>
          –
        </span>
      </Hint>
    );
  }
  const more = detail?.(report) ?? null;
  return (
    <>
      <Hint {...text} text={withExact(text.text, value, format(value))}>
        <b tabIndex={0}>{format(value)}</b>
      </Hint>
      {more !== null && <span className="quiet"> {more}</span>}
    </>
  );
}

/** How far it is, and what can be done while the numbers are missing or of another step. */
function Evaluate({ view, step }: { readonly view: HeldOutView; readonly step: number | null }) {
  const { progress, error, possible, current, costed, changed, start, cancel } = view;
  if (progress !== null) {
    return (
      <button type="button" className="button button-quiet" onClick={cancel}>
        {Math.round(100 * progress.fraction)} %, cancel
      </button>
    );
  }
  if (current && costed) return null;
  return (
    <>
      {step !== null && !current && (
        <span className="quiet">
          {' '}
          after step {formatInteger(step)}
          {changed !== null && `; ${changed} since`}
        </span>
      )}
      {possible && (
        <button
          type="button"
          className="button button-quiet"
          title={error?.message}
          onClick={start}
        >
          {error !== null ? 'Failed: try again' : current ? 'Measure bits' : 'Evaluate'}
        </button>
      )}
    </>
  );
}
