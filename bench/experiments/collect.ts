/**
 * What an experiment found, read from the reports on the disk, and one table of it in Markdown with the mean over seeds,
 * its 95 % interval and the worst seed. record.ts keeps it as a file.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { largest, smallest } from '../../src/base/array';
import { METRICS_FILE, REPORT_FILE } from '../../src/lab/run/run_files';
import { t95 } from '../interval';
import { modelsOf, type ArmModel, type Experiment, type Measure } from './experiment';

/** What `lab splice` printed of a model, beside its report. */
export const SPLICE_FILE = 'splice.json';

/** One model of a finished run. */
export interface Result {
  /** What tables call it. */
  readonly arm: string;
  readonly seed: string;
  /** Of the model, with its report; null where only a record is left of it. */
  readonly folder: string | null;
  /** By path of the measure; null where the report has no number. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly steps: number | null;
  /** Of training alone. */
  readonly seconds: number | null;
  /** What was logged while it trained. */
  readonly logged: readonly Logged[];
}

/** Explained variance of a batch. */
export interface Logged {
  /** Of training, so far. */
  readonly rows: number;
  readonly explained: number;
}

/** The finished models of an experiment, arm by arm and by seed. */
export function readResults({ arms, measures }: Experiment, out: string): readonly Result[] {
  return arms.flatMap((arm) => {
    const folder = join(out, arm.name);
    if (!existsSync(folder)) return [];
    const seeds = readdirSync(folder).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return modelsOf(arm).flatMap((model) =>
      seeds.flatMap((seed) => readResult(folder, seed, model, measures) ?? []),
    );
  });
}

/** Null while it has no report. */
function readResult(
  arm: string,
  seed: string,
  model: ArmModel,
  measures: readonly Measure[],
): Result | null {
  const folder = join(arm, seed, model.folder);
  if (!existsSync(join(folder, REPORT_FILE))) return null;
  const spliced = join(folder, SPLICE_FILE);
  const found = readJson(join(folder, REPORT_FILE));
  const report = {
    ...(found as object),
    late_moves: lateMoves(found),
    ...(existsSync(spliced) ? { splice: readJson(spliced) } : {}),
  };
  const records = readRecords(join(folder, METRICS_FILE));
  const last = records.at(-1);
  return {
    arm: model.label,
    seed,
    folder,
    values: Object.fromEntries(measures.map(({ path }) => [path, numberAt(report, path)])),
    steps: numberAt(last, 'step'),
    seconds: fieldOf(last, 'details/seconds'),
    logged: records.flatMap((record) => {
      const rows = fieldOf(record, 'details/n_training_samples');
      const explained = fieldOf(record, 'metrics/explained_variance');
      return rows === null || explained === null ? [] : [{ rows, explained }];
    }),
  };
}

/** Moves of each kind in the last three tenths of a run: what training goes on packing and splitting. */
function lateMoves(report: unknown): Readonly<Record<'unpack' | 'repartition', number>> {
  const changes = memberOf(report, 'changes');
  const steps = numberAt(report, 'steps') ?? 0;
  const late = (Array.isArray(changes) ? changes : []).filter(
    (change) => (fieldOf(change, 'step') ?? 0) >= 0.7 * steps,
  );
  const count = (kind: string) => late.filter((change) => memberOf(change, 'move') === kind).length;
  return { unpack: count('unpack'), repartition: count('repartition') };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** A line of JSON each; none without the file. */
function readRecords(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]));
}

/** The number at a path of a report; null where there is none. */
function numberAt(value: unknown, path: string): number | null {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  return fieldOf(keys.reduce(memberOf, value), last);
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** A field that is a number; null where it is none. */
function fieldOf(value: unknown, key: string): number | null {
  const field = memberOf(value, key);
  return typeof field === 'number' ? field : null;
}

/** What a measure is over the seeds of an arm. */
export interface Summary {
  readonly mean: number;
  /** Half the 95 % interval of the mean over seeds (Student's t); null of one seed. */
  readonly half: number | null;
  readonly worst: number;
}

/** Null without values. */
export function summarize(values: readonly number[], best: Measure['best']): Summary | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return {
    mean,
    half: values.length < 2 ? null : t95(values.length) * Math.sqrt(variance / values.length),
    worst: best === 'largest' ? smallest(values) : largest(values),
  };
}

/** The table: "0.9806 ± 0.0002 (0.9804)" is mean, half the interval and worst seed. */
export function markdownTable({ arms, measures }: Experiment, results: readonly Result[]): string {
  const rows = arms.flatMap(modelsOf).flatMap(({ label }) => {
    const own = results.filter(({ arm }) => arm === label);
    if (own.length === 0) return [];
    return [[label, String(own.length), ...measures.map((measure) => cell(own, measure))]];
  });
  const head = ['arm', 'seeds', ...measures.map(({ label }) => label)];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function cell(results: readonly Result[], { path, decimals, best }: Measure): string {
  const values = results.flatMap((result) => result.values[path] ?? []);
  const found = summarize(values, best);
  if (found === null) return '–';
  const text = (value: number) => value.toFixed(decimals);
  const interval = found.half === null ? '' : ` ± ${text(found.half)} (${text(found.worst)})`;
  // A mean over fewer runs than the row says is no mean of the row.
  const missing = values.length < results.length ? ` of ${values.length}` : '';
  return `${text(found.mean)}${interval}${missing}`;
}
