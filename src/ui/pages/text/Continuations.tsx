/**
 * The three continuations side by side under the change that made them, with the tokens marked that differ from
 * the original, and what the control is, in a sentence.
 */
import { endsLine, tokenPiece } from '../../../base/token_text';
import type { Continuation, Steering } from '../../../lab/protocol/lm_protocol';
import type { Question } from '../../../state/questions';
import { ErrorNote } from '../../parts/ErrorNote';
import type { AnswerAge } from '../../parts/answer_age';
import { formatInteger } from '../../plots/format';
import { differingTokens } from './reading_rows';
import { changeName, requestSentence } from './steering_draft';

export interface ContinuationsProps {
  readonly steered: Question<'steer_text'>;
  /** The panel is set to something else than what made the answer. */
  readonly outdated: boolean;
  /** Of which model the answer is, and whether that has moved on; null without an answer. */
  readonly age: AnswerAge | null;
  readonly unitName: 'group' | 'latent';
  readonly color: string;
  readonly onRetry: () => void;
}

export function Continuations(props: ContinuationsProps) {
  const { outdated, age, unitName, color, onRetry } = props;
  const { answer, asked, progress, error } = props.steered;
  return (
    <div
      className="continuations"
      aria-busy={progress !== null}
      data-outdated={outdated || progress !== null || (age !== null && age.since !== null)}
    >
      {error !== null && <ErrorNote error={error} onRetry={onRetry} />}
      {answer === null || asked === null ? (
        <div className="continuations-empty">
          <p className="quiet" role="status">
            {progress === null
              ? `Three continuations appear here side by side: the language model as it is, with the ${unitName} changed, and with a random subspace changed in its place.`
              : `${progress.stage}… ${Math.round(100 * progress.fraction)} %`}
          </p>
        </div>
      ) : (
        <>
          <p className="continuation-of" role="status">
            <b>{requestSentence(asked, unitName)}</b>
            {age !== null && <span className="quiet">at {age.trained}</span>}
            {progress !== null ? (
              <span className="quiet">the next ones are being written…</span>
            ) : (
              <Moved outdated={outdated} since={age?.since ?? null} />
            )}
          </p>
          <div className="continuation-columns">
            {answer.continuations.map((continuation) => (
              <Column
                key={continuation.name}
                continuation={continuation}
                original={answer.continuations[0]}
                color={color}
                title={titleOf(continuation, asked, unitName)}
                acted={asked.edit.kind === 'add' || continuation.name !== 'steered'}
              />
            ))}
          </div>
          <p className="quiet continuation-note" role="status">
            {progress === null ? (
              <>
                Marked tokens differ from the original in the same place. All three use the same
                random numbers. The control writes the same change, at the same moments and of the
                same norm, along random directions: what shows up there too says nothing about the{' '}
                {unitName}.
              </>
            ) : (
              `${progress.stage}… ${Math.round(100 * progress.fraction)} %`
            )}
          </p>
        </>
      )}
    </div>
  );
}

/** What is no more as it was when the continuations were written. */
function Moved({ outdated, since }: { readonly outdated: boolean; readonly since: string | null }) {
  if (!outdated && since === null) return null;
  const changed = outdated ? ['the settings have changed since'] : [];
  return (
    <span className="quiet">
      {[...changed, ...(since === null ? [] : [since])].join('; ')}; Continue writes them again
    </span>
  );
}

interface ColumnProps {
  readonly continuation: Continuation;
  readonly original: Continuation | undefined;
  readonly color: string;
  readonly title: string;
  /** Whether the change is sure to have acted: one that waits for the unit to fire may not have. */
  readonly acted: boolean;
}

function Column({ continuation, original, color, title, acted }: ColumnProps) {
  const { tokens, promptTokens, name } = continuation;
  const differs = differingTokens(original?.tokens ?? [], tokens);
  const changed = differs.slice(promptTokens).filter(Boolean).length;
  const written = tokens.length - promptTokens;
  return (
    <section className="continuation" data-name={name}>
      <h3>
        {name === 'steered' && <span className="swatch" style={{ background: color }} />}
        {title}
      </h3>
      <p className="continuation-text">
        {tokens.map((span, index) => {
          const { gap, body } = tokenPiece(span.text);
          const kind =
            index < promptTokens ? 'prompt' : differs[index] === true ? 'differs' : 'same';
          return (
            <span key={index}>
              {index > 0 && gap}
              {kind === 'differs' ? (
                <mark>{body}</mark>
              ) : (
                <span className={kind === 'prompt' ? 'continuation-prompt' : undefined}>
                  {body}
                </span>
              )}
              {endsLine(span.text) && <br />}
            </span>
          );
        })}
      </p>
      <p className="quiet">
        {name === 'original'
          ? `${formatInteger(written)} tokens`
          : changed > 0 || acted
            ? `${formatInteger(changed)} of ${formatInteger(written)} tokens differ`
            : 'No token differs. Perhaps it never fired here; Add acts at every token.'}
      </p>
    </section>
  );
}

function titleOf({ name }: Continuation, request: Steering, unitName: string): string {
  if (name === 'original') return 'Original';
  if (name === 'random control') return 'Random control';
  return `${changeName(request.edit)}, ${unitName} ${request.group}`;
}
