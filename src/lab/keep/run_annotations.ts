/**
 * What a person says of the units of a run's models, where it lies: `annotations.json` in the folder of each model, and an
 * index by the SHA-256 of weights, which outlives the run. Any tab may write, one at a time: a change replaces the units that
 * it names and leaves the others. Of a run that is not kept they are in memory. Knows neither GPU nor page.
 */
import { at } from '../../base/array';
import {
  merged,
  NO_ANNOTATIONS,
  withChanges,
  type ModelAnnotations,
  type UnitAnnotations,
  type UnitChanges,
} from '../run/annotations';
import { modelFolder } from '../run/run_files';
import { annotationsRecord, checkedAnnotations } from './annotations_file';
import type { KeptFolder } from './kept_folder';
import type { KeptRuns } from './kept_runs';
import { readRunFile } from './run_file';

/** Weights that somebody looks at. */
export interface ShownWeights {
  /** Steps behind them. */
  readonly step: number;
  /** SHA-256 of their file; null where they cannot be had any more. */
  weights(): Promise<string | null>;
}

/** Annotations that came with weights or were found for them. */
export interface Attached {
  readonly annotations: ModelAnnotations;
  /** Units of which this browser knew something. */
  readonly found: number;
}

/** Where the annotations of one model lie. */
interface Place {
  read(): Promise<ModelAnnotations | null>;
  write(annotations: ModelAnnotations): Promise<void>;
}

export class RunAnnotations {
  /** Of models of runs that are not kept. */
  private readonly unkept = new Map<string, ModelAnnotations>();
  private line: Promise<unknown> = Promise.resolve();

  /** `runs` is null where nothing can be kept. */
  constructor(private readonly runs: KeptRuns | null) {}

  /**
   * The annotations of a model. Where it has none yet, those that this browser knows of the same weights become its own.
   * Throws LabError `bad_file` for a file that this lab cannot read.
   */
  read(id: string, model: number, looked: ShownWeights): Promise<ModelAnnotations> {
    return this.inTurn(id, async () => {
      const place = await this.place(id, model);
      const own = await place.read();
      if (own !== null || this.runs === null) return own ?? NO_ANNOTATIONS;
      if (!(await this.runs.known.isSomething())) return NO_ANNOTATIONS;
      const weights = await looked.weights();
      const known = weights === null ? null : await this.known(weights);
      if (known === null) return NO_ANNOTATIONS;
      const found = { weights, step: looked.step, units: known };
      await place.write(found);
      return found;
    });
  }

  /** Replaces annotations of some units. Throws LabError as `read`, `out_of_memory` where there is no room. */
  change(
    id: string,
    model: number,
    changes: UnitChanges,
    looked: ShownWeights,
  ): Promise<ModelAnnotations> {
    return this.inTurn(id, async () => {
      const place = await this.place(id, model);
      const before = (await place.read()) ?? NO_ANNOTATIONS;
      const isSame = before.weights !== null && before.step === looked.step;
      const weights = isSame ? before.weights : await looked.weights();
      const of = weights === null ? before : { weights, step: looked.step };
      const after = { ...of, units: withChanges(before.units, changes) };
      await place.write(after);
      await this.remember(after, before.units, changes);
      return after;
    });
  }

  /**
   * Gives a model whose weights were opened or imported what came with them, joined with what this browser knows of the same
   * weights.
   */
  attach(
    id: string,
    model: number,
    came: ModelAnnotations,
    weights: string,
    step: number,
  ): Promise<Attached> {
    return this.inTurn(id, async () => {
      const known = (await this.known(weights)) ?? {};
      const units = merged(came.units, known);
      const annotations = { weights, step, units };
      if (Object.keys(units).length > 0) {
        await (await this.place(id, model)).write(annotations);
        await this.remember(annotations, units, {});
      }
      return { annotations, found: Object.keys(known).length };
    });
  }

  /** Notes that weights were written as a file, so that they are known by it. */
  async noteWritten(units: UnitAnnotations, weights: string, step: number): Promise<void> {
    if (Object.keys(units).length > 0) await this.remember({ weights, step, units }, units, {});
  }

  /** What is known of weights; null for nothing. */
  private async known(weights: string): Promise<UnitAnnotations | null> {
    return unitsOf(await this.runs?.known.get(weights), weights);
  }

  private async remember(
    { weights, step }: ModelAnnotations,
    before: UnitAnnotations,
    changes: UnitChanges,
  ): Promise<void> {
    if (weights === null) return;
    await this.runs?.known.change(weights, (record) => {
      const units = withChanges({ ...unitsOf(record, weights), ...before }, changes);
      return Object.keys(units).length === 0 ? null : annotationsRecord({ weights, step, units });
    });
  }

  private async place(id: string, model: number): Promise<Place> {
    const run = (await this.runs?.find(id)) ?? null;
    const folder = run === null ? undefined : this.runs?.folder(id);
    if (run === null || folder === undefined) return this.memory(`${id}/${model}`);
    const config = readRunFile(run.settings, run.name);
    return inFolder(folder, modelFolder(config, at(config.models, model)));
  }

  private memory(key: string): Place {
    return {
      read: () => Promise.resolve(this.unkept.get(key) ?? null),
      write: (annotations) => {
        this.unkept.set(key, annotations);
        return Promise.resolve();
      },
    };
  }

  /** One after the other, in all tabs where the run is kept. */
  private inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const { runs } = this;
    const done = this.line.then(() => (runs === null ? work() : runs.inTurnOf(id, work)));
    this.line = done.catch(() => undefined);
    return done;
  }
}

function inFolder(folder: KeptFolder, path: string): Place {
  return {
    read: () => folder.annotations(path),
    write: (annotations) => folder.saveAnnotations(path, annotations),
  };
}

/** Units of a record in the index; null for none, and for one that this lab cannot read. */
function unitsOf(record: unknown, weights: string): UnitAnnotations | null {
  if (record === undefined) return null;
  try {
    return checkedAnnotations(record, weights).units;
  } catch {
    return null;
  }
}
