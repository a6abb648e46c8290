/**
 * What an experiment is: arms, each a run file that differs from a base run in what its name says, and the numbers of a
 * report that its table compares. Data only; queue.ts trains it and collect.ts reads it.
 */

export type Settings = Readonly<Record<string, unknown>>;

/** A run file as it is written down. It is not read here: the lab refuses what it does not know, with the reason. */
export interface RunFile {
  readonly data: Settings;
  readonly models: readonly Settings[];
  readonly training: Settings;
}

/** What one run file trains: one model, or several with names of their own on the same rows. */
export interface Arm {
  /** Also the name of its folder. */
  readonly name: string;
  readonly run: RunFile;
}

/** A model of an arm: what tables call it, and its folder below that of the run. */
export interface ArmModel {
  readonly label: string;
  readonly folder: string;
}

/** The models of an arm in order. Throws RangeError for one of several that has no name. */
export function modelsOf({ name, run }: Arm): readonly ArmModel[] {
  if (run.models.length === 1) return [{ label: name, folder: '' }];
  return run.models.map(({ name: model }) => {
    if (typeof model !== 'string') throw new RangeError(`a model of arm ${name} has no name`);
    return { label: `${name}/${model}`, folder: model };
  });
}

/** A number of the report of one model. */
export interface Measure {
  readonly label: string;
  /** Its place in report.json: "recovery.packed_features". */
  readonly path: string;
  readonly decimals: number;
  /** Which end is the better one: the worst seed is at the other. */
  readonly best: 'largest' | 'smallest';
}

export interface Experiment {
  /** Title of its figure. */
  readonly title: string;
  readonly arms: readonly Arm[];
  readonly measures: readonly Measure[];
  /** Whether bits a token are measured, which takes longer. */
  readonly bits: boolean;
  /** Whether codes by least squares are measured as well, with bits where bits are. */
  readonly leastSquares: boolean;
  /** Labels of the models that a language model is run with in the place of its residual stream. */
  readonly spliced?: readonly string[];
}

/** Seeds of one run: of weights and order, and of made data. Written "3", or "3-1" with data seed 1. */
export interface Seed {
  readonly name: string;
  readonly training: number;
  readonly data: number;
}

/** Seeds from "0,1,2-1"; without a second number the data have seed 0. Throws RangeError. */
export function readSeeds(text: string): readonly Seed[] {
  const seeds = text.split(',').map((name): Seed => {
    const [, training, data = '0'] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(name) ?? [];
    if (training === undefined)
      throw new RangeError(`"${name}" is no seed; write 3, or 3-1 with data seed 1`);
    return { name, training: Number(training), data: Number(data) };
  });
  return seeds;
}

/** The run file of an arm at a seed. Data that are not made have no seed here. */
export function seededRun({ data, models, training }: RunFile, seed: Seed): RunFile {
  return {
    data: data['kind'] === 'synthetic' ? { ...data, seed: seed.data } : data,
    models,
    training: { ...training, seed: seed.training },
  };
}
