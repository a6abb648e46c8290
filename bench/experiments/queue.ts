/**
 * The runs of an experiment, one after another: what is finished is skipped, what was interrupted goes on, what fails is
 * told and stops no other. A run lies in <out>/<arm>/<seed>/, its run file beside it. Nothing is trained here.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { saysSame } from '../../src/base/canonical';
import { CHECKPOINT_FILE, REPORT_FILE } from '../../src/lab/run/run_files';
import {
  modelsOf,
  seededRun,
  type ArmModel,
  type Experiment,
  type RunFile,
  type Seed,
} from './experiment';

export interface QueuedRun {
  /** "k64-none/0". */
  readonly name: string;
  readonly seed: string;
  /** What the lab writes to. */
  readonly folder: string;
  readonly runFile: string;
  readonly run: RunFile;
  readonly models: readonly ArmModel[];
}

/** `changed`: it was begun from a run file that says something else, or from none that is still there. */
export type Standing = 'new' | 'interrupted' | 'finished' | 'changed';

export type Outcome = 'trained' | 'skipped' | 'failed' | 'stopped';

/** All runs, seed by seed, so that every arm has one before any has two. Throws RangeError for an arm that there is not. */
export function queueOf(
  { arms }: Pick<Experiment, 'arms'>,
  seeds: readonly Seed[],
  out: string,
  only: readonly string[] = [],
): readonly QueuedRun[] {
  const names = arms.map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`there is no arm ${unknown} (only ${names.join(', ')})`);
  }
  const chosen = arms.filter(({ name }) => only.length === 0 || only.includes(name));
  return seeds.flatMap((seed) =>
    chosen.map((arm) => ({
      name: `${arm.name}/${seed.name}`,
      seed: seed.name,
      folder: join(out, arm.name, seed.name),
      runFile: join(out, arm.name, `${seed.name}.json`),
      run: seededRun(arm.run, seed),
      models: modelsOf(arm),
    })),
  );
}

/** How a run stands, by the files that are there. */
export function standingOf({ folder, runFile, run, models }: QueuedRun): Standing {
  const finished = models.every((model) => existsSync(join(folder, model.folder, REPORT_FILE)));
  if (!finished && !existsSync(join(folder, CHECKPOINT_FILE))) return 'new';
  const begun: unknown = existsSync(runFile) ? JSON.parse(readFileSync(runFile, 'utf8')) : null;
  if (!saysSame(begun, run)) return 'changed';
  return finished ? 'finished' : 'interrupted';
}

export interface Trainer {
  /** Trains a run to its end. Rejects with the reason when it fails. */
  readonly train: (run: QueuedRun, resume: boolean) => Promise<void>;
  readonly tell: (line: string) => void;
  /** Whether to begin nothing more. */
  readonly stopped: () => boolean;
}

/** Works through a queue; what became of every run, in order. */
export async function workThrough(
  queue: readonly QueuedRun[],
  { train, tell, stopped }: Trainer,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, run] of queue.entries()) {
    const place = `${index + 1} of ${queue.length}: ${run.name}`;
    const standing = standingOf(run);
    if (stopped()) {
      outcomes.push('stopped');
    } else if (standing === 'finished') {
      outcomes.push('skipped');
    } else if (standing === 'changed') {
      tell(
        `${place} failed: ${run.runFile} says something else; remove it and its folder, or give another --out`,
      );
      outcomes.push('failed');
    } else {
      tell(`${place}${standing === 'interrupted' ? ' goes on' : ''}`);
      outcomes.push(await trained(run, standing, place, { train, tell, stopped }));
    }
  }
  return outcomes;
}

async function trained(
  run: QueuedRun,
  standing: Standing,
  place: string,
  { train, tell, stopped }: Trainer,
): Promise<Outcome> {
  mkdirSync(dirname(run.runFile), { recursive: true });
  writeFileSync(run.runFile, `${JSON.stringify(run.run, null, 2)}\n`);
  try {
    await train(run, standing === 'interrupted');
    return 'trained';
  } catch (error) {
    if (stopped()) return 'stopped';
    tell(`${place} failed: ${error instanceof Error ? error.message : String(error)}`);
    return 'failed';
  }
}
