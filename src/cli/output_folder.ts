/**
 * What a run starts from, by what its output folder and its command say: nothing, the run that is already there
 * (--resume), or the weights of other models (--init). Refuses, before anything is trained, whatever does not fit.
 */
import { join } from 'node:path';
import { largest } from '../base/array';
import { LabError } from '../base/lab_error';
import { differingSetting } from '../lab/keep/checkpoint';
import { NO_LOGS, type ModelLogs } from '../lab/keep/model_logs';
import { readLogs, readState } from '../lab/keep/run_folder';
import { readCarriedRecord } from '../lab/keep/run_index';
import type { DataIdentity } from '../lab/run/data_identity';
import type { StartingPoint } from '../lab/train/session_types';
import { totalSteps, type RunConfig } from '../lab/run/run_config';
import {
  CHECKPOINT_FILE,
  CLAIM_FILE,
  KEPT_FILE,
  modelFolder,
  RUN_FILE,
} from '../lab/run/run_files';
import { displayName, refines, shapeOf, type ModelConfig } from '../sae/config';
import type { TrainRequest } from './arguments';
import { DiskFiles } from './disk_files';
import { exists, namesIn, readJson } from './files';
import { loadModel } from './model_folder';

/** What a run starts from. */
export interface StartOfRun {
  readonly initial: readonly (StartingPoint | undefined)[];
  /** What the run had logged before, by model. */
  readonly logs: readonly ModelLogs[];
  /** Seconds it had trained before. */
  readonly seconds: number;
  /** What its data were. Absent for a fresh run, and for one that an earlier version began. */
  readonly identity?: DataIdentity;
}

/**
 * Looks into the output folder, which this run has claimed, and reads what the run starts from. Throws LabError
 * `bad_config` when it is not empty, or holds no run or another run to continue, or when the weights do not fit.
 */
export async function openOutput(request: TrainRequest, config: RunConfig): Promise<StartOfRun> {
  if (request.resume) return previousRun(request.out, config);
  const names = (await namesIn(request.out)) ?? [];
  // What a killed process was writing is nobody's any more.
  const others = names.filter(
    (name) => !name.startsWith(CLAIM_FILE) && !/^\..+\.\d+\.part$/s.test(name),
  );
  if (others.length > 0) {
    const own = others.includes(CHECKPOINT_FILE);
    throw new LabError(
      'bad_config',
      `--out ${request.out} is not empty${own ? '; it holds a run' : ''}.`,
      own
        ? 'Continue that run with --resume, or give a new folder.'
        : 'Give a new folder, or empty it first.',
    );
  }
  const fresh: StartOfRun = { initial: [], logs: config.models.map(() => NO_LOGS), seconds: 0 };
  if (request.init === undefined) return fresh;
  const folder = request.init;
  const initial = await Promise.all(
    config.models.map((model) => initialWeights(join(folder, modelFolder(config, model)), model)),
  );
  return { ...fresh, initial };
}

async function previousRun(out: string, config: RunConfig): Promise<StartOfRun> {
  const files = new DiskFiles(out);
  const saved = await readState(files);
  if (saved === null) {
    throw new LabError(
      'not_found',
      `${out} has no ${CHECKPOINT_FILE} to continue from.`,
      'Leave --resume out to start a new run.',
    );
  }
  const difference = differingSetting(saved.config, config);
  if (difference !== null) {
    throw new LabError(
      'bad_config',
      `The run in ${out} is another one: ${difference}.`,
      `Leave --config out to continue it with its own run file, ${join(out, RUN_FILE)}, and change nothing there but training_samples and log_every; or begin anew in another folder.`,
    );
  }
  if (saved.step > totalSteps(config.training)) {
    throw new LabError(
      'bad_config',
      `training.training_samples is ${config.training.training_samples}; the run in ${out} has seen more, ${saved.step * config.training.train_batch_size_samples}.`,
      'Give at least that many.',
    );
  }
  await requireOwnSteps(out);
  const logs = await readLogs(files, saved);
  return {
    initial: saved.states.map((state) => ({ kind: 'state', state })),
    logs,
    seconds: largest(
      logs.map(({ seconds }) => seconds),
      0,
    ),
    ...(saved.config.data_identity === undefined ? {} : { identity: saved.config.data_identity }),
  };
}

/** A page counts the steps of a run on from those that its weights had behind them; here they count from its first. */
async function requireOwnSteps(out: string): Promise<void> {
  const path = join(out, KEPT_FILE);
  if (!(await exists(path))) return;
  const { before } = readCarriedRecord(await readJson(path), path);
  const steps = largest(before?.map((model) => model.steps) ?? [], 0);
  if (steps === 0) return;
  throw new LabError(
    'bad_config',
    `The run in ${out} began in the page with weights that had ${steps} steps behind them; the command line would count its records wrongly.`,
    'Import it on the Runs page and press Resume there.',
  );
}

/** The weights that a model starts from. */
async function initialWeights(folder: string, model: ModelConfig): Promise<StartingPoint> {
  const { config, weights } = await loadModel(folder);
  const [own, wanted] = [shapeOf(config), shapeOf(model)];
  // A scale is measured anew and taken out of the weights; a layer norm cannot be.
  const layerNorm = (settings: ModelConfig) => settings.normalize_activations === 'layer_norm';
  const differences: [setting: string, own: unknown, wanted: unknown][] = [
    ['architecture', config.architecture, model.architecture],
    ['number of groups or latents', own.groups, wanted.groups],
    ['rank of a group', own.rank, wanted.rank],
    ['layer_norm', layerNorm(config), layerNorm(model)],
    // Without a step yet a refined model is the plain one, and not the other way round.
    ['refine', refines(config), refines(config) && refines(model)],
    ['apply_b_dec_to_input', config.apply_b_dec_to_input, model.apply_b_dec_to_input],
  ];
  for (const [setting, is, should] of differences) {
    if (is === should) continue;
    throw new LabError(
      'bad_config',
      `${displayName(model)} cannot start from ${folder}: its ${setting} is ${String(is)} and should be ${String(should)}.`,
      'Give the folder of a model with the same settings, or change the run file.',
    );
  }
  return { kind: 'weights', weights };
}
