/**
 * `lab splice`: how faithful a language model stays with an autoencoder from a folder in its residual stream, or with
 * each of several.
 */
import { at } from '../base/array';
import { saysSame } from '../base/canonical';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import type { SaeFolder } from '../io/sae_folder_reader';
import { uploadDictionary, type DeviceDictionary } from '../lab/encode/device_dictionary';
import { refuseNormOfOne, refuseUnfolded } from '../lab/encode/data_fit';
import { openData } from '../lab/language/open_data';
import { dataSchema, type LanguageDataConfig } from '../lab/run/run_config';
import { spliceFaithfulness } from '../lab/text/splice';
import { firstWindows, textWindows } from '../lab/language/text_windows';
import { nodeAccess } from './data';
import { loadModel } from './model_folder';
import { openNodeDevice } from './node_gpu';
import { progressLines } from './progress';
import {
  languageDataOf,
  rememberedData,
  tellGuessedFiles,
  type RememberedData,
} from './remembered_data';
import type { SpliceRequest } from './splice_arguments';
import type { Terminal } from './terminal';

/** An autoencoder with what its folder remembers of its training. */
interface Candidate extends Pick<SaeFolder, 'config' | 'weights'> {
  readonly folder: string;
  readonly trained: RememberedData;
}

/** Runs `lab splice`. */
export async function splice(request: SpliceRequest, terminal: Terminal): Promise<void> {
  const candidates: Candidate[] = [];
  for (const folder of request.models) candidates.push(await candidate(folder, request));
  const data = placeOf(request, candidates);
  const { files } = at(candidates, 0).trained;
  const { device, lost } = await openNodeDevice();
  try {
    const work = async (): Promise<void> => {
      const access = nodeAccess(files, () => Promise.resolve(device));
      const { text } = await openData(data, access, 0);
      for (const { trained, folder } of candidates) {
        tellGuessedFiles({ ...trained, files }, folder, terminal);
      }
      const language = await (await access.languageModels()).get(data.model);
      const windows = textWindows(text?.heldOut ?? [], language.tokenizer.bos, data.context_size);
      const dictionaries: DeviceDictionary[] = [];
      for (const { config, weights } of candidates) {
        dictionaries.push(await uploadDictionary(device, config, weights));
      }
      const faithfulness = await spliceFaithfulness({
        device,
        lm: language.model,
        layer: data.layer,
        dictionaries,
        windows: firstWindows(windows, request.tokens),
        positions: data.context_size,
        onProgress: progressLines(terminal),
      });
      candidates.forEach(({ folder }, index) => {
        const place = { model: folder, lm: data.model, corpus: data.corpus };
        terminal.result(`${strictJson({ ...place, ...at(faithfulness, index) })}\n`);
      });
    };
    await Promise.race([work(), lost.then((error) => Promise.reject(error))]);
  } finally {
    device.destroy();
  }
}

/** Refuses before a language model is loaded. */
async function candidate(folder: string, { lm, corpus }: SpliceRequest): Promise<Candidate> {
  const { config, weights, provenance } = await loadModel(folder);
  refuseUnfolded(config);
  refuseNormOfOne(config, weights.width, 'normalize_activations');
  // Files that are named now need not be those of the training.
  const named = [
    ...(lm === null ? [] : (['model'] as const)),
    ...(corpus === null ? [] : (['corpus'] as const)),
  ];
  return { folder, config, weights, trained: rememberedData(provenance, folder, named) };
}

/** Where the autoencoders go, which is one place for all. Throws LabError `bad_config`. */
function placeOf(request: SpliceRequest, candidates: readonly Candidate[]): LanguageDataConfig {
  const [first, ...others] = candidates.map((each) => ({ each, data: ownPlace(request, each) }));
  if (first === undefined) throw new RangeError('no model is spliced');
  const other = others.find(
    ({ each, data }) =>
      !saysSame(rowsOf(data), rowsOf(first.data)) || !saysSame(filesOf(each), filesOf(first.each)),
  );
  if (other === undefined) return first.data;
  throw new LabError(
    'bad_config',
    `${other.each.folder} was trained on other data than ${first.each.folder}, and both would be put in the place of the same rows.`,
    'Splice them one after the other.',
  );
}

/** What decides which rows are replaced: not in what order, or from how large a buffer, a model trained on them. */
const rowsOf = ({
  model,
  layer,
  corpus,
  context_size,
  prepend_bos,
}: LanguageDataConfig): unknown => [model, layer, corpus, context_size, prepend_bos];

/** What the files of a model's data were, wherever they lay. */
const filesOf = ({ trained }: Candidate): unknown =>
  trained.known?.map(({ setting, name, sha256 }) => [setting, name, sha256]) ?? null;

/** Where one of them goes: as asked, else where it was trained. */
function ownPlace(request: SpliceRequest, { folder, trained }: Candidate): LanguageDataConfig {
  const own = languageDataOf(trained);
  const lm = request.lm ?? own?.model;
  const layer = request.layer ?? own?.layer;
  if (lm === undefined || layer === undefined) {
    throw new LabError(
      'bad_config',
      `${folder} does not say which layer of which language model it was trained on.`,
      'Give --lm and --layer.',
    );
  }
  const place = { kind: 'lm', model: lm, layer, corpus: request.corpus ?? own?.corpus };
  const data = dataSchema.parse({ ...own, ...place });
  if (data.kind !== 'lm') throw new RangeError('a place in a language model is none');
  return data;
}
