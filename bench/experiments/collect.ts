/**
 * What an experiment found: one table in Markdown with the mean over seeds, its 95 % interval and the worst seed, and one
 * CSV with every run. Read from the reports on the disk, so that it can be made at any time and on any machine.
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
  /** Of the model, with its report. */
  readonly folder: string;
  /** By path of the measure; null where the report has no number. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly steps: number | null;
  /** Of training alone. */
  readonly seconds: number | null;
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
  const last = lastRecord(join(folder, METRICS_FILE));
  return {
    arm: model.label,
    seed,
    folder,
    values: Object.fromEntries(measures.map(({ path }) => [path, numberAt(report, path)])),
    steps: numberAt(last, 'step'),
    seconds: fieldOf(last, 'details/seconds'),
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

function lastRecord(path: string): unknown {
  const line = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) : '';
  return line === undefined || line === '' ? null : JSON.parse(line);
}

/** The number at a path of a report; null where there is none. */
export function numberAt(value: unknown, path: string): number | null {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  return fieldOf(keys.reduce(memberOf, value), last);
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** A field that is a number; null where it is none. */
export function fieldOf(value: unknown, key: string): number | null {
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

/** Every run, one a line. */
export function csvOf({ measures }: Experiment, results: readonly Result[]): string {
  const head = ['arm', 'seed', ...measures.map(({ path }) => path), 'steps', 'seconds'];
  const lines = results.map(({ arm, seed, values, steps, seconds }) => [
    arm,
    seed,
    ...measures.map(({ path }) => values[path] ?? ''),
    steps ?? '',
    seconds ?? '',
  ]);
  return `${[head, ...lines].map((cells) => cells.join(',')).join('\n')}\n`;
}
