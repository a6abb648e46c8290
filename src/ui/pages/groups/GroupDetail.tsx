/**
 * The card of one group: what is known from the table at once, the rest as soon as the engine has made
 * it. The panels keep their places meanwhile, so that nothing jumps while one walks through the table.
 */
import { useEffect, useState } from 'react';
import {
  cardKey,
  fetchCard,
  forgetCard,
  useAnalyses,
  type CardEntry,
} from '../../../state/analyses_store';
import { engine } from '../../../state/engine_store';
import type { RunModel } from '../../../state/run_record';
import type { AnalysedSplit } from '../../../lab/protocol/protocol';
import { analysedRowsText } from '../../parts/analysed_rows_text';
import { FiguresOf } from '../../plots/FiguresOf';
import { slotOfUnit } from '../../unit_colors';
import { CardFacts } from './CardFacts';
import { CardHeader } from './CardHeader';
import { CardPanels } from './CardPanels';
import { isDead, type TableRow } from './group_table';
import type { Movement } from './keyboard';
import './card.css';
import './card_panels.css';

export interface GroupDetailProps {
  readonly runId: string;
  readonly models: readonly RunModel[];
  readonly model: RunModel;
  readonly selected: TableRow;
  readonly annotationKey: string;
  /** "words", "samples". */
  readonly rowsName: string;
  readonly finite: boolean;
  /** Whether the rows are tokens of texts. */
  readonly isText: boolean;
  /** The word that is searched for, if any. */
  readonly searched: string | null;
  readonly analysedRows: number;
  readonly split: AnalysedSplit;
  readonly onMove: (movement: Movement) => void;
  readonly onSelect: (model: number, group: number) => void;
}

export function GroupDetail(props: GroupDetailProps) {
  const { runId, models, model, selected, annotationKey, rowsName } = props;
  const { row } = selected;
  const { unitName } = model;
  const { entry, waitingFor } = useCard(runId, model.index, row.group);
  const card = entry?.card ?? null;
  return (
    <article
      className="card"
      aria-label={`${unitName} ${row.group}`}
      data-dead={isDead(row)}
      data-scalar={model.rank === 1}
      data-text={props.isText}
      data-known={!props.finite}
    >
      <CardHeader
        group={row.group}
        slot={slotOfUnit({ runId, model: model.index, models: models.length }, row.group)}
        unitName={unitName}
        annotationKey={annotationKey}
        onMove={props.onMove}
      />
      <CardFacts
        row={row}
        card={card}
        rank={model.rank}
        rowsName={rowsName}
        analysed={analysedRowsText(props.analysedRows, props.split, rowsName)}
        modelNames={models.map(({ name }) => name)}
      />
      {isDead(row) && (
        <p className="card-dead">
          Never fired in {analysedRowsText(props.analysedRows, props.split, rowsName)}. What follows
          is what its weights say.
        </p>
      )}
      {entry?.error != null && (
        <div className="note note-bad card-error" role="alert">
          <span>
            {entry.error.message} {entry.error.wayOut}
          </span>
          <button
            type="button"
            className="button button-quiet"
            onClick={() => forgetCard(runId, model.index, row.group)}
          >
            Try again
          </button>
        </div>
      )}
      {card !== null ? (
        <FiguresOf model={model.name} unit={`${unitName} ${row.group}`}>
          <CardPanels {...props} card={card} />
        </FiguresOf>
      ) : (
        entry === undefined && <Skeleton scalar={model.rank === 1} waitingFor={waitingFor} />
      )}
    </article>
  );
}

/** Milliseconds that a group must stay chosen before its card is asked for, while walking through many. */
const DWELL = 90;

/**
 * The card of a group, asked for when it is missing; undefined while it is on its way, and then what it
 * waits for.
 */
function useCard(
  runId: string,
  model: number,
  group: number,
): { readonly entry: CardEntry | undefined; readonly waitingFor: string } {
  const [waitingFor, setWaitingFor] = useState('');
  const entry = useAnalyses((state) => state.cards[cardKey(runId, model, group)]);
  const missing = entry === undefined;
  useEffect(() => {
    if (!missing) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      void fetchCard(engine, runId, model, group, {
        signal: controller.signal,
        onProgress: (fraction, stage) => setWaitingFor(`${stage}… ${Math.round(100 * fraction)} %`),
      });
    }, DWELL);
    return () => {
      clearTimeout(timer);
      controller.abort();
      setWaitingFor('');
    };
  }, [missing, runId, model, group]);
  return { entry, waitingFor };
}

/** Frames of the panels while the card is made, and after a moment what it waits for. */
function Skeleton(props: { readonly scalar: boolean; readonly waitingFor: string }) {
  const { scalar, waitingFor } = props;
  return (
    <div
      className="card-first"
      data-scalar={scalar}
      aria-busy="true"
      aria-label="The card is being made"
    >
      <div className="card-main">
        <div className="panel card-waiting" data-size="small">
          <p className="card-waiting-for">{waitingFor}</p>
        </div>
      </div>
      <div className="card-side">
        <div className="panel card-waiting" data-size="small" />
        <div className="panel card-waiting" data-size="small" />
      </div>
    </div>
  );
}
