/**
 * What a group fires on in texts: its strongest contexts, a document and a wording each, and contexts from
 * further down, so that the top does not stand for the whole.
 */
import { useState } from 'react';
import { at } from '../../../base/array';
import type { TokenWindows } from '../../../analysis/token_contexts';
import type { CardText, GroupCard } from '../../../lab/protocol/protocol';
import { Panel } from '../../parts/Panel';
import { formatExact, formatNumber } from '../../plots/format';
import { ContextLine, useTint, type Tint } from './ContextLine';
import { contextText, type TokenTexts } from './context_pieces';
import { quantileName } from './ExamplesPanel';
import { groupTexts } from './texts';

interface ContextsProps {
  readonly card: GroupCard;
  readonly text: CardText;
  readonly color: string;
}

/** Contexts shown at first. */
const FIRST = 10;

export function StrongestContexts({ card, text, color }: ContextsProps) {
  const [all, setAll] = useState(false);
  const tint = useTint(color, mostOf(card));
  const shown = all ? card.strongest : card.strongest.slice(0, FIRST);
  const more = card.strongest.length - FIRST;
  return (
    <Panel title="Strongest contexts" hint={groupTexts.contexts}>
      <ol className="contexts">
        {shown.map(({ rowId, norm }, index) => (
          <Line
            key={rowId}
            norm={norm}
            texts={text}
            windows={text.strongest}
            index={index}
            tint={tint}
          />
        ))}
      </ol>
      {more > 0 && (
        <button
          type="button"
          className="button button-quiet contexts-more"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer' : `Show ${more} more`}
        </button>
      )}
    </Panel>
  );
}

export function QuantileContexts({ card, text, color }: ContextsProps) {
  const tint = useTint(color, mostOf(card));
  return (
    <Panel title="Further down" hint={groupTexts.quantiles}>
      {card.quantiles.map(({ quantile, examples }, place) => (
        <div key={quantile} className="quantile-contexts">
          <h3>{quantileName(quantile)}</h3>
          <ol className="contexts">
            {examples.map(({ rowId, norm }, index) => (
              <Line
                key={rowId}
                norm={norm}
                texts={text}
                windows={at(text.quantiles, place)}
                index={index}
                tint={tint}
              />
            ))}
          </ol>
        </div>
      ))}
    </Panel>
  );
}

/** The norm of the deepest tint: the group's largest. */
export function mostOf({ histogram }: GroupCard): number {
  return histogram.edges.at(-1) ?? 0;
}

interface LineProps {
  readonly norm: number;
  readonly texts: TokenTexts;
  readonly windows: TokenWindows;
  readonly index: number;
  readonly tint: Tint;
}

function Line({ norm, texts, windows, index, tint }: LineProps) {
  return (
    <li title={contextText(texts, windows, index)}>
      <ContextLine texts={texts} windows={windows} index={index} tint={tint} />
      <span className="context-norm" title={formatExact(norm)}>
        {formatNumber(norm)}
      </span>
    </li>
  );
}
