/**
 * A trained model from a folder on disk.
 */
import { join } from 'node:path';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import { CONFIG_FILE } from '../io/sae_folder';
import { FOLDER_FILES, readSaeFolder, type SaeFolder } from '../io/sae_folder_reader';
import { exists, namesIn, readFolder } from './files';

/**
 * Reads a SAELens or SASA folder. Throws LabError as readFolder and readSaeFolder do, and `not_found` naming its
 * subfolders that are models when the folder is that of a run of several.
 */
export async function loadModel(folder: string): Promise<SaeFolder> {
  const files = await readFolder(folder, FOLDER_FILES);
  const names = (await namesIn(folder)) ?? [];
  if (files[CONFIG_FILE] === undefined) await refuseFolderOfModels(folder, names);
  return readSaeFolder(files, folder, names);
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
