/**
 * Rows of a language model's data in their texts: the window around a row with what a group writes on
 * each of its tokens, and choices of rows that do not tell the same story twice. A list of strongest
 * rows is often one sentence from many copies of one text; here a document, and a wording, counts once.
 */
import { at } from '../base/array';
import { firingsOf, normsOf, type IndexedCodes, type QuantileExamples } from './code_index';
import type { StrongRow } from './report_types';
import type { TokenRows } from './types';

/** Stands in a window where the document has no token. */
export const NO_TOKEN = 0xffffffff;

/** Windows of equal shape around some rows. */
export interface TokenWindows {
  readonly count: number;
  /** Tokens before and after the centre, which stands at index `before` of its window. */
  readonly before: number;
  readonly after: number;
  /** [count, before + 1 + after], token ids; NO_TOKEN beyond the edges of the document. */
  readonly tokens: Uint32Array;
  /** Same shape, ‖D_kᵀp_k‖ of the group on each token, 0 where it does not fire. */
  readonly norms: Float32Array;
}

/** Rows [first, last) around `row`: same document, no position missing, at most so many before and after. */
export function windowAround(
  { documents, positions }: TokenRows,
  row: number,
  before: number,
  after: number,
): readonly [first: number, last: number] {
  const follows = (next: number) =>
    documents[next] === documents[next - 1] && at(positions, next) === at(positions, next - 1) + 1;
  let first = row;
  while (first > 0 && first > row - before && follows(first)) first--;
  let last = row + 1;
  while (last < documents.length && last <= row + after && follows(last)) last++;
  return [first, last];
}

/** First entry of a group at or after a row. O(log n). */
function entryFrom({ offsets, rows }: IndexedCodes, group: number, row: number): number {
  let low = at(offsets, group);
  let high = at(offsets, group + 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(rows, middle) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Windows around `rows` with the norms of one group. O(rows · (log n + window)). */
export function windowsOf(
  indexed: IndexedCodes,
  group: number,
  text: TokenRows,
  rows: ArrayLike<number>,
  before: number,
  after: number,
): TokenWindows {
  const { offsets, rows: firingRows, norms: allNorms } = indexed;
  const end = at(offsets, group + 1);
  const width = before + 1 + after;
  const tokens = new Uint32Array(rows.length * width).fill(NO_TOKEN);
  const norms = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const row = at(rows, i);
    const [first, last] = windowAround(text, row, before, after);
    const start = i * width + before - (row - first);
    tokens.set(text.tokens.subarray(first, last), start);
    for (let entry = entryFrom(indexed, group, first); entry < end; entry++) {
      const firing = at(firingRows, entry);
      if (firing >= last) break;
      norms[start + firing - first] = at(allNorms, entry);
    }
  }
  return { count: rows.length, before, after, tokens, norms };
}

/** How far around its centre a context must differ from another to count as another. */
const WORDING_BEFORE = 5;
const WORDING_AFTER = 1;
/** Candidates looked at: enough to pass over a thousand copies of one text. */
const CANDIDATES = 4000;

/** Keeps count of what was told already. */
class Told {
  private readonly documents = new Map<number, number>();
  private readonly wordings = new Set<string>();

  constructor(private readonly text: TokenRows) {}

  /** Takes a row in unless its document was told `perDocument` times, or its wording once. */
  take(row: number, perDocument: number): boolean {
    const document = at(this.text.documents, row);
    const times = this.documents.get(document) ?? 0;
    if (times >= perDocument) return false;
    const [first, last] = windowAround(this.text, row, WORDING_BEFORE, WORDING_AFTER);
    const wording = this.text.tokens.subarray(first, last).join();
    if (this.wordings.has(wording)) return false;
    this.wordings.add(wording);
    this.documents.set(document, times + 1);
    return true;
  }
}

/**
 * The strongest rows of a group in different documents and wordings, strongest first, ties to the lower
 * row. Where too few documents are left a document may come twice. O(n log n).
 */
export function diverseStrongest(
  indexed: IndexedCodes,
  group: number,
  text: TokenRows,
  count: number,
): StrongRow[] {
  const candidates = strongestEntries(indexed, group, CANDIDATES);
  const told = new Told(text);
  const taken = new Set<number>();
  for (const perDocument of [1, 2]) {
    for (const entry of candidates) {
      if (taken.size === count) break;
      if (!taken.has(entry) && told.take(at(indexed.rows, entry), perDocument)) taken.add(entry);
    }
  }
  return rowsByStrength(indexed, [...taken]);
}

/**
 * For each quantile rows whose norms lie near it in rank, in different documents and wordings: outward from
 * the quantile, no farther than a twentieth of the list or `count` places. O(n log n).
 */
export function diverseQuantiles(
  indexed: IndexedCodes,
  group: number,
  text: TokenRows,
  quantiles: readonly number[],
  count: number,
): QuantileExamples[] {
  const order = ascendingEntries(indexed, group);
  const reach = Math.max(count, Math.ceil(order.length / 20));
  return quantiles.map((quantile) => {
    const middle = Math.round(quantile * Math.max(0, order.length - 1));
    const told = new Told(text);
    const taken: number[] = [];
    for (let step = 0; step <= 2 * reach && taken.length < count; step++) {
      const place = middle + (step % 2 === 0 ? step / 2 : -(step + 1) / 2);
      const entry = order[place];
      if (entry !== undefined && told.take(at(indexed.rows, entry), 1)) taken.push(entry);
    }
    return { quantile, examples: rowsByStrength(indexed, taken) };
  });
}

function rowsByStrength(indexed: IndexedCodes, entries: readonly number[]): StrongRow[] {
  return entries
    .map((entry) => ({ row: at(indexed.rows, entry), norm: at(indexed.norms, entry) }))
    .sort((a, b) => b.norm - a.norm || a.row - b.row);
}

/** Entries of a group by rising norm, ties by falling row. */
function ascendingEntries(indexed: IndexedCodes, group: number): Uint32Array {
  const start = at(indexed.offsets, group);
  const order = Uint32Array.from({ length: firingsOf(indexed, group) }, (_, i) => start + i);
  return order.sort((a, b) => at(indexed.norms, a) - at(indexed.norms, b) || b - a);
}

/** The entries of the `count` largest norms, strongest first, ties to the lower row. */
function strongestEntries(indexed: IndexedCodes, group: number, count: number): Uint32Array {
  const norms = normsOf(indexed, group);
  if (norms.length <= count) return ascendingEntries(indexed, group).reverse();
  // Sorting plain numbers is ten times as fast as sorting by a comparison; most entries then drop out.
  const least = at(norms.slice().sort(), norms.length - count);
  const start = at(indexed.offsets, group);
  const strong: number[] = [];
  norms.forEach((norm, i) => {
    if (norm >= least) strong.push(start + i);
  });
  strong.sort((a, b) => at(indexed.norms, b) - at(indexed.norms, a) || a - b);
  return Uint32Array.from(strong.slice(0, count));
}
