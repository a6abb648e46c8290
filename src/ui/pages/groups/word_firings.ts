/**
 * Finds the groups that fire on a word. The table names only the strongest words of a group; this knows
 * all of them. Built once an answer; a look-up costs the firings of one row.
 */
import { at } from '../../../base/array';
import type { LabelledFirings } from '../../../lab/protocol';

export interface WordFirings {
  /** How strongly a group writes on the row of this label (lower case); null where it does not fire. */
  normOf(label: string, group: number): number | null;
}

/** For data without labels. */
export const NO_FIRINGS: WordFirings = { normOf: () => null };

/** Indexes the firings of labelled rows; of rows with the same label, the strongest counts. */
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
  return {
    normOf(label, group) {
      let strongest: number | null = null;
      for (const row of rowsOf.get(label) ?? []) {
        for (let entry = at(offsets, row); entry < at(offsets, row + 1); entry++) {
          if (at(groups, entry) !== group) continue;
          strongest = Math.max(strongest ?? 0, at(norms, entry));
        }
      }
      return strongest;
    },
  };
}
