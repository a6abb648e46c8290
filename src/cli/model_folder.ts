/**
 * A trained model from a folder on disk.
 */
import { CONFIG_FILE, SPARSITY_FILE, WEIGHTS_FILE } from '../io/sae_folder';
import { readSaeFolder, type SaeFolder } from '../io/sae_folder_reader';
import { readFolder } from './files';

/** Reads a SAELens or SASA folder. Throws LabError as readFolder and readSaeFolder do. */
export async function loadModel(folder: string): Promise<SaeFolder> {
  return readSaeFolder(
    await readFolder(folder, [CONFIG_FILE, WEIGHTS_FILE, SPARSITY_FILE]),
    folder,
  );
}
