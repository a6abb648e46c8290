/**
 * The little language of filter boxes: `rank > 1 and freq < 2%`, `monday or "june"`, `not dead #weekdays`,
 * `data:words`. Which fields there are is each table's own; what a term means beside a number is too. filter_parser.ts
 * reads it. Knows no table.
 */
import type { ComparisonOperator } from './filter_tokens';

/** The fields of one table. */
export interface FilterLanguage<Num extends string, Flag extends string, Text extends string> {
  /** Fields that hold a number. */
  readonly numbers: readonly Num[];
  /** Those of them that hold a share, which may be written in per cent and are at most 1. */
  readonly shares: readonly Num[];
  /** Fields that hold or do not hold. */
  readonly flags: readonly Flag[];
  /** Fields that hold words: `data:words`. */
  readonly texts: readonly Text[];
  /** The field that a bare number is about; null where it is a word like any other. */
  readonly byNumber: Num | null;
}

export interface Comparison<Num extends string> {
  readonly kind: 'compare';
  readonly field: Num;
  readonly operator: ComparisonOperator;
  readonly value: number;
  /** `=` accepts values that round to what was typed: within ± slack. */
  readonly slack: number;
}

export type FilterExpression<
  Num extends string,
  Flag extends string = never,
  Text extends string = never,
> =
  | { readonly kind: 'all' }
  | Comparison<Num>
  | { readonly kind: 'flag'; readonly field: Flag; readonly value: boolean }
  | { readonly kind: 'contains'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'tag'; readonly text: string }
  | { readonly kind: 'text'; readonly field: Text; readonly text: string }
  | { readonly kind: 'not'; readonly term: FilterExpression<Num, Flag, Text> }
  | {
      readonly kind: 'and' | 'or';
      readonly left: FilterExpression<Num, Flag, Text>;
      readonly right: FilterExpression<Num, Flag, Text>;
    };

/** Whether a number passes a comparison. */
export function passes(
  value: number,
  { operator, value: against, slack }: Omit<Comparison<string>, 'kind' | 'field'>,
): boolean {
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
