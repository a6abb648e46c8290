/**
 * What the filter box of the Groups page says about a group. Plain words search the labels, a bare number is a group's
 * number, and terms that stand side by side must all hold. `=` compares at the precision that was typed, as the table
 * shows numbers: `rank = 2.1` accepts 2.13. It knows nothing of the table or of React.
 */
import { passes, type FilterExpression, type FilterLanguage } from '../../parts/filter_language';
import { readFilter, type FilterResult } from '../../parts/filter_parser';

export const numericFields = [
  'group',
  'freq',
  'norm',
  'rank',
  'wrank',
  'rank90',
  'wrank90',
  'irred',
  'cluster',
] as const;
const flagFields = ['dead', 'starred', 'named', 'noted'] as const;

export type NumericField = (typeof numericFields)[number];
export type FlagField = (typeof flagFields)[number];

const language: FilterLanguage<NumericField, FlagField, never> = {
  numbers: numericFields,
  shares: ['freq'],
  flags: flagFields,
  texts: [],
  byNumber: 'group',
};

export type GroupFilter = FilterExpression<NumericField, FlagField>;

/** Reads a filter of groups. Never throws. */
export function parseFilter(text: string): FilterResult<NumericField, FlagField> {
  return readFilter(text, language);
}

/** What a filter sees of one group; a number is null where it was not measured. */
export interface FilterSubject {
  readonly numbers: Readonly<Record<NumericField, number | null>> & { readonly group: number };
  readonly flags: Readonly<Record<FlagField, boolean>>;
  /** What the person calls it, lower case; '' for no name. */
  readonly name: string;
  /** Lower case. */
  readonly labels: readonly string[];
  /** Lower case. */
  readonly tags: readonly string[];
}

/** The one word that a filter searches for and nothing else; null for any other filter. */
export function searchedWord(expression: GroupFilter): string | null {
  return expression.kind === 'contains' || expression.kind === 'exact' ? expression.text : null;
}

/** Whether a group fires on a row of this label (lower case, whole). */
export type FiresOn = (label: string, group: number) => boolean;

const firesOnNothing: FiresOn = () => false;

/**
 * Whether a group passes. A word passes where it stands in its name, a tag or one of the strongest labels, or where the
 * group fires on the row of exactly this label. A comparison with a number that was not measured
 * fails, even with `!=`.
 */
export function accepts(
  expression: GroupFilter,
  subject: FilterSubject,
  firesOn: FiresOn = firesOnNothing,
): boolean {
  switch (expression.kind) {
    case 'all':
      return true;
    case 'compare': {
      const value = subject.numbers[expression.field];
      return value !== null && passes(value, expression);
    }
    case 'flag':
      return subject.flags[expression.field] === expression.value;
    case 'contains':
      return (
        subject.labels.some((label) => label.includes(expression.text)) ||
        subject.name.includes(expression.text) ||
        subject.tags.some((tag) => tag.includes(expression.text)) ||
        firesOn(expression.text, subject.numbers.group)
      );
    case 'exact':
      return (
        subject.labels.includes(expression.text) ||
        subject.name === expression.text ||
        firesOn(expression.text, subject.numbers.group)
      );
    case 'tag':
      return subject.tags.includes(expression.text);
    case 'text':
      return false;
    case 'not':
      return !accepts(expression.term, subject, firesOn);
    case 'and':
      return (
        accepts(expression.left, subject, firesOn) && accepts(expression.right, subject, firesOn)
      );
    case 'or':
      return (
        accepts(expression.left, subject, firesOn) || accepts(expression.right, subject, firesOn)
      );
  }
}
