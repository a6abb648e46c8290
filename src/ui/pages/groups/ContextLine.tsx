/**
 * A token in its text, on one line: the token stands at the same place in every line of a list, so that the
 * eye can run down it; tokens on which the group fires lie on its colour, the stronger the deeper. Texts come
 * from files and models and are written as text, whatever is in them.
 */
import type { TokenWindows } from '../../../analysis/token_contexts';
import { formatNumber } from '../../plots/format';
import { resolveColor, useTheme } from '../../plots/use_theme';
import { tokenTint } from '../text/token_colors';
import { contextOf, type ContextPiece, type TokenTexts } from './context_pieces';

/** Colour behind a token for the norm of the group on it; null for none. */
export type Tint = (norm: number) => string | null;

/** Tints of a group: `most` is the norm of the deepest. */
export function useTint(color: string, most: number): Tint {
  const theme = useTheme();
  const resolved = resolveColor(color, theme);
  return (norm) => (most > 0 ? tokenTint(resolved, norm / most, theme) : null);
}

export interface ContextLineProps {
  readonly texts: TokenTexts;
  readonly windows: TokenWindows;
  readonly index: number;
  readonly tint: Tint;
}

export function ContextLine({ texts, windows, index, tint }: ContextLineProps) {
  const context = contextOf(texts, windows, index);
  return (
    <span className="context">
      <span className="context-before">
        <span>
          {context.begins && <Edge what="begins" />}
          <Pieces pieces={context.before} tint={tint} />
        </span>
      </span>
      <span className="context-after">
        <Pieces pieces={context.after} tint={tint} />
        {context.ends && <Edge what="ends" />}
      </span>
    </span>
  );
}

/** The same as flowing text, for a small card. */
export function ContextBlock({ texts, windows, index, tint }: ContextLineProps) {
  const context = contextOf(texts, windows, index);
  return (
    <span className="context-block">
      {context.begins ? <Edge what="begins" /> : '… '}
      <Pieces pieces={context.before} tint={tint} />
      <Pieces pieces={context.after} tint={tint} />
      {context.ends ? <Edge what="ends" /> : ' …'}
    </span>
  );
}

function Edge({ what }: { readonly what: 'begins' | 'ends' }) {
  return <span className="context-edge" title={`The document ${what} here`} />;
}

function Pieces({
  pieces,
  tint,
}: {
  readonly pieces: readonly ContextPiece[];
  readonly tint: Tint;
}) {
  return pieces.map((piece, place) => {
    const { gap, body, norm, exact, isCentre, isBos } = piece;
    if (norm === 0 && !isCentre && !isBos) return gap + body;
    return (
      <span key={place}>
        {gap}
        <mark
          className={isBos ? 'context-token context-bos' : 'context-token'}
          data-centre={isCentre}
          title={norm > 0 ? `${exact}, norm ${formatNumber(norm)}` : exact}
          style={{ background: tint(norm) ?? 'transparent' }}
        >
          {body}
        </mark>
      </span>
    );
  });
}
