/**
 * The text that a language model reads for its activations: the documents of a corpus, or documents that it writes
 * itself as they are needed. Knows tokens and windows, and nothing of activations.
 */
import type { Work } from '../../base/work';
import {
  cutLongDocuments,
  distinctTexts,
  heldOutDocuments,
  WindowTable,
  type WindowShape,
} from '../../data/documents';
import { splitWarning } from '../../data/split_warning';
import type { ReadyLanguageModel } from './language_model_store';
import type { LanguageDataConfig } from '../run/run_config';
import {
  CorpusWindows,
  FIRST_TRAINED,
  WRITTEN_HELD_OUT,
  writerOf,
  WrittenWindows,
  type WindowStream,
} from './training_windows';

/** A corpus: a name to show and its documents as text. */
export interface Corpus {
  readonly name: string;
  readonly documents: readonly string[];
}

/** What is read: a table of the documents that can be asked for, and a stream to train on. */
export interface TextSupply {
  readonly table: WindowTable;
  /** Rows to train on before they repeat; null when they never do. */
  readonly trainRows: number | null;
  readonly description: string;
  readonly warnings: readonly string[];
  readonly openStream: () => WindowStream;
}

/** The documents of a corpus, some of them held out. */
export function corpusText(
  { tokenizer }: ReadyLanguageModel,
  config: LanguageDataConfig,
  shape: WindowShape,
  { name, documents }: Corpus,
): TextSupply {
  const encoded = documents.map((document) => tokenizer.encode(document));
  const parts = cutLongDocuments(encoded, shape);
  const heldOut = heldOutDocuments(parts);
  const table = new WindowTable(parts, heldOut, shape, name);
  const held = heldOut.filter(Boolean).length;
  const warning = splitWarning({
    name,
    trainRows: table.rows('train'),
    heldOutRows: held === 0 ? 0 : table.rows('held_out'),
    documents: parts.length,
    texts: distinctTexts(parts),
  });
  return {
    table,
    trainRows: table.rows('train'),
    description: `${parts.length} documents of ${name}, ${held === 0 ? 'none held out: metrics are on training data' : `${held} held out`}`,
    warnings: warning === null ? [] : [warning],
    openStream: () => new CorpusWindows(table, config.seed),
  };
}

interface Writing {
  readonly shape: WindowShape;
  readonly atOnce: number;
  readonly software: boolean;
}

/** Documents that the model writes itself, those that are held out at once. Throws LabError `cancelled`. */
export async function writtenText(
  { tokenizer, model, info }: ReadyLanguageModel,
  config: LanguageDataConfig,
  { shape, atOnce, software }: Writing,
  work: Work,
): Promise<TextSupply> {
  const writer = writerOf({ model, tokenizer, seed: config.seed, atOnce });
  const count = software ? WRITTEN_HELD_OUT.software : WRITTEN_HELD_OUT.gpu;
  const documents = await writer.heldOut(count, work);
  const name = `what ${info.label} writes`;
  const table = new WindowTable(
    documents,
    documents.map(() => true),
    shape,
    name,
  );
  return {
    table,
    trainRows: null,
    description: `documents that the model writes as they are needed, ${count} others held out`,
    warnings: [],
    openStream: () => new WrittenWindows(writer, shape, FIRST_TRAINED, table.rows('all')),
  };
}
