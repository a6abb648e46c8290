/**
 * What was logged for a model while it trained, and what was changed and moved meanwhile: two files of lines beside its weights.
 * A run that goes on keeps of them what came before the step of its state, and writes the rest anew.
 */
import type { FileSet } from '../../io/whole_files';
import { CHANGES_FILE, METRICS_FILE } from '../run/run_files';
import { changesToJsonl, isBehind, readChange, type ModelChange } from '../run/run_history';

/** What the two files hold. */
export interface ModelLogs {
  /** Lines of metrics.jsonl, each with a line break after it. */
  readonly metrics: string;
  /** Oldest first. */
  readonly changes: readonly ModelChange[];
}

/** Of a model that has not been trained. */
export const NO_LOGS: ModelLogs = { metrics: '', changes: [] };

/** The logs of an earlier part of a run. */
export interface EarlierLogs extends ModelLogs {
  /** Seconds of training until the last record. */
  readonly seconds: number;
}

/** The two files by name; changes.jsonl is left out where nothing was changed. */
export function logFiles({ metrics, changes }: ModelLogs): FileSet {
  const text = (written: string) => new TextEncoder().encode(written);
  return {
    [METRICS_FILE]: text(metrics),
    ...(changes.length === 0 ? {} : { [CHANGES_FILE]: text(changesToJsonl(changes)) }),
  };
}

/** How far logs are read. */
export interface LogsUntil {
  /** Steps behind the weights. */
  readonly step: number;
  /** How many changes the weights had behind them when the run began with them: these stay. */
  readonly changesBefore?: number;
}

/**
 * What two files say up to a step, of which either may be missing. A line that was cut off while it was written, or says
 * something else, is left out; the lines of metrics.jsonl stay as they are.
 */
export function logsUpTo(
  { step, changesBefore = 0 }: LogsUntil,
  files: { readonly metrics: Uint8Array | null; readonly changes: Uint8Array | null },
): EarlierLogs {
  const records = linesOf(files.metrics).flatMap(({ line, value }) => {
    const record = recordOf(value);
    return record !== null && record.step <= step ? [{ line, ...record }] : [];
  });
  const changes = linesOf(files.changes).flatMap(({ value }) => readChange(value) ?? []);
  return {
    metrics: records.map(({ line }) => `${line}\n`).join(''),
    changes: changes.filter((change, place) => place < changesBefore || isBehind(change, step)),
    seconds: records.at(-1)?.seconds ?? 0,
  };
}

function linesOf(bytes: Uint8Array | null): { readonly line: string; readonly value: unknown }[] {
  if (bytes === null) return [];
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.flatMap((line) => {
    try {
      return [{ line, value: JSON.parse(line) as unknown }];
    } catch {
      return [];
    }
  });
}

function recordOf(value: unknown): { readonly step: number; readonly seconds: number } | null {
  const { step, 'details/seconds': seconds } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof step === 'number' && typeof seconds === 'number' ? { step, seconds } : null;
}
