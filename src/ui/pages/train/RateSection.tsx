/** Explained variance against bits for the models of the run shown, the bits of each, taken apart, and what better codes give. */
import { useMemo } from 'react';
import { bitsRowsText, intervalText, qualityMeasure, type HeldOutView } from '../../parts/held_out';
import { plainText } from '../../parts/explain';
import { FigureFrame } from '../../plots/FigureFrame';
import { FiguresOf } from '../../plots/FiguresOf';
import { modelColor } from '../../plots/palette';
import { RatePlot } from '../../plots/RatePlot';
import { FittedCodes } from './FittedCodes';
import {
  bitsText,
  HEADLINE_LOSS,
  ratedModels,
  rateCurves,
  rateTable,
  type RatedModel,
} from './rate_curves';
import './rate.css';

const HINT = [
  'A curve is one model, its codes written down more finely the farther right. At the same height fewer bits are better. The large dot loses 0.01 of explained variance by rounding, the bar is its 95 % interval over other rows.',
  plainText(qualityMeasure('bits_per_token').text),
].join('\n');

export interface RateSectionProps {
  /** Of the models. */
  readonly names: readonly string[];
  readonly view: HeldOutView;
}

export default function RateSection({ names, view }: RateSectionProps) {
  const { answers, current } = view;
  const models = useMemo(() => ratedModels(names, answers), [names, answers]);
  const curves = useMemo(() => rateCurves(models), [models]);
  const first = models[0];
  if (first === undefined) return null;
  const { report } = first;
  return (
    <FiguresOf step={answers[first.index]?.step} rows={report.rows} split={report.split}>
      <section className="rate" aria-label="Cost in bits" data-old={!current}>
        <FigureFrame
          title="Explained variance against bits"
          hint={HINT}
          fileName="rate"
          csv={() => rateTable(models)}
          legend={curves}
        >
          <RatePlot
            label="Explained variance against bits a token"
            height={232}
            curves={curves}
            xLabel="bits a token: which units fire, and their values"
            yLabel="explained variance, held out"
            headline={`loses ${HEADLINE_LOSS} by rounding`}
          />
        </FigureFrame>
        <div className="panel rate-parts">
          <RateParts models={models} />
          <p className="quiet">
            To lose {HEADLINE_LOSS} of explained variance. {bitsRowsText(report)}.
          </p>
        </div>
        <FittedCodes models={models} view={view} />
      </section>
    </FiguresOf>
  );
}

function RateParts({ models }: { readonly models: readonly RatedModel[] }) {
  return (
    <table aria-label="Bits a token">
      <thead>
        <tr>
          <th scope="col">Bits a token</th>
          <th scope="col" title="Σ_k H(p_k): what it takes to say which units fire">
            which units
          </th>
          <th scope="col" title="Entropy of the rounded values where units fire">
            values
          </th>
          <th scope="col">in all</th>
        </tr>
      </thead>
      <tbody>
        {models.map(({ name, index, report }) => (
          <tr key={index}>
            <th scope="row">
              <span className="swatch" style={{ background: modelColor(index) }} />
              {name}
            </th>
            <td title={uniformText(report.bits_index_uniform)}>{bitsText(report.bits_index)}</td>
            <td>{bitsText(report.bits_coefficients)}</td>
            <td>
              <b>{bitsText(report.bits_per_token)}</b>
              <small>{intervalText(report) ?? report.not_defined?.['bits_per_token'] ?? ''}</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function uniformText(bits: number | null | undefined): string {
  return `A code that knows no frequencies: ${bitsText(bits)} bits, mean log₂ C(K, s)`;
}
