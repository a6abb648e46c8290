/**
 * `lab splice`: how faithful a language model stays with an autoencoder from a folder in its residual stream.
 */
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import { uploadDictionary } from '../lab/encode/device_dictionary';
import { refuseNormOfOne, refuseUnfolded } from '../lab/encode/data_fit';
import { openData } from '../lab/language/open_data';
import { dataSchema, type LanguageDataConfig } from '../lab/run/run_config';
import { spliceFaithfulness } from '../lab/text/splice';
import { firstWindows, textWindows } from '../lab/language/text_windows';
import { nodeAccess } from './data';
import { loadModel } from './model_folder';
import { openNodeDevice } from './node_gpu';
import { progressLines } from './progress';
import { languageDataOf, rememberedData, tellGuessedFiles } from './remembered_data';
import type { SpliceRequest } from './splice_arguments';
import type { Terminal } from './terminal';

/** Runs `lab splice`. */
export async function splice(request: SpliceRequest, terminal: Terminal): Promise<void> {
  const { config, weights, provenance } = await loadModel(request.model);
  refuseUnfolded(config);
  // Before a language model is loaded.
  refuseNormOfOne(config, weights.width, 'normalize_activations');
  // Files that are named now need not be those of the training.
  const named = [
    ...(request.lm === null ? [] : (['model'] as const)),
    ...(request.corpus === null ? [] : (['corpus'] as const)),
  ];
  const trained = rememberedData(provenance, request.model, named);
  const data = placeOf(request, languageDataOf(trained));
  const { device, lost } = await openNodeDevice();
  try {
    const work = async (): Promise<void> => {
      const access = nodeAccess(trained.files, () => Promise.resolve(device));
      const { text } = await openData(data, access, 0);
      tellGuessedFiles(trained, request.model, terminal);
      const language = await (await access.languageModels()).get(data.model);
      const windows = textWindows(text?.heldOut ?? [], language.tokenizer.bos, data.context_size);
      const faithfulness = await spliceFaithfulness({
        device,
        lm: language.model,
        layer: data.layer,
        dictionary: await uploadDictionary(device, config, weights),
        windows: firstWindows(windows, request.tokens),
        positions: data.context_size,
        onProgress: progressLines(terminal),
      });
      const place = { model: request.model, lm: data.model, corpus: data.corpus };
      terminal.result(`${strictJson({ ...place, ...faithfulness })}\n`);
    };
    await Promise.race([work(), lost.then((error) => Promise.reject(error))]);
  } finally {
    device.destroy();
  }
}

/** Where the autoencoder goes: as asked, else where it was trained. Throws LabError `bad_config`. */
function placeOf(request: SpliceRequest, trained: LanguageDataConfig | null): LanguageDataConfig {
  const lm = request.lm ?? trained?.model;
  const layer = request.layer ?? trained?.layer;
  if (lm === undefined || layer === undefined) {
    throw new LabError(
      'bad_config',
      `${request.model} does not say which layer of which language model it was trained on.`,
      'Give --lm and --layer.',
    );
  }
  const place = { kind: 'lm', model: lm, layer, corpus: request.corpus ?? trained?.corpus };
  const data = dataSchema.parse({ ...trained, ...place });
  if (data.kind !== 'lm') throw new RangeError('a place in a language model is none');
  return data;
}
