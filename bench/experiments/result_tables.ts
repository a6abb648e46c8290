/**
 * The tables of docs/results/README.md, made from the records in docs/results/experiments. `npm run docs` writes each below
 * the comment that names it; a test compares.
 */
import { largest } from '../../src/base/array';
import { summarize, type Result, type Summary } from './collect';
import type { Measure } from './experiment';
import type { ExperimentName } from './experiments';
import { compareRates, type CodesKind, type Comparison } from './rate';
import { compareTokens, type TokenCost } from './tokens';

export interface ResultTable extends Body {
  /** What the comment above it says: "<!-- table: words at equal columns -->". */
  readonly name: string;
  /** The experiment, and the name of its record. */
  readonly experiment: ExperimentName;
}

interface Body {
  /** Labels of all that it may have. */
  readonly arms: readonly string[];
  readonly markdown: (results: readonly Result[]) => string;
}

/** What a row says of an arm, and its label in the record. */
export type Row = readonly [says: string, arm: string];

/** What cells are made of. */
interface Found {
  readonly results: readonly Result[];
  readonly rates: Readonly<Record<CodesKind, readonly Comparison[]>>;
}

export interface Column {
  readonly head: string;
  readonly cell: (arm: string, found: Found) => string;
}

/** Rows of arms; those that the record has nothing of yet are left out. */
export function armTable(head: string, rows: readonly Row[], columns: readonly Column[]): Body {
  return {
    arms: rows.map(([, arm]) => arm),
    markdown: (results) => {
      const rates = {
        plain: compareRates(results, 'plain'),
        least_squares: compareRates(results, 'least_squares'),
        prune2: compareRates(results, 'prune2'),
      };
      const there = rows.filter(([, arm]) => results.some((result) => result.arm === arm));
      return tableText([
        [head, ...columns.map((column) => column.head)],
        ...there.map(([says, arm]) => [
          says,
          ...columns.map(({ cell }) => cell(arm, { results, rates })),
        ]),
      ]);
    },
  };
}

/** How many seeds an arm has. */
export const seedsColumn: Column = {
  head: 'seeds',
  cell: (arm, { results }) => String(valuesOf(results, arm, () => 0).length),
};

/** The mean alone, of what hardly varies. */
export function meanColumn(head: string, path: string, decimals: number): Column {
  return {
    head,
    cell: (arm, { results }) => {
      const values = valuesOf(results, arm, ({ values: all }) => all[path] ?? null);
      return summarize(values, 'largest')?.mean.toFixed(decimals) ?? '–';
    },
  };
}

/** Mean ± half a 95 % interval, with the worst seed in brackets where it is asked for. */
export function measureColumn(
  head: string,
  path: string,
  decimals: number,
  worst: Measure['best'] | null = null,
): Column {
  return {
    head,
    cell: (arm, { results }) => {
      const found = summarize(
        valuesOf(results, arm, ({ values }) => values[path] ?? null),
        worst ?? 'largest',
      );
      const bracket =
        worst === null || found?.half === null ? '' : ` (${found?.worst.toFixed(decimals) ?? ''})`;
      return `${summaryText(found, decimals)}${bracket}`;
    },
  };
}

/** Explained variance beyond TopK's at the same bits, or bits as a share of TopK's for as much. */
export function rateColumn(
  head: string,
  kind: CodesKind,
  number: 'gain' | 'share' | 'bits' | 'explained',
  decimals: number,
): Column {
  return {
    head,
    cell: (arm, { rates }) =>
      summaryText(rates[kind].find(({ label }) => label === arm)?.[number] ?? null, decimals),
  };
}

/** Rows of training against TopK's: a row for each of the two questions, a column for each arm. */
export function tokensTable(columns: readonly Row[]): Body {
  const row = (says: string, question: 'own' | 'topk', found: readonly TokenCost[]) => [
    says,
    ...columns.map(([, arm]) => {
      const cost = found.find(({ label }) => label === arm);
      if (cost === undefined) return '–';
      const count = question === 'own' ? cost.reaches : cost.reached;
      if (count === 0) return 'never';
      const some = count < cost.seeds ? ` in ${count} of ${cost.seeds}` : '';
      return `${summaryText(cost[question], 2)}${some}`;
    }),
  ];
  return {
    arms: columns.map(([, arm]) => arm),
    markdown: (results) => {
      const found = compareTokens(results);
      if (found.length === 0) return '';
      return tableText([
        ['share of the rows', ...columns.map(([says]) => says)],
        row('it needs for what TopK explains at its end', 'own', found),
        row('TopK needs for what it explains at its end', 'topk', found),
      ]);
    },
  };
}

/**
 * Explained variance of every model at every value of a setting that one was trained at, one seed, the best of each in bold.
 * `arm` is null where none is trained.
 */
export function sweepTable(
  setting: string,
  values: readonly number[],
  rows: readonly (readonly [says: string, arm: (value: number) => string | null])[],
): Body {
  return {
    arms: rows.flatMap(([, arm]) => values.flatMap((value) => arm(value) ?? [])),
    markdown: (results) => {
      const explainedAt = (arm: string | null) =>
        arm === null ? null : (valuesOf(results, arm, explained).at(0) ?? null);
      const trained = values.filter((value) =>
        rows.some(([, arm]) => explainedAt(arm(value)) !== null),
      );
      const lines = rows.flatMap(([says, arm]) => {
        const found = trained.map((value) => explainedAt(arm(value)));
        if (found.every((share) => share === null)) return [];
        const best = largest(found.map((share) => share ?? -Infinity));
        const texts = found.map((share) => share?.toFixed(4) ?? '–');
        return [[says, ...texts.map((text, i) => (found[i] === best ? `**${text}**` : text))]];
      });
      return tableText([[setting, ...trained.map(String)], ...lines]);
    },
  };
}

const explained = ({ values }: Result): number | null => values['explained_variance'] ?? null;

/** A number of every seed of an arm that has it. */
function valuesOf(
  results: readonly Result[],
  arm: string,
  of: (result: Result) => number | null,
): readonly number[] {
  return results.flatMap((result) => (result.arm === arm ? (of(result) ?? []) : []));
}

function summaryText(summary: Summary | null, decimals: number): string {
  if (summary === null) return '–';
  const mean = summary.mean.toFixed(decimals);
  return summary.half === null ? mean : `${mean} ± ${summary.half.toFixed(decimals)}`;
}

/** Nothing while there is nothing below the head. */
function tableText([head = [], ...rows]: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

/** The page with the table below each comment replaced. Throws RangeError for a table that has no place. */
export function withTables(page: string, tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [before = '', after] = text.split(`<!-- table: ${name} -->`);
    if (after === undefined) throw new RangeError(`the page has no place for the table "${name}"`);
    const rest = after.replace(/^\n+(\|.*\n)*\n*/, '');
    return `${before}<!-- table: ${name} -->\n\n${table === '' ? '' : `${table}\n`}${rest}`;
  }, page);
}
