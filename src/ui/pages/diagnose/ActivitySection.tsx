/** Dead and dense units: capacity that does nothing, and units that fire on nearly everything. */
import { plainText } from '../../parts/explain';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatInteger, formatPercent } from '../../plots/format';
import { Histogram } from '../../plots/Histogram';
import { modelColor } from '../../plots/palette';
import type { DiagnosedModel } from './diagnosed';
import { UnitLink } from './UnitLink';
import { frequencyTable } from './figure_tables';
import { ModelColumns, Section } from './Section';
import { diagnoseTexts as texts } from './texts';
import { UnitLinks } from './UnitLinks';

export function ActivitySection({ models }: { readonly models: readonly DiagnosedModel[] }) {
  return (
    <Section
      id="activity"
      title="Dead and dense units"
      question="How often do units fire, compared with the even share that the gate would give each?"
    >
      <ModelColumns models={models}>
        {(diagnosed) => (
          <>
            <Frequencies diagnosed={diagnosed} />
            <Extremes diagnosed={diagnosed} />
          </>
        )}
      </ModelColumns>
    </Section>
  );
}

function Frequencies({ diagnosed: { model, diagnosis } }: { readonly diagnosed: DiagnosedModel }) {
  const { from, counts } = diagnosis.activity.frequencyHistogram;
  const { evenShare, denseThreshold } = diagnosis.activity;
  return (
    <FigureFrame
      title={`Live ${model.unitName}s by how often they fire`}
      hint={plainText(texts.frequency)}
      fileName={`frequencies-${model.name}`}
      csv={() => frequencyTable(diagnosis.activity)}
    >
      <Histogram
        label={`Frequencies of the live ${model.unitName}s, ${model.name}`}
        height={200}
        counts={counts}
        from={from}
        to={0}
        xLabel="share of the rows that a unit fires on"
        color={modelColor(model.index)}
        formatX={frequencyText}
        xTicks={decades(from)}
        marks={[
          { x: Math.log10(evenShare), text: 'even share', before: true },
          ...(denseThreshold < 1 ? [{ x: Math.log10(denseThreshold), text: 'dense' }] : []),
        ].filter(({ x }) => Number.isFinite(x))}
      />
    </FigureFrame>
  );
}

/** The text of a decadic logarithm of a frequency: "1 %", between decades "3.2 %". */
function frequencyText(value: number): string {
  return formatPercent(10 ** value, Number.isInteger(value) ? 1 : 2);
}

/** Whole decades from `from` to 0. */
function decades(from: number): readonly number[] {
  const first = Math.ceil(from);
  return Array.from({ length: 1 - first }, (_, index) => first + index);
}

function Extremes({ diagnosed: { model, diagnosis } }: { readonly diagnosed: DiagnosedModel }) {
  const { dead, dense, rows, evenShare, denseThreshold } = diagnosis.activity;
  return (
    <dl className="panel diagnose-facts">
      <div title={texts.dead.text}>
        <dt>Dead</dt>
        <dd>
          <b>{formatInteger(dead.length)}</b>{' '}
          <span className="quiet">never fired in {formatInteger(rows)} rows</span>
          {dead.length > 0 && (
            <div>
              <UnitLinks model={model} units={dead} filter="dead" />
            </div>
          )}
        </dd>
      </div>
      <div title={texts.dense.text}>
        <dt>Dense</dt>
        <dd>
          <b>{denseThreshold < 1 ? formatInteger(dense.length) : '–'}</b>{' '}
          <span className="quiet">
            {denseThreshold < 1
              ? `fire on more than ${formatPercent(denseThreshold)} of the rows, ten times the even share`
              : `none can be: ten times the even share of ${formatPercent(evenShare)} is more than all rows`}
          </span>
          {dense.slice(0, 6).map(({ group, frequency }) => (
            <div key={group}>
              <UnitLink model={model} unit={group} />{' '}
              <span className="quiet">{formatPercent(frequency)}</span>
            </div>
          ))}
        </dd>
      </div>
    </dl>
  );
}
