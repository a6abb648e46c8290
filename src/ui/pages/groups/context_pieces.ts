/**
 * A window of tokens as pieces to be written: what stands before the centre and from it on, with neighbouring
 * tokens on which the group is silent run together. Pure; draws nothing.
 */
import { NO_TOKEN, type TokenWindows } from '../../../analysis/token_contexts';
import { at } from '../../../base/array';
import { tokenExactly, tokenPiece } from '../../../base/token_text';
import type { CardText } from '../../../lab/protocol/protocol';

/** What a card knows about tokens. */
export type TokenTexts = Pick<CardText, 'texts' | 'bos'>;

export interface ContextPiece {
  /** Space before the piece. */
  readonly gap: string;
  readonly body: string;
  /** Norm of the group on it; 0 for a run of tokens on which it is silent. */
  readonly norm: number;
  /** The token exactly, for a hint; empty for a run. */
  readonly exact: string;
  readonly isCentre: boolean;
  /** The beginning of what the model reads, which is no text. */
  readonly isBos: boolean;
}

export interface Context {
  readonly before: readonly ContextPiece[];
  /** The centre and what follows it. */
  readonly after: readonly ContextPiece[];
  /** Whether the document begins, or ends, inside the window. */
  readonly begins: boolean;
  readonly ends: boolean;
}

/** One token of a card. */
function pieceOf(
  { texts, bos }: TokenTexts,
  token: number,
  norm: number,
  isCentre: boolean,
): ContextPiece {
  const isBos = token === bos;
  const text = texts.get(token) ?? '';
  const { gap, body } = isBos ? { gap: '', body: 'BOS' } : tokenPiece(text);
  const exact = isBos ? 'Beginning of the text' : tokenExactly(text);
  return { gap, body, norm, exact, isCentre, isBos };
}

/** The `index`-th window of a card. */
export function contextOf(texts: TokenTexts, windows: TokenWindows, index: number): Context {
  const { before, after } = windows;
  const start = index * (before + 1 + after);
  const [centre, end] = [start + before, start + before + after];
  const pieces = (from: number, to: number): ContextPiece[] => {
    const found: ContextPiece[] = [];
    for (let place = from; place < to; place++) {
      const token = at(windows.tokens, place);
      if (token === NO_TOKEN) continue;
      const piece = pieceOf(texts, token, at(windows.norms, place), place === centre);
      const last = found.at(-1);
      if (last !== undefined && isSilent(last) && isSilent(piece)) {
        found[found.length - 1] = { ...last, body: last.body + piece.gap + piece.body, exact: '' };
      } else {
        found.push(piece);
      }
    }
    return found;
  };
  const isMissing = (place: number) => windows.tokens[place] === NO_TOKEN;
  return {
    before: pieces(start, centre),
    after: pieces(centre, end + 1),
    begins: before > 0 && isMissing(start),
    ends: after > 0 && isMissing(end),
  };
}

function isSilent({ norm, isCentre, isBos }: ContextPiece): boolean {
  return norm === 0 && !isCentre && !isBos;
}

/** A window as plain text, its centre in brackets: for copying and for hints. */
export function contextText(texts: TokenTexts, windows: TokenWindows, index: number): string {
  const { before, after } = contextOf(texts, windows, index);
  const write = (pieces: readonly ContextPiece[]) =>
    pieces.map(({ gap, body, isCentre }) => gap + (isCentre ? `[${body}]` : body)).join('');
  return (write(before) + write(after)).trim();
}
