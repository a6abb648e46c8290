/**
 * What lies in the folder of a run, by name: the same on the disk, in the browser's private files and, for one model,
 * in a .zip. lab/keep writes and reads it. A run of one model has all in one folder, one of several a folder for each.
 */
import { CONFIG_FILE, SPARSITY_FILE, WEIGHTS_FILE } from '../../io/sae_folder';
import { displayName, type ModelConfig } from '../../sae/config';
import type { RunConfig } from './run_config';

/** The run: its settings with all defaults. */
export const RUN_FILE = 'run.json';
/** The state that it goes on from. */
export const CHECKPOINT_FILE = 'checkpoint.safetensors';
/** What the list of a browser says of a run that it keeps, where its folder was taken out of one. */
export const KEPT_FILE = 'kept.json';
/** Who writes to the folder of a disk. */
export const CLAIM_FILE = 'run.lock';

/** The final evaluation of a model, beside its weights; there is none where the evaluation gave no numbers. */
export const REPORT_FILE = 'report.json';
/** What was logged for a model, one record a line. */
export const METRICS_FILE = 'metrics.jsonl';
/** Settings of a model that were changed while it trained, one a line; there is none where nothing was changed. */
export const CHANGES_FILE = 'changes.jsonl';

/** What a person says of a model's units; training neither writes nor removes it. */
export const ANNOTATIONS_FILE = 'annotations.json';

/** Files of a model that a run writes: as SAELens has them, and how it was trained, which no other program reads. */
export const TRAINED_FILES: readonly string[] = [
  CONFIG_FILE,
  WEIGHTS_FILE,
  SPARSITY_FILE,
  REPORT_FILE,
  METRICS_FILE,
  CHANGES_FILE,
];

/** All files of a model. */
export const MODEL_FILES: readonly string[] = [...TRAINED_FILES, ANNOTATIONS_FILE];

/** A checkpoint of a run that has several; the latest is called `checkpoint.safetensors` on a disk. */
export function checkpointFile(step: number): string {
  return `checkpoint-${step}.safetensors`;
}

/** Folder of a model below that of its run, with a `/` at its end; '' when it is the only one. */
export function modelFolder({ models }: Pick<RunConfig, 'models'>, model: ModelConfig): string {
  return models.length === 1 ? '' : `${displayName(model)}/`;
}

/** Paths, below its folder, of every file that a run writes. */
export function runFiles(config: Pick<RunConfig, 'models'>): string[] {
  return [
    RUN_FILE,
    CHECKPOINT_FILE,
    ...config.models.flatMap((model) =>
      TRAINED_FILES.map((name) => modelFolder(config, model) + name),
    ),
  ];
}

/** Whether files at these paths are, or hold, the folder of a run that can go on, and not weights of models alone. */
export function holdRun(paths: readonly string[]): boolean {
  const known = new Set(paths);
  return paths.some((path) => {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const isRun = path === folder + RUN_FILE && !folder.startsWith('__MACOSX/');
    return isRun && [CHECKPOINT_FILE, KEPT_FILE].some((name) => known.has(folder + name));
  });
}
