/**
 * The card of one group: what is known from the table at once, the rest as soon as the engine has made
 * it. The panels keep their places meanwhile, so that nothing jumps while one walks through the table.
 */
import { useEffect } from 'react';
import { fetchCard, forgetCard } from '../../../state/analyses_store';
import { useCurrentRun } from '../../../state/current';
import { engine } from '../../../state/engine_store';
import { cardKey, type QuestionProgress } from '../../../state/questions';
import { allMoves, type RunModel } from '../../../state/run_record';
import { useLatest, useQuestion, type FollowedQuestion } from '../../../state/use_question';
import type { AnalysedSplit } from '../../../lab/protocol/protocol';
import type { AskOf } from '../../../lab/protocol/requests';
import { ErrorNote } from '../../parts/ErrorNote';
import { analysedRowsText } from '../../parts/analysed_rows_text';
import { originText } from '../../parts/move_text';
import { FiguresOf } from '../../plots/FiguresOf';
import { slotOfUnit } from '../../unit_colors';
import { CardFacts } from './CardFacts';
import { CardHeader } from './CardHeader';
import { CardPanels } from './CardPanels';
import { isDead, type TableRow } from './group_table';
import type { Movement } from '../../parts/list_movement';
import './card.css';
import './card_panels.css';

export interface GroupDetailProps {
  readonly runId: string;
  readonly models: readonly RunModel[];
  readonly model: RunModel;
  readonly selected: TableRow;
  /** Steps behind the weights of the table. */
  readonly step: number;
  /** Step of the checkpoint that table and card are of; null for the run as it is now. */
  readonly checkpoint: number | null;
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
  const { runId, models, model, selected, checkpoint, rowsName, step } = props;
  const { row } = selected;
  const { unitName } = model;
  const about = { runId, model: model.index, group: row.group, checkpoint };
  const { answer: card, progress, error } = useCard(about);
  // That of another step stays for as long as this one is made: the eye keeps its place.
  const drawn = useLatest(card, cardKey(runId, model.index, row.group));
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
        at={{ runId, model: model.index, step, unit: row.group, unitName }}
        slot={slotOfUnit({ runId, model: model.index, models: models.length }, row.group)}
        onMove={props.onMove}
      />
      <Origin model={model.index} group={row.group} step={step} />
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
      {error !== null && (
        <ErrorNote error={error} className="card-error" onRetry={() => forgetCard(askOf(about))} />
      )}
      {drawn !== null ? (
        <FiguresOf model={model.name} unit={`${unitName} ${row.group}`} step={drawn.step}>
          <div
            className={drawn === card ? 'card-drawn' : 'card-drawn of-other-step'}
            aria-busy={drawn !== card}
          >
            <CardPanels {...props} card={drawn} />
          </div>
        </FiguresOf>
      ) : (
        error === null && <Skeleton scalar={model.rank === 1} progress={progress} />
      )}
    </article>
  );
}

interface OriginProps {
  readonly model: number;
  readonly group: number;
  readonly step: number;
}

/** What moves made of the group, if any did. */
function Origin({ step, ...about }: OriginProps) {
  const text = useCurrentRun((run) => originText(allMoves(run, step), about)) ?? null;
  return text === null ? null : <p className="card-origin">{text}</p>;
}

/** Milliseconds that a group must stay chosen before its card is asked for, while walking through many. */
const DWELL = 90;

interface AboutCard {
  readonly runId: string;
  readonly model: number;
  readonly group: number;
  readonly checkpoint: number | null;
}

function askOf({ checkpoint, ...about }: AboutCard): AskOf<'group_card'> {
  return checkpoint === null ? about : { ...about, checkpoint };
}

/** The card of a group, asked for when it is missing. */
function useCard({ runId, model, group, checkpoint }: AboutCard): FollowedQuestion<'group_card'> {
  const question = useQuestion('group_card', cardKey(runId, model, group, checkpoint));
  const { answer, error, cancel } = question;
  const missing = answer === null && error === null;
  useEffect(() => {
    if (!missing) return undefined;
    const about = askOf({ runId, model, group, checkpoint });
    const timer = setTimeout(() => void fetchCard(engine, about), DWELL);
    return () => {
      clearTimeout(timer);
      cancel();
    };
  }, [missing, runId, model, group, checkpoint, cancel]);
  return question;
}

/** Frames of the panels while the card is made, and after a moment what it waits for. */
function Skeleton(props: { readonly scalar: boolean; readonly progress: QuestionProgress | null }) {
  const { scalar, progress } = props;
  return (
    <div
      className="card-first"
      data-scalar={scalar}
      aria-busy="true"
      aria-label="The card is being made"
    >
      <div className="card-main">
        <div className="panel card-waiting" data-size="small">
          <p className="card-waiting-for">
            {progress !== null &&
              progress.stage !== '' &&
              `${progress.stage}… ${Math.round(100 * progress.fraction)} %`}
          </p>
        </div>
      </div>
      <div className="card-side">
        <div className="panel card-waiting" data-size="small" />
        <div className="panel card-waiting" data-size="small" />
      </div>
    </div>
  );
}
