/**
 * The tokens of a reading as running text, each on its colour. One is chosen by click or arrow keys, the one
 * under the pointer is reported; the text is plain text, whatever is in it.
 */
import { memo, useEffect, useId, useRef, type KeyboardEvent, type MouseEvent } from 'react';
import { endsLine, tokenPiece } from '../../../base/token_text';
import type { TextReading } from '../../../lab/protocol/lm_protocol';
import { formatInteger } from '../../plots/format';

export interface TokenTextProps {
  readonly reading: TextReading;
  /** [tokens]. */
  readonly tints: readonly (string | null)[];
  readonly selected: number | null;
  readonly onHover: (token: number | null) => void;
  readonly onSelect: (token: number | null) => void;
  /** Enter on a token: its strongest group is wanted. */
  readonly onTake: (token: number) => void;
}

/** Most tokens drawn; a page of thousands of small boxes is slow. */
const DRAWN = 4000;

export const TokenText = memo(function TokenText(props: TokenTextProps) {
  const { reading, tints, selected, onHover, onSelect, onTake } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const drawn = Math.min(DRAWN, reading.tokens.length);

  useEffect(() => {
    if (selected === null) return;
    box.current?.querySelector(`[data-token="${selected}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    const from = selected ?? -1;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: from + 1,
      ArrowLeft: from - 1,
      Home: 0,
      End: drawn - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      onSelect(Math.max(0, Math.min(drawn - 1, to)));
    } else if (event.key === 'Escape') {
      onSelect(null);
    } else if (event.key === 'Enter' && selected !== null) {
      onTake(selected);
    }
  };
  return (
    <div
      ref={box}
      className="tokens"
      role="listbox"
      aria-label="Tokens. Arrow keys move, Enter takes the strongest unit, Escape lets go"
      aria-activedescendant={selected === null ? undefined : `${id}-${selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onMouseOver={(event) => onHover(tokenAt(event))}
      onMouseLeave={() => onHover(null)}
      onClick={(event) => {
        const token = tokenAt(event);
        onSelect(token === selected ? null : token);
      }}
    >
      {reading.tokens.slice(0, drawn).map((span, token) => {
        const { gap, body } = tokenPiece(span.text);
        const begins = token > 0 && Number.isNaN(reading.surprisal[token]);
        return (
          <span key={token}>
            {begins && (
              <span
                className="window-edge"
                title="A new window begins here: what follows does not see what came before"
              />
            )}
            {token > 0 && gap}
            <span
              id={`${id}-${token}`}
              role="option"
              aria-selected={token === selected}
              data-token={token}
              className="token"
              style={{ background: tints[token] ?? undefined }}
            >
              {body}
            </span>
            {endsLine(span.text) && <br />}
          </span>
        );
      })}
      {reading.tokens.length > drawn && (
        <p className="quiet">
          The first {formatInteger(drawn)} of {formatInteger(reading.tokens.length)} tokens are
          drawn; the numbers at the side count all.
        </p>
      )}
    </div>
  );
});

function tokenAt(event: MouseEvent): number | null {
  if (!(event.target instanceof HTMLElement)) return null;
  const token = event.target.dataset['token'];
  return token === undefined ? null : Number(token);
}
