/**
 * The little language of the Groups filter box: `rank > 1 and freq < 2%`, `monday or "june"`,
 * `not dead #weekdays`. Plain words search the labels, a bare number is a group's number, and terms
 * that stand side by side must all hold. `=` compares at the precision that was typed, as the table shows
 * numbers: `rank = 2.1` accepts 2.13. Here is what an expression means; filter_parser.ts reads it. It knows
 * nothing of the table or of React.
 */
import type { ComparisonOperator } from './filter_tokens';

/** Fields that hold a number. */
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
/** Fields that hold or do not hold. */
export const flagFields = ['dead', 'starred', 'named', 'noted'] as const;

export type NumericField = (typeof numericFields)[number];
export type FlagField = (typeof flagFields)[number];

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

export type FilterExpression =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'compare';
      readonly field: NumericField;
      readonly operator: ComparisonOperator;
      readonly value: number;
      /** `=` accepts values that round to what was typed: within ± slack. */
      readonly slack: number;
    }
  | { readonly kind: 'flag'; readonly field: FlagField; readonly value: boolean }
  | { readonly kind: 'contains'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'tag'; readonly text: string }
  | { readonly kind: 'not'; readonly term: FilterExpression }
  | {
      readonly kind: 'and' | 'or';
      readonly left: FilterExpression;
      readonly right: FilterExpression;
    };

/** The one word that a filter searches for and nothing else; null for any other filter. */
export function searchedWord(expression: FilterExpression): string | null {
  return expression.kind === 'contains' || expression.kind === 'exact' ? expression.text : null;
}

type Comparison = Extract<FilterExpression, { readonly kind: 'compare' }>;

function compare(value: number, { operator, value: against, slack }: Comparison): boolean {
  switch (operator) {
    case '<':
      return value < against;
    case '<=':
      return value <= against;
    case '>':
      return value > against;
    case '>=':
      return value >= against;
    case '=':
      return Math.abs(value - against) <= slack;
    case '!=':
      return Math.abs(value - against) > slack;
  }
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
  expression: FilterExpression,
  subject: FilterSubject,
  firesOn: FiresOn = firesOnNothing,
): boolean {
  switch (expression.kind) {
    case 'all':
      return true;
    case 'compare': {
      const value = subject.numbers[expression.field];
      return value !== null && compare(value, expression);
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
