/**
 * What a figure is about, said once around a part of a page and written into every file that is saved from it: run,
 * model, unit, step, rows. Inner parts add to what outer ones say. Pure; `FiguresOf.tsx` hands it down the page.
 */
import type { CsvTable } from './props';
import { formatInteger } from './format';

export interface FigureSource {
  /** Name of the data, where there is no run yet. */
  readonly data?: string | undefined;
  readonly run?: string | undefined;
  readonly model?: string | undefined;
  /** "group 5". */
  readonly unit?: string | undefined;
  /** Step of the run that the numbers are of. */
  readonly step?: number | undefined;
  /** Rows that the numbers were read on. */
  readonly rows?: number | undefined;
  /** Which of the data's rows those were: "held_out", "all". */
  readonly split?: string | undefined;
}

/** One line: "Run 3 · SASA · group 5 · step 1000 · 8192 rows · saved 2026-11-30"; `day` as YYYY-MM-DD. */
export function sourceLine(
  { data, run, model, unit, step, rows }: FigureSource,
  day?: string,
): string {
  const parts = [
    data,
    run,
    model,
    unit,
    step === undefined ? undefined : `step ${formatInteger(step)}`,
    rows === undefined ? undefined : `${formatInteger(rows)} rows`,
    day === undefined ? undefined : `saved ${day}`,
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

/**
 * The name of a saved file without extension: what it is about and then `name`, in lower case with dashes. What the
 * name says already is not said twice.
 */
export function sourceFileName({ data, run, model, unit }: FigureSource, name: string): string {
  const own = slug(name);
  const said = `-${own}-`;
  const about = [data, run, model, unit]
    .map((part) => slug(part ?? ''))
    .filter((part) => part !== '');
  return [...about.filter((part) => !said.includes(`-${part}-`)), own || 'figure'].join('-');
}

/** The table with a column for each part of the source that it does not name itself. */
export function sourcedTable(table: CsvTable, source: FigureSource): CsvTable {
  const { rows, ...about } = source;
  const named = { ...about, analysed_rows: rows };
  const keys = ['data', 'run', 'model', 'unit', 'step', 'analysed_rows', 'split'] as const;
  const added = keys.flatMap((key) => {
    const value = named[key];
    return value === undefined || table.columns.includes(key) ? [] : [{ key, value }];
  });
  return {
    columns: [...added.map(({ key }) => key), ...table.columns],
    rows: Array.from(table.rows, (row) => [...added.map(({ value }) => value), ...row]),
  };
}

function slug(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join('-');
}
