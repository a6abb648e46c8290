/**
 * A trained model from a folder on disk.
 */
import { join } from 'node:path';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import { CONFIG_FILE } from '../io/sae_folder';
import type { SaeFolder } from '../io/sae_folder_reader';
import { readWeights } from '../lab/keep/kept_model';
import { DiskFiles } from './disk_files';
import { exists, namesInFolder } from './files';

/**
 * Reads a SAELens or SASA folder. Throws LabError as namesInFolder and readWeights do, and `not_found` naming its
 * subfolders that are models when the folder is that of a run of several.
 */
export async function loadModel(folder: string): Promise<SaeFolder> {
  const names = await namesInFolder(folder);
  if (!names.includes(CONFIG_FILE)) await refuseFolderOfModels(folder, names);
  return readWeights(new DiskFiles(folder), folder, names);
}

async function refuseFolderOfModels(folder: string, names: readonly string[]): Promise<void> {
  const isModel = await Promise.all(names.map((name) => exists(join(folder, name, CONFIG_FILE))));
  const models = names.filter((_, i) => isModel[i]).sort();
  if (models.length === 0) return;
  throw new LabError(
    'not_found',
    `${folder} has no ${CONFIG_FILE}; ${models.length === 1 ? 'a model is in its folder' : 'models are in its folders'} ${models.join(' and ')}.`,
    `Give one of these: ${models.map((name) => strictJson(join(folder, name))).join(', ')}.`,
  );
}
