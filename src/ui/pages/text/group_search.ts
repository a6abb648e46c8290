/**
 * Finds groups by number or by what they are strongest on, for the field that chooses one. Pure.
 */

/** A group that can be chosen. */
export interface GroupOption {
  readonly group: number;
  /** What it is strongest on; empty while the groups are not analysed. */
  readonly label: string;
  /** "12 tokens here", shown behind the label. */
  readonly detail: string;
}

/** Most matches that are shown. */
export const SHOWN_MATCHES = 40;

/**
 * Groups whose number begins with the query, or whose label holds it as the beginning of a word; an exact number first, then in the
 * order given. An empty query matches all.
 */
export function searchGroups(
  options: readonly GroupOption[],
  query: string,
): readonly GroupOption[] {
  const sought = query.trim().toLowerCase();
  if (sought === '') return options.slice(0, SHOWN_MATCHES);
  const matches = /^\d+$/.test(sought)
    ? options.filter(({ group }) => String(group).startsWith(sought))
    : options.filter(({ label }) =>
        label
          .toLowerCase()
          .split(/[\s,]+/)
          .some((word) => word.startsWith(sought)),
      );
  const exact = matches.filter(({ group }) => String(group) === sought);
  return [...exact, ...matches.filter((option) => !exact.includes(option))].slice(0, SHOWN_MATCHES);
}
