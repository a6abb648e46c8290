/**
 * The part of a group's card that is about text: windows around its points and examples, and the tokens
 * it fires on, with the texts of exactly the token ids that these name. Pure.
 */
import { NO_TOKEN, windowsOf, type TokenWindows } from '../../analysis/token_contexts';
import { tokenStatistics } from '../../analysis/token_statistics';
import { at } from '../../base/array';
import type { AnalysedModel, AnalysedText } from '../encode/analysed_model';
import type { CardText } from '../protocol/protocol';

/** Tokens before and after the centre of an example, and of a point's context on hover. */
const EXAMPLE = { before: 28, after: 20 };
const POINT = { before: 12, after: 6 };
/** Tokens of each list of the statistics. */
const LISTED_TOKENS = 40;

/** Rows, by their place in the code table, that a card shows. */
export interface ShownRows {
  readonly points: Uint32Array;
  readonly strongest: readonly number[];
  readonly quantiles: readonly (readonly number[])[];
}

/** The text of a card for the rows that it shows. */
export function cardText(
  { indexed }: AnalysedModel,
  text: AnalysedText,
  group: number,
  shown: ShownRows,
): CardText {
  const { rows, occurrences, bos } = text;
  const around = (list: ArrayLike<number>, { before, after }: typeof EXAMPLE) =>
    windowsOf(indexed, group, rows, list, before, after);
  const points = around(shown.points, POINT);
  const strongest = around(shown.strongest, EXAMPLE);
  const quantiles = shown.quantiles.map((list) => around(list, EXAMPLE));
  const statistics = tokenStatistics(indexed, group, rows, occurrences, LISTED_TOKENS);
  return {
    texts: textsOf(
      rows.texts,
      [points, strongest, ...quantiles],
      [...statistics.most, ...statistics.lifted].map(({ token }) => token),
    ),
    bos,
    points,
    documents: shown.points.map((row) => at(rows.documents, row)),
    positions: Int32Array.from(shown.points, (row) => at(rows.positions, row)),
    strongest,
    quantiles,
    statistics,
  };
}

function textsOf(
  texts: readonly string[],
  windows: readonly TokenWindows[],
  others: readonly number[],
): Map<number, string> {
  const used = new Map<number, string>();
  const use = (token: number) => {
    if (token !== NO_TOKEN && !used.has(token)) used.set(token, at(texts, token));
  };
  for (const { tokens } of windows) tokens.forEach(use);
  others.forEach(use);
  return used;
}
