/**
 * The panels of a group's card, once it is there: its codes, spectra and neighbours, what it fires on, and
 * for tokens what it writes to the vocabulary. Which panels there are follows from the data alone.
 */
import type { GroupCard } from '../../../lab/protocol/protocol';
import { plainText } from '../../parts/explain';
import { FigureFrame } from '../../plots/FigureFrame';
import { Histogram } from '../../plots/Histogram';
import { modelColor, unitColor } from '../../plots/palette';
import { useTheme } from '../../plots/use_theme';
import { useUnitNames } from '../../parts/unit_names';
import { slotOfUnit } from '../../unit_colors';
import { CodePanel } from './CodePanel';
import { QuantileContexts, StrongestContexts } from './ContextPanels';
import { QuantilesPanel, StrongestPanel } from './ExamplesPanel';
import type { GroupDetailProps } from './GroupDetail';
import { CoFiringPanel, NearestPanel, OtherCoFiringPanel } from './NeighbourPanel';
import { NotePanel } from './NotePanel';
import { SpanPanel } from './SpanPanel';
import { SpectraPanel } from './SpectraPanel';
import { groupTexts } from './texts';
import { TokensPanel } from './TokensPanel';
import { WritesPanel } from './WritesPanel';
import './contexts.css';
import './writes.css';

export type CardPanelsProps = GroupDetailProps & { readonly card: GroupCard };

export function CardPanels({ card, ...detail }: CardPanelsProps) {
  const { runId, models, model, step, rowsName, finite, searched, onSelect } = detail;
  const nameOf = useUnitNames(runId);
  const { text } = card;
  const { unitName } = model;
  const of = { runId, model: model.index, models: models.length };
  const color = unitColor(slotOfUnit(of, card.group), useTheme());
  const dead = card.points.total === 0;
  const pick = (group: number) => onSelect(model.index, group);
  const names = (unit: number) => nameOf(model.index, unit);
  const scalar = model.rank === 1;
  const spans = card.inOtherModels.map((span) => ({
    span,
    modelName: models[span.model]?.name ?? 'other model',
    color: modelColor(span.model),
    nameOf: (unit: number) => nameOf(span.model, unit),
    onPick: onSelect,
  }));
  return (
    <>
      <div className="card-first" data-scalar={scalar}>
        {!dead && (
          <div className="card-main">
            {scalar ? (
              <HistogramPanel card={card} color={color} unitName={unitName} fill />
            ) : (
              <CodePanel
                key={`${model.index}-${card.group}`}
                card={card}
                color={color}
                unitName={unitName}
                finite={finite}
                searched={searched}
              />
            )}
            {/* Under the codes, so that the two columns are of one height and the picture need not be stretched. */}
            {spans.map((props) => (
              <SpanPanel key={props.span.model} {...props} />
            ))}
          </div>
        )}
        <div className="card-side">
          {!scalar && <SpectraPanel card={card} color={color} unitName={unitName} />}
          <NearestPanel
            card={card}
            color={color}
            unitName={unitName}
            nameOf={names}
            onSelect={pick}
          />
          {!dead && spans.map((props) => <OtherCoFiringPanel key={props.span.model} {...props} />)}
          {!scalar && !dead && <HistogramPanel card={card} color={color} unitName={unitName} />}
          {scalar && !dead && (
            <CoFiringPanel
              card={card}
              color={color}
              unitName={unitName}
              nameOf={names}
              onSelect={pick}
            />
          )}
        </div>
      </div>
      {!dead && text === null && <StrongestPanel card={card} rowsName={rowsName} color={color} />}
      {!dead && text !== null && <StrongestContexts card={card} text={text} color={color} />}
      {text !== null && detail.checkpoint !== null && (
        <p className="quiet card-only-now">
          What it writes to the vocabulary is shown of the run as it is now: go to Latest.
        </p>
      )}
      {text !== null && detail.checkpoint === null && (
        <WritesPanel runId={runId} model={model.index} card={card} unitName={unitName} />
      )}
      <div className="card-rest" data-dead={dead}>
        {!dead && (
          <>
            {text === null ? (
              <QuantilesPanel card={card} rowsName={rowsName} />
            ) : (
              <>
                <TokensPanel card={card} text={text} color={color} unitName={unitName} />
                <QuantileContexts card={card} text={text} color={color} />
              </>
            )}
            {!scalar && (
              <CoFiringPanel
                card={card}
                color={color}
                unitName={unitName}
                nameOf={names}
                onSelect={pick}
              />
            )}
          </>
        )}
        <NotePanel at={{ runId, model: model.index, step, unit: card.group, unitName }} />
      </div>
    </>
  );
}

interface HistogramPanelProps {
  readonly card: GroupCard;
  readonly color: string;
  readonly unitName: 'group' | 'latent';
  readonly fill?: boolean;
}

function HistogramPanel({ card, color, unitName, fill }: HistogramPanelProps) {
  const { edges, counts } = card.histogram;
  return (
    <FigureFrame
      title="How strongly it fires"
      hint={plainText(groupTexts.spark)}
      fileName={`${unitName}-${card.group}-norms`}
      csv={() => ({
        columns: ['from', 'to', 'rows'],
        rows: counts.map((count, bin) => [edges[bin] ?? null, edges[bin + 1] ?? null, count]),
      })}
    >
      <Histogram
        label={`Norms of ${unitName} ${card.group}`}
        height={fill === true ? 340 : 160}
        counts={counts}
        from={edges[0] ?? 0}
        to={edges.at(-1) ?? 1}
        xLabel="norm of the contribution"
        color={color}
      />
    </FigureFrame>
  );
}
