/**
 * Byte-pair merging by score: joins, again and again, the adjacent pair whose piece scores highest, the
 * leftmost of equals, until no pair forms a piece. A heap holds the candidate pairs, so that a text of n
 * characters takes n log n steps where the plain algorithm takes n². It knows no vocabulary.
 */
import { at } from '../base/array';

/** The piece that two adjacent ones form, or null. */
export type JoinPieces = (
  left: number,
  right: number,
) => { readonly id: number; readonly score: number } | null;

interface Candidate {
  readonly score: number;
  /** Place of the left piece; also the order among equals. */
  readonly left: number;
  /** Ids of both pieces when this was found: when they have changed since, it is void. */
  readonly leftId: number;
  readonly rightId: number;
  readonly joined: number;
}

/** Whether `a` is merged before `b`. */
const precedes = (a: Candidate, b: Candidate): boolean =>
  a.score > b.score || (a.score === b.score && a.left < b.left);

/** A binary heap of candidates, the first to merge on top. */
class CandidateHeap {
  private readonly items: Candidate[] = [];

  push(item: Candidate): void {
    const { items } = this;
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = at(items, parent);
      if (!precedes(item, above)) break;
      items[place] = above;
      place = parent;
    }
    items[place] = item;
  }

  pop(): Candidate | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && precedes(at(items, child + 1), at(items, child))) child += 1;
      const below = at(items, child);
      if (!precedes(below, last)) break;
      items[place] = below;
      place = child;
    }
    items[place] = last;
    return top;
  }
}

const GONE = -1;

/** Merges the pieces `ids` as far as they go; gives what is left, in order. */
export function mergePieces(ids: readonly number[], join: JoinPieces): number[] {
  const pieces = Int32Array.from(ids);
  const next = Int32Array.from(ids, (_, place) => place + 1);
  const previous = Int32Array.from(ids, (_, place) => place - 1);
  const heap = new CandidateHeap();
  const propose = (left: number, right: number): void => {
    if (left < 0 || right >= pieces.length) return;
    const leftId = at(pieces, left);
    const rightId = at(pieces, right);
    const joined = join(leftId, rightId);
    if (joined === null) return;
    heap.push({ score: joined.score, left, leftId, rightId, joined: joined.id });
  };
  for (let place = 0; place + 1 < pieces.length; place += 1) propose(place, place + 1);
  for (let best = heap.pop(); best !== undefined; best = heap.pop()) {
    const { left } = best;
    const right = at(next, left);
    if (at(pieces, left) !== best.leftId || pieces[right] !== best.rightId) continue;
    const after = at(next, right);
    pieces[left] = best.joined;
    pieces[right] = GONE;
    next[left] = after;
    if (after < pieces.length) previous[after] = left;
    propose(at(previous, left), left);
    propose(left, after);
  }
  return Array.from(pieces).filter((id) => id !== GONE);
}
