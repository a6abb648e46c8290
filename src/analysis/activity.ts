/**
 * How often groups fire: l0, groups per row, dead and dense groups, and which groups fire together.
 * Counts only; nothing about directions.
 */
import { at } from '../base/array';
import { poissonAtLeast } from './chance';
import type { IndexedCodes } from './code_index';
import { firingsOf, liveGroups, rowsOf } from './code_index';
import { hasCode } from './code_table';
import type { ActivityReport } from './report_types';

interface ActivityOptions {
  /** A group is dense when it fires more than this many times as often as the mean live group; default 10. */
  readonly denseFactor?: number | undefined;
  /** Bins of the frequency histogram; default 24. */
  readonly frequencyBins?: number | undefined;
}

/**
 * Sparsity of a code table. How often is often depends on the gate: with s groups per row and L live ones the
 * mean live group fires on s/L of the rows, which is a third for three shapes and a thousandth for a wide
 * dictionary, so dense groups are told by their multiple of it. O(firings·r + K).
 */
export function describeActivity(
  indexed: IndexedCodes,
  { denseFactor = 10, frequencyBins = 24 }: ActivityOptions = {},
): ActivityReport {
  const { codes, dictionary, entries } = indexed;
  const { groups, rank } = dictionary;
  const rows = codes.rows;
  const live = liveGroups(indexed);
  const frequency = (group: number) => (rows > 0 ? firingsOf(indexed, group) / rows : 0);
  let nonZero = 0;
  for (const entry of entries) {
    for (let i = 0; i < rank; i++) {
      if (codes.codes[entry * rank + i] !== 0) nonZero++;
    }
  }
  // The rarest live group fires once: log10(1 / rows) is the left end.
  const from = Math.min(-1, -Math.log10(Math.max(1, rows)));
  const counts = new Array<number>(frequencyBins).fill(0);
  for (const group of live) {
    const position = (Math.log10(frequency(group)) - from) / -from;
    const bin = Math.min(frequencyBins - 1, Math.max(0, Math.floor(position * frequencyBins)));
    counts[bin] = at(counts, bin) + 1;
  }
  const isLive = new Set(live);
  const evenShare = rows > 0 && live.length > 0 ? entries.length / rows / live.length : 0;
  const denseThreshold = denseFactor * evenShare;
  return {
    rows,
    groups,
    rank,
    l0: rows > 0 ? nonZero / rows : 0,
    groupsPerRow: rows > 0 ? entries.length / rows : 0,
    liveGroups: live.length,
    coverage: groups > 0 ? live.length / groups : 0,
    dead: Array.from({ length: groups }, (_, k) => k).filter((k) => !isLive.has(k)),
    evenShare,
    denseThreshold,
    dense: live
      .filter((group) => frequency(group) > denseThreshold)
      .map((group) => ({ group, frequency: frequency(group) }))
      .sort((a, b) => b.frequency - a.frequency),
    frequencyHistogram: { from, counts },
  };
}

/** A group that fires in the same rows as another. */
export interface CoFiring {
  readonly group: number;
  /** Rows in which both fire. */
  readonly count: number;
  /** P(both) / (P(a)·P(b)): 1 is independence. */
  readonly lift: number;
}

/** Chance that a group without partners shows one: shared out over the groups that it is compared with. */
const FALSE_PARTNER = 0.05;

/**
 * Groups that fire together with `group` more often than by chance, by falling lift: independent groups meet
 * in a Poisson number of rows, and a pair is listed when so many meetings have a chance below 5 % over all the
 * groups compared. Pairs seen in fewer than `minimumCount` rows are left out as too few to name.
 * O(n·s + K log K) where s groups fire in a row.
 */
export function coFiringGroups(
  indexed: IndexedCodes,
  group: number,
  count: number,
  minimumCount = 5,
): CoFiring[] {
  const { codes, dictionary } = indexed;
  const together = new Uint32Array(dictionary.groups);
  for (const row of rowsOf(indexed, group)) {
    for (let entry = at(codes.offsets, row); entry < at(codes.offsets, row + 1); entry++) {
      const other = at(codes.active, entry);
      if (other === group || other >= dictionary.groups || !hasCode(codes, entry)) continue;
      together[other] = at(together, other) + 1;
    }
  }
  const compared = Math.max(1, liveGroups(indexed).length - 1);
  const found: CoFiring[] = [];
  together.forEach((both, other) => {
    if (both < minimumCount) return;
    const expected = (firingsOf(indexed, group) * firingsOf(indexed, other)) / codes.rows;
    if (poissonAtLeast(both, expected) * compared >= FALSE_PARTNER) return;
    found.push({ group: other, count: both, lift: both / expected });
  });
  return found.sort((a, b) => b.lift - a.lift || a.group - b.group).slice(0, count);
}
