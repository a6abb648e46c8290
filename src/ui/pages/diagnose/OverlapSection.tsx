/** Overlap: how nearly units share directions, against what chance gives and what theory asks. */
import { useMemo } from 'react';
import { DataTable, type DataColumn } from '../../parts/DataTable';
import { plainText } from '../../parts/explain';
import { Measure } from '../../parts/Measure';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatFixed } from '../../plots/format';
import { Histogram } from '../../plots/Histogram';
import { modelColor } from '../../plots/palette';
import { filterOf, groupsHref, type DiagnosedModel } from './diagnosed';
import { UnitLink } from './UnitLink';
import { nearestTable } from './figure_tables';
import { ModelColumns, Section } from './Section';
import { diagnoseTexts as texts } from './texts';

export function OverlapSection({ models }: { readonly models: readonly DiagnosedModel[] }) {
  return (
    <Section
      id="overlap"
      title="Overlap"
      question="Do units point the same way, more than units with random orientations would?"
    >
      <ModelColumns models={models}>
        {(diagnosed) => (
          <>
            <Coherence diagnosed={diagnosed} />
            <Nearest diagnosed={diagnosed} />
            <Pairs diagnosed={diagnosed} />
          </>
        )}
      </ModelColumns>
    </Section>
  );
}

const three = (value: number) => formatFixed(value, 3);

function Coherence({ diagnosed: { model, diagnosis } }: { readonly diagnosed: DiagnosedModel }) {
  const { coherence, coherenceChance95, pair, bound, activeGroups, exact } = diagnosis.overlap;
  return (
    <div className="panel diagnose-measures">
      <Measure
        value={pair === null ? null : coherence}
        format={three}
        label={exact ? 'block coherence μ' : 'block coherence μ, at least'}
        text={texts.coherence}
        href={pair === null ? undefined : groupsHref(model, filterOf(pair))}
      />
      <Measure
        value={pair === null ? null : coherenceChance95}
        format={three}
        label="by chance, at most (95 %)"
        text={texts.coherenceChance}
      />
      {bound !== null && (
        <Measure
          value={bound}
          format={three}
          label={`theory’s bound, s = ${activeGroups}`}
          text={texts.bound}
        />
      )}
      <p className="diagnose-say">
        {pair === null
          ? 'There are no two live units to compare.'
          : coherence > coherenceChance95
            ? 'The closest pair is closer than random orientations would bring any pair.'
            : 'No pair is closer than random orientations would bring one.'}
      </p>
    </div>
  );
}

function Nearest({ diagnosed: { model, diagnosis } }: { readonly diagnosed: DiagnosedModel }) {
  const { nearestHistogram, meanNearest, meanNearestChance } = diagnosis.overlap;
  return (
    <FigureFrame
      title={`Live ${model.unitName}s by overlap with their nearest`}
      hint={plainText(texts.nearest)}
      fileName={`nearest-${model.name}`}
      csv={() => nearestTable(diagnosis.overlap)}
    >
      <Histogram
        label={`Cosine with the nearest ${model.unitName}, ${model.name}`}
        height={200}
        counts={nearestHistogram}
        from={0}
        to={1}
        xLabel={
          diagnosis.overlap.oriented
            ? 'cosine; below 0 counts as 0'
            : 'cosine of the smallest principal angle'
        }
        color={modelColor(model.index)}
        marks={[
          {
            x: meanNearestChance,
            text: `chance ${formatFixed(meanNearestChance, 2)}`,
            before: meanNearestChance <= meanNearest,
          },
          {
            x: meanNearest,
            text: `mean ${formatFixed(meanNearest, 2)}`,
            before: meanNearest < meanNearestChance,
          },
        ]}
      />
    </FigureFrame>
  );
}

type Pair = DiagnosedModel['diagnosis']['overlap']['closestPairs'][number];

/** Columns of the closest pairs; chance is what no pair of as many random orientations exceeds in 95 of 100 cases. */
export function pairColumns({ model, diagnosis }: DiagnosedModel): readonly DataColumn<Pair>[] {
  const link = (unit: number) => <UnitLink model={model} unit={unit} />;
  const unit = { text: `A ${model.unitName} of the pair. Press it for its card.` };
  return [
    { id: 'a', head: 'One', text: unit, value: ({ a }) => a, cell: ({ a }) => link(a) },
    { id: 'b', head: 'Other', text: unit, value: ({ b }) => b, cell: ({ b }) => link(b) },
    {
      id: 'cosine',
      head: 'Cosine',
      text: texts.pairs,
      value: ({ cosine }) => cosine,
      chance: () => diagnosis.overlap.coherenceChance95,
      format: three,
    },
  ];
}

function Pairs({ diagnosed }: { readonly diagnosed: DiagnosedModel }) {
  const { model, diagnosis } = diagnosed;
  const columns = useMemo(() => pairColumns(diagnosed), [diagnosed]);
  return (
    <DataTable
      title="Closest pairs"
      hint={texts.pairs}
      fileName={`closest-pairs-${model.name}`}
      columns={columns}
      rows={diagnosis.overlap.closestPairs}
      rowKey={({ a, b }) => `${a}-${b}`}
      empty="There are no two live units to compare."
      tall={5}
    />
  );
}
