/**
 * What lies in the output folder of a run and what it starts from: nothing, the run that is already there
 * (--resume), or the weights of other models (--init). Refuses, before anything is trained, whatever does not fit.
 */
import { join } from 'node:path';
import { largest } from '../base/array';
import { LabError } from '../base/lab_error';
import { METRICS_FILE } from '../io/metrics_text';
import { CONFIG_FILE, SPARSITY_FILE, WEIGHTS_FILE } from '../io/sae_folder';
import { differingSetting, readCheckpoint } from '../lab/keep/checkpoint';
import type { DataIdentity } from '../lab/run/data_identity';
import type { StartingPoint } from '../lab/train/session_types';
import { REPORT_FILE } from '../lab/run/report_rows';
import { totalSteps, type RunConfig } from '../lab/run/run_config';
import { displayName, shapeOf, type ModelConfig } from '../sae/config';
import type { TrainRequest } from './arguments';
import { exists, namesIn, readBytes } from './files';
import { CLAIM_FILE } from './output_claim';
import { loadModel } from './model_folder';

export const CHECKPOINT_FILE = 'checkpoint.safetensors';
export const RUN_FILE = 'run.json';

/** What a run starts from. */
export interface StartOfRun {
  readonly initial: readonly (StartingPoint | undefined)[];
  /** Lines of metrics.jsonl that the run had logged before, by model. */
  readonly metrics: readonly string[];
  /** Seconds it had trained before. */
  readonly seconds: number;
  /** What its data were. Absent for a fresh run, and for one that an earlier version began. */
  readonly identity?: DataIdentity;
}

/** Folder of a model below that of its run, with a `/` at its end; '' when it is the only one. */
export function modelFolder(config: RunConfig, model: ModelConfig): string {
  return config.models.length === 1 ? '' : `${displayName(model)}/`;
}

/** Paths, below its folder, of every file that a run writes. */
export function runFiles(config: RunConfig): string[] {
  const own = [CONFIG_FILE, WEIGHTS_FILE, SPARSITY_FILE, METRICS_FILE, REPORT_FILE];
  return [
    RUN_FILE,
    CHECKPOINT_FILE,
    ...config.models.flatMap((model) => own.map((name) => modelFolder(config, model) + name)),
  ];
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
  const fresh: StartOfRun = { initial: [], metrics: [], seconds: 0 };
  if (request.init === undefined) return fresh;
  const folder = request.init;
  const initial = await Promise.all(
    config.models.map((model) => initialWeights(join(folder, modelFolder(config, model)), model)),
  );
  return { ...fresh, initial };
}

async function previousRun(out: string, config: RunConfig): Promise<StartOfRun> {
  const path = join(out, CHECKPOINT_FILE);
  if (!(await exists(path))) {
    throw new LabError(
      'not_found',
      `${out} has no ${CHECKPOINT_FILE} to continue from.`,
      'Leave --resume out to start a new run.',
    );
  }
  const saved = readCheckpoint(await readBytes(path), path);
  const difference = differingSetting(saved.config, config);
  if (difference !== null) {
    throw new LabError(
      'bad_config',
      `The run in ${out} is another one: ${difference}.`,
      'Only training_samples and log_every may change when a run goes on; give its own run file (run.json in that folder).',
    );
  }
  if (saved.step > totalSteps(config.training)) {
    throw new LabError(
      'bad_config',
      `training.training_samples is ${config.training.training_samples}; the run in ${out} has seen more, ${saved.step * config.training.train_batch_size_samples}.`,
      'Give at least that many.',
    );
  }
  const logged = await Promise.all(
    config.models.map((model) => loggedBefore(join(out, modelFolder(config, model)), saved.step)),
  );
  return {
    initial: saved.states.map((state) => ({ kind: 'state', state })),
    metrics: logged.map(({ lines }) => lines.map((line) => `${line}\n`).join('')),
    seconds: largest(
      logged.map(({ seconds }) => seconds),
      0,
    ),
    ...(saved.config.data_identity === undefined ? {} : { identity: saved.config.data_identity }),
  };
}

/** Lines of a metrics.jsonl up to a step, and the seconds in the last of them. */
async function loggedBefore(
  folder: string,
  step: number,
): Promise<{ lines: string[]; seconds: number }> {
  const path = join(folder, METRICS_FILE);
  if (!(await exists(path))) return { lines: [], seconds: 0 };
  const all = new TextDecoder().decode(await readBytes(path)).split('\n');
  const kept = all.flatMap((line) => {
    const record = recordOf(line);
    return record !== null && record.step <= step ? [{ line, ...record }] : [];
  });
  return { lines: kept.map(({ line }) => line), seconds: kept.at(-1)?.seconds ?? 0 };
}

function recordOf(line: string): { step: number; seconds: number } | null {
  try {
    const record = JSON.parse(line) as Readonly<Record<string, unknown>> | null;
    const { step, 'details/seconds': seconds } = record ?? {};
    return typeof step === 'number' && typeof seconds === 'number' ? { step, seconds } : null;
  } catch {
    return null;
  }
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
