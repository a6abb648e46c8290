/**
 * What a group is called on the Text page: its name, and the tokens it is strongest on, as far as the groups are
 * analysed; and the options from which one is chosen. Pure.
 */
import type { TextReading } from '../../../lab/protocol/lm_protocol';
import type { LabelledGroupRow } from '../../../lab/protocol/protocol';
import type { UnitAnnotations } from '../../../lab/run/annotations';
import type { GroupOption } from './group_search';
import { groupsInText } from './reading_rows';

/** Rows of the group table by group index, null while it is not made. */
export type GroupRows = readonly LabelledGroupRow[] | null;

/** Rows that name a group first by what the person calls it. */
export function namedRows(rows: GroupRows, annotations: UnitAnnotations): GroupRows {
  if (rows === null || Object.keys(annotations).length === 0) return rows;
  return rows.map((row) => {
    const name = annotations[row.group]?.name ?? '';
    return name === '' ? row : { ...row, labels: [name, ...row.labels] };
  });
}

/** Tokens a group is strongest on, without their blanks; empty while nothing is known. */
export function groupLabel(rows: GroupRows, group: number): string {
  const labels = rows?.[group]?.labels ?? [];
  return labels
    .slice(0, 5)
    .map((label) => label.trim())
    .filter((label) => label !== '')
    .join(', ');
}

/** All groups to choose from: those of the text first, strongest first, then the others that live. */
export function groupOptions(
  rows: GroupRows,
  reading: TextReading | null,
  groups: number,
): readonly GroupOption[] {
  const here = reading === null ? [] : groupsInText(reading);
  const seen = new Set(here.map(({ group }) => group));
  const others = Array.from({ length: groups }, (_, group) => group).filter(
    (group) => !seen.has(group) && rows?.[group]?.firings !== 0,
  );
  return [
    ...here.map(({ group, tokens }) => ({
      group,
      label: groupLabel(rows, group),
      detail: `${tokens} ${tokens === 1 ? 'token' : 'tokens'} here`,
    })),
    ...others.map((group) => ({ group, label: groupLabel(rows, group), detail: '' })),
  ];
}
