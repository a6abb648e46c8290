/**
 * Language models for the command line: the one that ships, or a folder with the files that the hub has
 * (config.json, model.safetensors, tokenizer.json). Nothing is downloaded.
 */
import { dirname } from 'node:path';
import { LabError } from '../base/lab_error';
import { LanguageModelStore } from '../lab/language/language_model_store';
import {
  loadLanguageModel,
  STORIES,
  type LanguageModelAccess,
} from '../lab/language/language_models';
import { DataFiles } from './data_files';
import { exists, namesIn, readBytes } from './files';

/** Access to models and their files; `files` knows where they are and writes down what was read. */
export function nodeModelAccess(files: DataFiles): LanguageModelAccess {
  return {
    shipped: (path) => readShipped(path, files),
    files: async (id) => {
      const folder = (await files.modelFolder(id)) ?? id;
      const names = await namesIn(folder);
      if (names === null) {
        const isFile = await exists(folder);
        throw new LabError(
          'not_found',
          `There is no language model ${id}: it is ${isFile ? 'a file' : `neither ${STORIES} nor a folder`}.`,
          `Give the folder with its config.json, model.safetensors and tokenizer.json${isFile ? `, for instance ${dirname(folder)}` : '; from the hub, fetch these three first'}.`,
        );
      }
      return {
        label: id,
        names,
        read: async (name) => {
          const path = await files.modelFile(folder, name);
          return path === null ? null : readBytes(path);
        },
      };
    },
  };
}

/** The language models of a device. */
export function openModelStore(device: GPUDevice, files: DataFiles): LanguageModelStore {
  const access = nodeModelAccess(files);
  return new LanguageModelStore({
    device,
    read: (id, onBytes) => loadLanguageModel(id, access, onBytes),
  });
}

/** A file that ships with the lab, by its path below `public`. Throws LabError `not_found`. */
export async function readShipped(
  path: string,
  files = new DataFiles({ asked: true }),
): Promise<ArrayBuffer> {
  return Uint8Array.from(await readBytes(await files.shipped(path))).buffer;
}
