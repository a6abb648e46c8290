/** The points that were brushed in the scatter of codes: counted, listed by strength, and copied. */
import { useMemo } from 'react';
import { at } from '../../../base/array';
import type { GroupCard } from '../../../lab/protocol/protocol';
import { notify, notifyError } from '../../../state/notices_store';
import { formatInteger, formatNumber } from '../../plots/format';
import { Icon } from '../../parts/Icon';
import { ContextLine, useTint } from './ContextLine';
import { mostOf } from './ContextPanels';
import { contextText } from './context_pieces';
import { pointLabel } from './point_label';

export interface SelectionListProps {
  readonly card: GroupCard;
  /** Indices of points. */
  readonly selection: readonly number[];
  readonly color: string;
  readonly onClear: () => void;
}

/** Labels that are written out; the rest is counted, and copied all the same. */
const LISTED = 60;

export function SelectionList({ card, selection, color, onClear }: SelectionListProps) {
  const tint = useTint(color, mostOf(card));
  const { text } = card;
  const sorted = useMemo(
    () => selection.toSorted((a, b) => at(card.points.norms, b) - at(card.points.norms, a)),
    [card, selection],
  );
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(
        sorted
          .map((index) =>
            text === null ? pointLabel(card, index) : contextText(text, text.points, index),
          )
          .join('\n'),
      );
      const what = text === null ? 'labels' : 'contexts';
      notify({ tone: 'info', title: `${formatInteger(sorted.length)} ${what} copied` });
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <section className="card-selection" aria-label="Selected points">
      <header>
        <b>{formatInteger(sorted.length)} selected</b>
        <button type="button" className="button button-quiet" onClick={() => void copy()}>
          Copy
        </button>
        <button
          type="button"
          className="button button-icon"
          aria-label="Clear the selection"
          onClick={onClear}
        >
          <Icon name="close" size={14} />
        </button>
      </header>
      <ul data-contexts={text !== null}>
        {sorted.slice(0, LISTED).map((index) => (
          <li key={index} title={`norm ${formatNumber(at(card.points.norms, index))}`}>
            {text === null ? (
              pointLabel(card, index)
            ) : (
              <ContextLine texts={text} windows={text.points} index={index} tint={tint} />
            )}
          </li>
        ))}
        {sorted.length > LISTED && (
          <li className="quiet">and {formatInteger(sorted.length - LISTED)} more</li>
        )}
      </ul>
    </section>
  );
}
