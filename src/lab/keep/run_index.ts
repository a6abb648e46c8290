/**
 * The index of the runs that a browser keeps: one record a run, with all that a list of them shows and which checkpoints
 * its folder has. Knows neither the folders nor the database (browser_index.ts); a record that cannot be read is not
 * listed, and left alone.
 */
import * as z from 'zod/mini';
import { LabError, type LabErrorData } from '../../base/lab_error';
import { describeIssues } from '../../base/schema_issues';
import type { SaidOfRun } from '../protocol/kept_protocol';
import { dataIdentitySchema } from '../run/data_identity';
import { currentVersion, migrate, type KeptFormat } from './migrations';
import { qualityFields } from './quality_schema';

/** What is said of a run before somebody says something. */
const NOTHING_SAID: SaidOfRun = { starred: false, tags: [], note: '' };

const FORMAT: KeptFormat = {
  called: 'a kept run',
  migrations: [
    // 2: what a list of many runs shows without looking into their folders, and what the person says of a run.
    (run) => ({ ...run, results: null, logged: null, about: NOTHING_SAID }),
    // 3: results may say what codes cost; those of before do not.
    (run) => run,
  ],
  wayOut: 'Open it with the newer lab that keeps it.',
};
const VERSION = currentVersion(FORMAT);

const count = z.int().check(z.gte(0));

const resultSchema = z.strictObject(qualityFields);

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
  /** The reports in it, by model; null where there are none, or only the folder knows. */
  results: z.nullable(z.array(z.nullable(resultSchema))),
  /** The latest metrics of each model, by name; null where only the folder knows. */
  logged: z.nullable(z.array(z.record(z.string(), z.number()))),
  about: z.strictObject({
    starred: z.boolean(),
    tags: z.readonly(z.array(z.string())),
    note: z.string(),
  }),
  /** What the weights of each model had behind them when the run began with them. */
  before: z.nullable(z.array(z.strictObject({ steps: count, samples: count, changes: count }))),
  /** The person's own files that it was trained on; null where its data open by themselves. */
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

/** What comes to a record as its run goes on. */
type LaterKnown = 'results' | 'logged' | 'about';

/** A new record says its version by itself, and nothing yet of what a run comes to. */
export function keptRun(
  run: Omit<KeptRun, 'version' | LaterKnown> & Partial<Pick<KeptRun, LaterKnown>>,
): KeptRun {
  return { version: VERSION, results: null, logged: null, about: NOTHING_SAID, ...run };
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

/** What a record only says where the run is kept. */
const HERE = { bytes: 0, checkpoints: [], deletedAt: null } satisfies Partial<KeptRun>;

/** A record for a folder that is taken elsewhere: what the list says of it, less what is so only here. */
export function carriedRecord(run: KeptRun): object {
  const here = Object.keys(HERE);
  return Object.fromEntries(Object.entries(run).filter(([key]) => !here.includes(key)));
}

/**
 * The record in a folder that comes from elsewhere, as of a run without checkpoints; `label` is the name of its file. Throws LabError
 * `bad_file` for what is none, and for one of a newer version.
 */
export function readCarriedRecord(value: unknown, label: string): KeptRun {
  const current = migrate(value, FORMAT, label);
  const whole = typeof current === 'object' && current !== null ? { ...current, ...HERE } : current;
  const read = keptRunSchema.safeParse(whole);
  if (read.success) return read.data;
  const issues = describeIssues(keptRunSchema, whole, read.error);
  throw new LabError(
    'bad_file',
    `${label}: ${issues.map(({ sentence }) => sentence).join('. ')}.`,
    'Export the run again, or leave this file out: the run then has the name of its folder.',
  );
}

const withFiles = z.looseObject({
  data: z.looseObject({ files: z.array(z.looseObject({ sha256: z.string() })) }),
});

/** SHA-256 of the files that a run needs, of a record in whichever version. */
export function filesNeeded(record: unknown): readonly string[] {
  const read = withFiles.safeParse(record);
  return read.success ? read.data.data.files.map(({ sha256 }) => sha256) : [];
}

/** Where records lie. */
export interface RunIndex {
  /** All records, as they were written. */
  all(): Promise<readonly unknown[]>;
  get(id: string): Promise<unknown>;
  put(run: KeptRun): Promise<void>;
  /** Writes what becomes of the record as it is, in one piece over all tabs, and answers it; null leaves it. */
  change(id: string, change: (record: unknown) => KeptRun | null): Promise<KeptRun | null>;
  remove(id: string): Promise<void>;
  readonly annotations: KnownAnnotations;
}

/** Records of annotations by the SHA-256 of weights. */
export interface KnownAnnotations {
  /** Whether there is any record. */
  isSomething(): Promise<boolean>;
  get(weights: string): Promise<unknown>;
  /** Changes a record with nothing in between, in any tab; undefined for none, null to remove it. */
  change(weights: string, change: (record: unknown) => object | null): Promise<void>;
}
