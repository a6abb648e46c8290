/**
 * Search by own text: the text as the language model reads it, coloured by the chosen group, and with it the
 * groups that fire there, in the table. A token of it narrows the table to the groups that fire on that token.
 * The text is the one of the Text page.
 */
import { useMemo, useState } from 'react';
import { at } from '../../../base/array';
import { tokenExactly } from '../../../base/token_text';
import type { TextReading } from '../../../lab/protocol/lm_protocol';
import { modelKey, questionOf, useQuestions } from '../../../state/questions';
import { setText, useText } from '../../../state/text_store';
import { Icon } from '../../parts/Icon';
import { groupsInText, groupsOfToken, strongestGroups } from '../text/reading_rows';
import { ReadingState } from '../text/ReadingState';
import { TokenText } from '../text/TokenText';
import '../text/text.css';
import '../text/tokens.css';
import { useReading } from '../text/use_reading';
import { useTokenColors } from '../text/use_token_colors';
import './contexts.css';
import type { OwnSearch } from './use_group_table';
import './own_text.css';

export interface OwnTextState {
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
  /** The token of the reading that the table is narrowed to. */
  readonly token: number | null;
  readonly setToken: (token: number | null) => void;
  /** What the table shows; null while there is no reading to search by. */
  readonly search: OwnSearch | null;
}

/** Whether the table is searched by own text, and by what of it. */
export function useOwnText(runId: string | null, model: number): OwnTextState {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<{ reading: TextReading; token: number } | null>(null);
  const reading = useQuestions((state) => {
    if (runId === null || !open) return null;
    return questionOf(state, 'read_text', modelKey(runId, model)).answer;
  });
  // A token belongs to its reading.
  const token = chosen !== null && chosen.reading === reading ? chosen.token : null;
  const search = useMemo(() => searchOf(reading, token), [reading, token]);
  return {
    open,
    setOpen,
    token,
    setToken: (next) =>
      setChosen(next === null || reading === null ? null : { reading, token: next }),
    search,
  };
}

function searchOf(reading: TextReading | null, token: number | null): OwnSearch | null {
  if (reading === null) return null;
  const groups = token === null ? groupsInText(reading) : groupsOfToken(reading, token);
  return {
    what: token === null ? 'your text' : tokenExactly(at(reading.tokens, token).text),
    hits: new Map(groups.map(({ group, norm }) => [group, norm])),
  };
}

export interface OwnTextProps {
  readonly runId: string;
  readonly model: number;
  readonly group: number | null;
  readonly own: OwnTextState;
  readonly onSelect: (group: number) => void;
}

export function OwnText({ runId, model, group, own, onSelect }: OwnTextProps) {
  const text = useText((state) => state.text);
  const followed = useReading(runId, model);
  const reading = followed.question.answer;
  const strongest = useMemo(() => (reading === null ? null : strongestGroups(reading)), [reading]);
  const coloring = group === null ? 'strongest' : 'group';
  const { tints } = useTokenColors(reading, strongest, coloring, group, model);
  return (
    <section className="own-text" aria-label="Your own text">
      <div className="own-text-frame">
        <textarea
          className="control own-text-input"
          aria-label="Text to search by"
          placeholder="Type or paste text: the table shows what fires on it"
          rows={2}
          value={text}
          autoFocus
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) followed.read();
            if (event.key === 'Escape') own.setOpen(false);
          }}
        />
        <button
          type="button"
          className="button button-icon own-text-close"
          aria-label="Leave the search by own text"
          onClick={() => own.setOpen(false)}
        >
          <Icon name="close" size={14} />
        </button>
      </div>
      <div className="own-text-say">
        <ReadingState {...followed} />
        {followed.training && (
          <button
            type="button"
            className="button button-quiet"
            disabled={text.trim() === ''}
            title="The model is training: reading pauses it for a moment"
            onClick={followed.read}
          >
            Read now
          </button>
        )}
      </div>
      {reading !== null && (
        <div className="own-text-tokens" data-old={followed.outdated}>
          <TokenText
            reading={reading}
            tints={tints}
            selected={own.token}
            onHover={() => undefined}
            onSelect={own.setToken}
            onTake={(token) => {
              const first = groupsOfToken(reading, token)[0];
              if (first !== undefined) onSelect(first.group);
            }}
          />
        </div>
      )}
    </section>
  );
}
