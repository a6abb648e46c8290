/**
 * The data of a run, whatever they are: what src/data makes or reads, and activations of a language model.
 * The page and the command line open data here and differ in their access to files alone.
 */
import type { Work } from '../../base/work';
import { readCorpus } from '../../data/corpus';
import { openSource, type FileAccess } from '../../data/open';
import type { ActivationSource } from '../../data/source';
import type { LanguageModelStore } from './language_model_store';
import { openLmSource } from './lm_source';
import type { Corpus } from './text_supply';
import type { DataConfig } from '../run/run_config';

/** How the data of a run get at files and language models. */
export interface DataAccess extends FileAccess {
  /** Bytes of a text that the person chose, by the path in the run's settings. */
  text(path: string): Promise<Uint8Array>;
  /** The language models of the device that trains. */
  languageModels(): Promise<LanguageModelStore>;
}

/** The text that ships: stories that stories15M wrote (docs/data.md). Any model can read it. */
const SHIPPED_CORPUS = 'data/stories15m/corpus.txt';

/**
 * Opens the data of a run; `orderSeed` as in openSource. Throws LabError as openSource, the store and
 * openLmSource do, `cancelled` among them.
 */
export async function openData(
  data: DataConfig,
  access: DataAccess,
  orderSeed: number,
  work: Work = {},
): Promise<ActivationSource> {
  if (data.kind !== 'lm') return openSource(data, access, orderSeed);
  // A corpus that cannot be read should not cost a download first.
  const corpus = await openCorpus(data.corpus, access);
  const store = await access.languageModels();
  const language = await store.get(data.model, work);
  return openLmSource({ device: store.device, language, config: data, corpus }, work);
}

async function openCorpus(corpus: string, access: DataAccess): Promise<Corpus | null> {
  if (corpus === 'generated') return null;
  if (corpus === 'shipped') {
    const bytes = new Uint8Array(await access.shipped(SHIPPED_CORPUS));
    return { name: 'the shipped stories', documents: readCorpus(bytes, SHIPPED_CORPUS) };
  }
  return { name: corpus, documents: readCorpus(await access.text(corpus), corpus) };
}
