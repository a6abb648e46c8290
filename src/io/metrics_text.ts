/**
 * Logged metrics as text: JSON lines (one record a line, as `metrics.jsonl` holds them) and CSV for a
 * spreadsheet. Metric names are those of docs/method/metrics.md. It knows neither engine nor page.
 */
import { csvFormatRows } from 'd3';
import * as z from 'zod/mini';
import { strictJson } from '../base/strict_json';
import { readJsonLines } from './json_lines';

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
 * One JSON object per line, in the given order, with a line break after each. Throws LabError `not_finite` for a
 * metric that is NaN or infinite.
 */
export function metricsToJsonl(records: readonly NamedMetrics[]): string {
  return records.map((record) => `${strictJson(fieldsOf(record))}\n`).join('');
}

const lineSchema = z.looseObject({
  step: z.int().check(z.gte(0)),
  'details/n_training_samples': z.number(),
  'details/seconds': z.number(),
  'details/rank90_histogram': z.array(z.number()),
});

/** The records of JSON lines, the name of their model left out. Throws LabError `bad_file`. */
export function readMetricsJsonl(text: string, label: string): LoggedMetrics[] {
  return readJsonLines(text, lineSchema, label).map((line) => {
    const { step, model: _named, 'details/rank90_histogram': rankHistogram, ...numbers } = line;
    const { 'details/n_training_samples': samples, 'details/seconds': seconds, ...rest } = numbers;
    const values = Object.entries(rest).flatMap(([name, value]) => {
      // NaN was written as null.
      const number = value === null ? Number.NaN : value;
      return typeof number === 'number' ? [[name, number] as const] : [];
    });
    return { step, samples, seconds, values: Object.fromEntries(values), rankHistogram };
  });
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
