/**
 * What a group writes to the vocabulary: the words around its plane, and the words that each of its axes
 * makes likelier and less likely. Asked for when the card is opened; its place is kept meanwhile.
 */
import { useState, type ComponentProps } from 'react';
import { at } from '../../../base/array';
import type { LogitAttribution, TokenScore } from '../../../lab/protocol/lm_protocol';
import type { GroupCard } from '../../../lab/protocol/protocol';
import { useAnswerAge } from '../../parts/answer_age';
import { Choice } from '../../parts/Choice';
import { plainText } from '../../parts/explain';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatInteger } from '../../plots/format';
import type { CsvTable } from '../../plots/props';
import { groupTexts } from './texts';
import { TokenWord } from './TokensPanel';
import { useAttribution } from './use_attribution';
import { signed, VocabularyRing } from './VocabularyRing';

export interface WritesPanelProps {
  readonly runId: string;
  readonly model: number;
  readonly card: GroupCard;
  readonly unitName: 'group' | 'latent';
}

/** Tokens of each direction of an axis. */
const LISTED = 10;
/** Firings from which a group has axes. */
const LEAST_FIRINGS = 2;

export function WritesPanel(props: WritesPanelProps) {
  const { total } = props.card.points;
  if (total >= LEAST_FIRINGS) return <Attribution {...props} />;
  return (
    <Frame>
      <div className="writes-say">
        <p className="quiet">
          {total === 0 ? 'It never fired' : 'It fired once'} in the analysed tokens: too little to
          know its axes and its typical norm.
        </p>
      </div>
    </Frame>
  );
}

function Attribution({ runId, model, card, unitName }: WritesPanelProps) {
  const { answer, progress, error, changes, retry } = useAttribution(runId, model, card);
  const age = useAnswerAge(model, answer?.step ?? null, changes);
  const [axis, setAxis] = useState(0);
  if (error !== null) {
    return (
      <Frame>
        <div className="writes-say" role="alert">
          <p>
            {error.message} {error.wayOut}
          </p>
          <button type="button" className="button" onClick={retry}>
            Try again
          </button>
        </div>
      </Frame>
    );
  }
  if (answer === null || progress !== null) {
    return (
      <Frame>
        <div className="writes-say card-waiting" aria-busy="true" aria-label="Being computed" />
      </Frame>
    );
  }
  const { axes, angles } = answer;
  const shownAxis = Math.min(axis, axes.length - 1);
  const isEmpty = axes.every(({ positive, negative }) => positive.length + negative.length === 0);
  if (isEmpty) {
    return (
      <Frame>
        <div className="writes-say">
          <p className="quiet">It changes the logit of no token.</p>
        </div>
      </Frame>
    );
  }
  return (
    <Frame
      fileName={`${unitName}-${card.group}-logits`}
      csv={() => attributionTable(answer)}
      controls={
        axes.length > 1 && (
          <Choice
            variant="quiet"
            label="Axis of the lists"
            value={String(shownAxis)}
            options={axes.map((_, index) => ({ value: String(index), label: `Axis ${index + 1}` }))}
            onChange={(next) => setAxis(Number(next))}
          />
        )
      }
    >
      <div className="writes" data-ring={angles.length > 0}>
        {angles.length > 0 && (
          <VocabularyRing
            label={`Tokens that ${unitName} ${card.group} makes likelier at each angle`}
            angles={angles}
          />
        )}
        <Scores
          title={`Likelier along axis ${shownAxis + 1}`}
          scores={at(axes, shownAxis).positive}
          tone="positive"
        />
        <Scores title="Less likely" scores={at(axes, shownAxis).negative} tone="negative" />
      </div>
      {age !== null && (age.since !== null || answer.step !== card.step) && (
        <p className="quiet writes-age" role="status">
          With the weights at {age.trained}
          {age.since === null
            ? `; the rest of the card is of step ${formatInteger(card.step)}.`
            : `; ${age.since}.`}
        </p>
      )}
    </Frame>
  );
}

function Frame(props: Omit<ComponentProps<typeof FigureFrame>, 'title' | 'hint'>) {
  return (
    <FigureFrame
      className="card-writes"
      title="What it writes to the next token"
      hint={plainText(groupTexts.writes)}
      {...props}
    />
  );
}

interface ScoresProps {
  readonly title: string;
  readonly scores: readonly TokenScore[];
  readonly tone: 'positive' | 'negative';
}

function Scores({ title, scores, tone }: ScoresProps) {
  const most = scores.reduce((max, { logit }) => Math.max(max, Math.abs(logit)), 0);
  return (
    <section className="scores" data-tone={tone}>
      <h4>{title}</h4>
      <ol>
        {scores.slice(0, LISTED).map(({ token, text, logit }) => (
          <li key={token}>
            <TokenWord text={text} />
            <span className="scores-value">{signed(logit)}</span>
            <span className="scores-track" aria-hidden="true">
              <span style={{ width: `${most > 0 ? (100 * Math.abs(logit)) / most : 0}%` }} />
            </span>
          </li>
        ))}
      </ol>
      {scores.length === 0 && <p className="quiet">No token.</p>}
    </section>
  );
}

/** One row a token of a list; the step is that of the weights, which the card's may lag behind. */
export function attributionTable({ step, axes, angles }: LogitAttribution): CsvTable {
  const rows = (where: string, scores: readonly TokenScore[]) =>
    scores.map(({ token, text, logit }) => [step, where, token, text, logit]);
  return {
    columns: ['step', 'where', 'token_id', 'token', 'logit'],
    rows: [
      ...axes.flatMap(({ positive, negative }, axis) => [
        ...rows(`+axis_${axis + 1}`, positive),
        ...rows(`-axis_${axis + 1}`, negative),
      ]),
      ...angles.flatMap(({ angle, tokens }) => rows(`angle_${angle.toFixed(4)}`, tokens)),
    ],
  };
}
