/** A sample of the data in numbers, its spectrum, and how long its rows are. */
import { useMemo } from 'react';
import type { DataDescription } from '../../../lab/protocol/data_protocol';
import { plainText } from '../../parts/explain';
import { Measure } from '../../parts/Measure';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatCount, formatFixed, formatInteger, formatNumber } from '../../plots/format';
import { Histogram } from '../../plots/Histogram';
import { LineChart } from '../../plots/LineChart';
import type { Series } from '../../plots/props';
import { summaryTexts } from './data_texts';

export function Summary({ description }: { readonly description: DataDescription }) {
  const { summary } = description;
  // Eigenvalues of a d × d matrix are known to d·ε of the largest: what is below is rounding, and the line ends.
  const rounding = summary.width * Number.EPSILON * (summary.spectrum[0] ?? 0);
  const series = useMemo<readonly Series[]>(
    () => [
      {
        id: 'spectrum',
        label: 'eigenvalue',
        color: 'var(--m1)',
        x: Float64Array.from(summary.spectrum, (_, index) => index + 1),
        y: summary.spectrum.map((value) => (value > rounding ? value : Number.NaN)),
      },
    ],
    [summary, rounding],
  );
  const bins = summary.normCounts.length;
  return (
    <>
      <div className="panel data-facts">
        {factsOf(description).map((fact) => (
          <Measure key={fact.label} {...fact} />
        ))}
        <p className="quiet data-basis">
          Measured on {formatInteger(summary.rows)} training rows, in the data’s own units.
        </p>
      </div>
      <div className="data-figures">
        <FigureFrame
          title="Spectrum of the covariance"
          hint={plainText(summaryTexts.spectrum)}
          fileName="spectrum"
          csv={() => ({
            columns: ['direction', 'eigenvalue'],
            rows: Array.from(summary.spectrum, (value, index) => [index + 1, value]),
          })}
        >
          <LineChart
            label="Eigenvalues of the covariance by direction"
            height={260}
            series={series}
            xUnit="direction"
            xStart={1}
            yScale="log"
            markers={
              summary.power === 0
                ? []
                : [
                    {
                      x: summary.participationRatio,
                      text: `participation ratio ${formatFixed(summary.participationRatio, 1)}`,
                      title: summaryTexts.participation.text,
                    },
                  ]
            }
            empty="All rows are alike: there is nothing to spread."
          />
        </FigureFrame>
        <FigureFrame
          title="Norms of the rows"
          hint={plainText(summaryTexts.norms)}
          fileName="norms"
          csv={() => ({
            columns: ['from', 'to', 'rows'],
            rows: summary.normCounts.map((count, bin) => [
              (bin * summary.largestNorm) / bins,
              ((bin + 1) * summary.largestNorm) / bins,
              count,
            ]),
          })}
        >
          <Histogram
            label="Norms of the sampled rows"
            height={260}
            counts={summary.normCounts}
            from={0}
            to={summary.largestNorm > 0 ? summary.largestNorm : 1}
            xLabel="norm"
            color="var(--m1)"
          />
        </FigureFrame>
      </div>
    </>
  );
}

type Fact = Parameters<typeof Measure>[0];

/** The numbers in the order in which they are read: how much there is, how wide, how strong, how it is spread. */
function factsOf({ trainRows, heldOutRows, summary }: DataDescription): readonly Fact[] {
  const decimals = (count: number) => (value: number) => formatFixed(value, count);
  const { trained, heldOut, width, power, meanNorm, gamma, participation, directions90 } =
    summaryTexts;
  return [
    {
      value: trainRows ?? Number.POSITIVE_INFINITY,
      format: (value) => (Number.isFinite(value) ? formatCount(value) : 'endless'),
      label: trainRows === null ? 'rows, made as needed' : 'rows to train on',
      text: trained,
    },
    ...(heldOutRows === null
      ? []
      : [{ value: heldOutRows, format: formatCount, label: 'held out', text: heldOut }]),
    { value: summary.width, format: formatInteger, label: 'dimensions', text: width },
    { value: summary.power, format: formatNumber, label: 'power', text: power },
    { value: summary.meanNorm, format: formatNumber, label: 'mean norm', text: meanNorm },
    {
      value: summary.gamma,
      undefinedAs: 'constant',
      format: decimals(2),
      label: 'γ, mean against spread',
      text: gamma,
    },
    {
      value: summary.power === 0 ? null : summary.participationRatio,
      undefinedAs: 'constant',
      format: decimals(1),
      label: 'participation ratio',
      text: participation,
    },
    {
      value: summary.power === 0 ? null : summary.directions90,
      undefinedAs: 'constant',
      format: formatInteger,
      label: 'directions for 90 %',
      text: directions90,
    },
  ];
}
