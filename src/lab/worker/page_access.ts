/**
 * How data in the page get at what they are made from: files that the page's server ships, the file that
 * the person dropped, and the language models of the engine's device. The command line has its own.
 */
import { LabError } from '../../base/lab_error';
import { httpReader } from '../../data/shipped_files';
import { readNpy } from '../../io/npy';
import { LanguageModelStore } from '../language/language_model_store';
import type { Event } from '../protocol/protocol';
import type { DataAccess } from '../language/open_data';
import type { PageModels } from './page_models';

/** Access for the data of one run; `file` holds the dropped file that its settings name. */
export function pageAccess(
  base: string,
  file: Uint8Array | undefined,
  languageModels: () => Promise<LanguageModelStore>,
): DataAccess {
  const dropped = (path: string): Uint8Array => {
    if (file !== undefined) return file;
    throw new LabError(
      'not_found',
      `The file ${path} is not open in this page.`,
      'Drop it onto the page or choose it again; a link holds only its name.',
    );
  };
  return {
    shipped: httpReader(base),
    matrix: async (path) => Promise.resolve(readNpy(dropped(path), path)),
    text: async (path) => Promise.resolve(dropped(path)),
    languageModels,
  };
}

/** The language models of a device, told of in `download` events as their files come in. */
export function pageLanguageModels(
  device: GPUDevice,
  base: string,
  models: PageModels,
  post: (event: Event) => void,
): LanguageModelStore {
  return new LanguageModelStore({
    device,
    read: (id, onBytes, signal) => models.load(id, base, onBytes, signal),
    onDownload: post,
  });
}
