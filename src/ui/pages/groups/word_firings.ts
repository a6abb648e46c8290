/**
 * Finds the groups that fire on a word. The table names only the strongest words of a group; this knows
 * all of them. Built once an answer; a word's groups are gathered when it is first asked for.
 */
import { at } from '../../../base/array';
import type { LabelledFirings } from '../../../lab/protocol/protocol';

export interface WordFirings {
  /** How strongly a group writes on this label (lower case); null where it does not fire. */
  normOf(label: string, group: number): number | null;
}

/** For data without labels. */
export const NO_FIRINGS: WordFirings = { normOf: () => null };

/** Look-ups kept: a filter asks for the same few words again for every group. */
const KEPT = 8;

/** Indexes the firings of labels; of labels that differ only in case, the strongest counts. */
export function wordFirings(firings: LabelledFirings | null): WordFirings {
  if (firings === null) return NO_FIRINGS;
  const { labels, offsets, groups, norms } = firings;
  const rowsOf = new Map<string, number[]>();
  labels.forEach((label, row) => {
    const word = label.toLowerCase();
    const rows = rowsOf.get(word);
    if (rows === undefined) rowsOf.set(word, [row]);
    else rows.push(row);
  });
  const known = new Map<string, ReadonlyMap<number, number>>();
  const groupsOf = (label: string): ReadonlyMap<number, number> => {
    const kept = known.get(label);
    if (kept !== undefined) return kept;
    const strongest = new Map<number, number>();
    for (const row of rowsOf.get(label) ?? []) {
      for (let entry = at(offsets, row); entry < at(offsets, row + 1); entry++) {
        const group = at(groups, entry);
        strongest.set(group, Math.max(strongest.get(group) ?? 0, at(norms, entry)));
      }
    }
    const [oldest] = known.keys();
    if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
    known.set(label, strongest);
    return strongest;
  };
  return { normOf: (label, group) => groupsOf(label).get(group) ?? null };
}
