/**
 * The index of the runs that a browser keeps: one record a run, with all that a list of them shows and which checkpoints
 * its folder has. Knows neither the folders nor the database (browser_index.ts); a record that cannot be read is not
 * listed, and left alone.
 */
import * as z from 'zod/mini';
import type { LabErrorData } from '../../base/lab_error';
import { dataIdentitySchema } from '../run/data_identity';
import { currentVersion, migrate, type KeptFormat } from './migrations';

const FORMAT: KeptFormat = {
  called: 'a kept run',
  migrations: [],
  wayOut: 'Open it with the newer lab that keeps it.',
};
const VERSION = currentVersion(FORMAT);

const count = z.int().check(z.gte(0));

const keptRunSchema = z.strictObject({
  version: z.literal(VERSION),
  id: z.string().check(z.minLength(1)),
  name: z.string(),
  /** The run as it began, and as its settings are now; both as in run.json. */
  config: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()),
  /** Where it stood when the record was written; `running` for one whose tab went away. */
  status: z.enum(['running', 'paused', 'finished', 'stopped', 'failed']),
  /** Why it failed; null where it did not. */
  error: z.nullable(z.custom<LabErrorData>(isErrorData)),
  /** Steps of the latest checkpoint, of all. */
  step: count,
  totalSteps: count,
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  savedAt: z.number(),
  /** Seconds of training until the latest checkpoint. */
  seconds: z.number(),
  /** What its folder takes. */
  bytes: count,
  /** Checkpoints in its folder, the steps rising. */
  checkpoints: z.array(z.strictObject({ step: count, bytes: count })),
  /** The step of the models whose weights and report lie in the folder; null while there are none. */
  evaluated: z.nullable(count),
  /** What the weights of each model had behind them when the run began with them. */
  before: z.nullable(z.array(z.strictObject({ steps: count, samples: count, changes: count }))),
  /** The dropped file that it was trained on; null where its data open by themselves. */
  data: z.nullable(dataIdentitySchema),
  /** Milliseconds since 1970; null while it is not deleted. */
  deletedAt: z.nullable(z.number()),
});

/** What is known of a run without looking into its folder. */
export type KeptRun = z.output<typeof keptRunSchema>;

function isErrorData(value: unknown): boolean {
  const { code, message, wayOut } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return [code, message, wayOut].every((text) => typeof text === 'string');
}

/** A new record says its version by itself. */
export function keptRun(run: Omit<KeptRun, 'version'>): KeptRun {
  return { version: VERSION, ...run };
}

/** A record as it was kept; null for one that this lab cannot read. */
export function readKeptRun(value: unknown): KeptRun | null {
  try {
    const read = keptRunSchema.safeParse(migrate(value, FORMAT, 'A kept run'));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** Where records lie. */
export interface RunIndex {
  /** All records, as they were written. */
  all(): Promise<readonly unknown[]>;
  get(id: string): Promise<unknown>;
  put(run: KeptRun): Promise<void>;
  remove(id: string): Promise<void>;
}
