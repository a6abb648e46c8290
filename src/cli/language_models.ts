/**
 * Language models for the command line: the one that ships, or a folder with the files that the hub has
 * (config.json, model.safetensors, tokenizer.json). Nothing is downloaded.
 */
import { dirname, join } from 'node:path';
import { LabError } from '../base/lab_error';
import { LanguageModelStore } from '../lab/language_model_store';
import { loadLanguageModel, STORIES, type LanguageModelAccess } from '../lab/language_models';
import { exists, namesIn, readBytes, readShipped } from './files';

/** Access to models; `resolve` finds the folder that a run file or an option names. */
export function nodeModelAccess(resolve: (path: string) => Promise<string>): LanguageModelAccess {
  return {
    shipped: readShipped,
    files: async (id) => {
      const folder = await resolve(id);
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
        read: (name) =>
          names.includes(name) ? readBytes(join(folder, name)) : Promise.resolve(null),
      };
    },
  };
}

/** The language models of a device. */
export function openModelStore(
  device: GPUDevice,
  resolve: (path: string) => Promise<string> = (path) => Promise.resolve(path),
): LanguageModelStore {
  const access = nodeModelAccess(resolve);
  return new LanguageModelStore({
    device,
    read: (id, onBytes) => loadLanguageModel(id, access, onBytes),
  });
}
