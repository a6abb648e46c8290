/**
 * Which tokens a group fires on: counted for one group as shares, rates and lifts, and turned round for
 * all groups, so that a token finds its groups. Counts and norms only; nothing about directions.
 */
import { addAt, at } from '../base/array';
import { poissonAtLeast } from './chance';
import { firingsOf, normsOf, rowsOf, type IndexedCodes } from './code_index';
import type { TokenRows } from './types';

/** One token among the firings of a group. */
export interface TokenShare {
  readonly token: number;
  /** Rows of this token in which the group fires. */
  readonly firings: number;
  /** P(token | fires): share of the group's firings. */
  readonly share: number;
  /** P(fires | token): share of the token's rows. */
  readonly rate: number;
  /** P(fires | token) / P(fires): 1 is independence. */
  readonly lift: number;
  /** Mean ‖D_kᵀp_k‖ over those rows. */
  readonly meanNorm: number;
}

export interface TokenStatistics {
  /** Different tokens on which the group fires. */
  readonly distinct: number;
  /** Most firings first. */
  readonly most: readonly TokenShare[];
  /** Largest lift first, among tokens with more firings than chance gives any of them. */
  readonly lifted: readonly TokenShare[];
}

/** How often each token occurs, [vocabulary]. */
export function tokenOccurrences({ tokens }: TokenRows, vocabulary: number): Uint32Array {
  const occurrences = new Uint32Array(vocabulary);
  for (const token of tokens) addAt(occurrences, token, 1);
  return occurrences;
}

/**
 * Firings for a lift to be listed: a fifth of a per cent of the group's firings, never fewer than three,
 * because the lift of one chance meeting with a rare token is huge.
 */
function leastFirings(firings: number): number {
  return Math.max(3, Math.ceil(firings / 500));
}

/** Chance that a group that looks at no token has a lifted one: shared out over the tokens that it fires on. */
const FALSE_LIFT = 0.05;

/** Statistics of one group, the first `count` tokens of either order. O(n + V). */
export function tokenStatistics(
  indexed: IndexedCodes,
  group: number,
  text: TokenRows,
  occurrences: Uint32Array,
  count: number,
): TokenStatistics {
  const firings = firingsOf(indexed, group);
  const norms = normsOf(indexed, group);
  const counts = new Uint32Array(occurrences.length);
  const sums = new Float64Array(occurrences.length);
  const found: number[] = [];
  rowsOf(indexed, group).forEach((row, i) => {
    const token = at(text.tokens, row);
    if (at(counts, token) === 0) found.push(token);
    addAt(counts, token, 1);
    addAt(sums, token, at(norms, i));
  });
  const rows = indexed.codes.rows;
  const shares = found.map((token): TokenShare => {
    const times = at(counts, token);
    const rate = times / at(occurrences, token);
    return {
      token,
      firings: times,
      share: times / firings,
      rate,
      lift: rate / (firings / rows),
      meanNorm: at(sums, token) / times,
    };
  });
  const byToken = (a: TokenShare, b: TokenShare) => a.token - b.token;
  const least = leastFirings(firings);
  return {
    distinct: found.length,
    most: shares.toSorted((a, b) => b.firings - a.firings || byToken(a, b)).slice(0, count),
    lifted: shares
      .filter((share) => share.firings >= least)
      .filter(({ token, firings: times }) => {
        const expected = (at(occurrences, token) * firings) / rows;
        return poissonAtLeast(times, expected) * found.length < FALSE_LIFT;
      })
      .sort((a, b) => b.lift - a.lift || b.firings - a.firings || byToken(a, b))
      .slice(0, count),
  };
}

/** The groups of every name: name i owns entries offsets[i] … offsets[i + 1], by group. */
export interface GroupsOfNames {
  /** [names + 1]. */
  readonly offsets: Uint32Array;
  /** [entries]. */
  readonly groups: Uint32Array;
  /** [entries], mean ‖D_kᵀp_k‖ over all rows of the name, 0 counted where the group is silent. */
  readonly means: Float32Array;
}

/**
 * Turns firings round: for every name of rows (a token, or tokens that read alike) the groups that fire on
 * it more often than on any row. `nameOfRow` [rows] holds name indices. Groups that merely fire
 * everywhere are left out, else a common token would list them all. O(firings), 8 bytes an entry.
 */
export function groupsOfNames(
  indexed: IndexedCodes,
  nameOfRow: Uint32Array,
  names: number,
): GroupsOfNames {
  const { dictionary, codes } = indexed;
  const rowsOfName = new Uint32Array(names);
  for (const name of nameOfRow) addAt(rowsOfName, name, 1);
  const counts = new Uint32Array(names);
  const sums = new Float64Array(names);
  /** Calls `visit` with every name on which a group fires more often than by chance. */
  const eachPair = (visit: (name: number, group: number) => void) => {
    const touched: number[] = [];
    for (let group = 0; group < dictionary.groups; group++) {
      const { offsets, rows, norms } = indexed;
      for (let entry = at(offsets, group); entry < at(offsets, group + 1); entry++) {
        const name = at(nameOfRow, at(rows, entry));
        if (at(counts, name) === 0) touched.push(name);
        addAt(counts, name, 1);
        addAt(sums, name, at(norms, entry));
      }
      const frequency = firingsOf(indexed, group) / codes.rows;
      for (const name of touched) {
        if (at(counts, name) > frequency * at(rowsOfName, name)) visit(name, group);
        counts[name] = 0;
        sums[name] = 0;
      }
      touched.length = 0;
    }
  };
  const offsets = new Uint32Array(names + 1);
  eachPair((name) => addAt(offsets, name + 1, 1));
  for (let name = 0; name < names; name++) addAt(offsets, name + 1, at(offsets, name));
  const next = offsets.slice();
  const groups = new Uint32Array(at(offsets, names));
  const means = new Float32Array(groups.length);
  eachPair((name, group) => {
    const entry = at(next, name);
    groups[entry] = group;
    means[entry] = at(sums, name) / at(rowsOfName, name);
    next[name] = entry + 1;
  });
  return { offsets, groups, means };
}
