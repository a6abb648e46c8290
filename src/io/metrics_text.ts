/**
 * Logged metrics as text: JSON lines (one record a line, as `metrics.jsonl` holds them) and CSV for a
 * spreadsheet. Metric names are those of docs/method.md §5. It knows neither engine nor page.
 */
import { csvFormatRows } from 'd3';
import { strictJson } from '../base/strict_json';

/** One model at one logged step. */
export interface LoggedMetrics {
  readonly step: number;
  readonly samples: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  readonly values: Readonly<Record<string, number>>;
  /** Counts of live groups by weight rank90: index 0 is rank 1. */
  readonly rankHistogram: readonly number[];
}

/** A record with the name of its model. */
export interface NamedMetrics extends LoggedMetrics {
  readonly modelName: string;
}

type Cell = string | number | null | readonly number[];

function fieldsOf(record: NamedMetrics): Record<string, Cell> {
  return {
    model: record.modelName,
    step: record.step,
    'details/n_training_samples': record.samples,
    'details/seconds': record.seconds,
    ...record.values,
    'details/rank90_histogram': record.rankHistogram,
  };
}

/**
 * One JSON object a line, in the given order, with a line break after each. Throws LabError `not_finite` for a
 * metric that is NaN or infinite.
 */
export function metricsToJsonl(records: readonly NamedMetrics[]): string {
  return records.map((record) => `${strictJson(fieldsOf(record))}\n`).join('');
}

/**
 * CSV with a header of every metric that any record has, in order of appearance; a cell is empty where a
 * record lacks the metric. Lists are written with spaces between their numbers.
 */
export function metricsToCsv(records: readonly NamedMetrics[]): string {
  const rows = records.map(fieldsOf);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => cellText(row[column] ?? null)));
  return `${csvFormatRows([columns, ...cells])}\n`;
}

function cellText(value: Cell): string {
  if (value === null) return '';
  return Array.isArray(value) ? value.join(' ') : String(value);
}
