/**
 * Activations of a language model as a source: the residual stream entering one block while the model reads
 * documents of a corpus, or documents that it writes itself. Training rows are made on the GPU and mixed in a
 * shuffle buffer; rows for analyses are read back for the documents asked for, never all at once.
 */
import { at } from '../../base/array';
import { refuseNotFinite } from '../../base/finite';
import { LabError } from '../../base/lab_error';
import { tokenName } from '../../base/token_text';
import { SharedWorks, whileWanted, type Work } from '../../base/work';
import { largestBuffer, mebibytes } from '../../gpu/buffers';
import type { Window, WindowShape, WindowTable } from '../../data/documents';
import { vectorsPerRow } from '../../base/padded_rows';
import { shuffleStream } from '../../data/shuffle_buffer';
import { bufferOrder } from '../../data/shuffle_order';
import type { ActivationSource, SourceRows, SourceText, Split } from '../../data/source';
import { chooseVariant } from '../encode/choose_variant';
import { keptBytes, KeptWindows } from './kept_windows';
import type { ReadyLanguageModel } from './language_model_store';
import type { LanguageDataConfig } from '../run/run_config';
import { corpusText, writtenText, type Corpus, type TextSupply } from './text_supply';
import type { WindowStream } from './training_windows';
import { WindowProducer, WindowReader, type Reading, type WantedRow } from './window_reader';

/** Training rows that the data are measured on, at most. */
const SAMPLED_ROWS = 2048;
/** Most bytes of rows that are kept on the CPU. */
const KEPT_BYTES = 128 * 2 ** 20;
/** Windows that a software adapter reads at once, so that it answers now and then. */
const SOFTWARE_SEQUENCES = 4;

/** What to do about a residual stream that is no numbers. */
const OVERFLOW = 'The weights exceed float32: give the files of another model.';

export interface LmSourceOptions {
  readonly device: GPUDevice;
  readonly language: ReadyLanguageModel;
  readonly config: LanguageDataConfig;
  /** Null: the model writes its own. */
  readonly corpus: Corpus | null;
}

/**
 * Opens activations of a language model. Throws LabError `bad_config` for a layer or context that the model
 * does not have, `bad_data` when the corpus has nothing to train on, `cancelled`.
 */
export async function openLmSource(
  options: LmSourceOptions,
  work: Work = {},
): Promise<ActivationSource> {
  const { device, language, config } = options;
  checkModel(language, config);
  const shape: WindowShape = {
    contextSize: config.context_size,
    prependBos: config.prepend_bos,
    excludeFirst: config.exclude_first,
  };
  const software = chooseVariant(device) !== 'tiled';
  const reading: Reading = {
    model: language.model,
    bos: language.tokenizer.bos,
    layer: config.layer,
    shape,
    sequences: software
      ? Math.min(SOFTWARE_SEQUENCES, config.store_batch_size_prompts)
      : config.store_batch_size_prompts,
  };
  const text =
    options.corpus === null
      ? await writtenText(language, config, { shape, atOnce: reading.sequences, software }, work)
      : corpusText(language, config, shape, options.corpus);
  return lmSource(options, reading, text);
}

function lmSource(
  { device, language, config }: LmSourceOptions,
  reading: Reading,
  { table, trainRows, description, warnings, openStream }: TextSupply,
): ActivationSource {
  const { model, tokenizer, info } = language;
  const { width } = model.config;
  const reader = new WindowReader(device, reading);
  const capacity = bufferRows(device, config, width);
  const rowBytes = 16 * vectorsPerRow(width);
  // A text that fits into the shuffle buffer is read once as it is.
  const again = trainRows !== null && trainRows > capacity ? trainRows : null;
  const kept = keptBytes(again, rowBytes, device.limits);
  const label = `${info.label}, layer ${config.layer}`;
  const take = async (wanted: readonly WantedRow[], work?: Work): Promise<SourceRows> => {
    const x = await reader.read(wanted, work);
    refuseNotFinite(x, [wanted.length, width], {
      code: 'not_finite',
      subject: `The residual stream of ${label},`,
      wayOut: OVERFLOW,
    });
    const rowIds = Uint32Array.from(wanted, ({ window, offset }) => window.firstRow + offset);
    return { count: wanted.length, x, rowIds };
  };
  /** The first rows of training, counted along the stream. */
  const first = async (start: number, count: number, work: Work = {}): Promise<SourceRows> => {
    const numbers = Uint32Array.from({ length: count }, (_, i) => start + i);
    return take(await rowsOfStream(openStream(), numbers, work), work);
  };
  const samples = new SharedWorks<SourceRows>();
  /** Rows that analyses have read, as far as they are few: every model of a run asks for the same. */
  const analysed = new Map<string, SourceRows>();
  const readTable = async (split: Split, start: number, count: number, work?: Work) => {
    const name = `${split} ${start} ${count}`;
    const known = analysed.get(name);
    if (known !== undefined) return known;
    const rows = await take(rowsOfTable(table, split, start, count), work);
    const bytes = [...analysed.values()].reduce(
      (sum, { x }) => sum + x.byteLength,
      rows.x.byteLength,
    );
    if (bytes <= KEPT_BYTES) analysed.set(name, rows);
    return rows;
  };
  return {
    label,
    description: [
      `residual stream of ${width} dimensions ${placeOf(config.layer, model.config.layers)}`,
      description,
      `windows of ${config.context_size} tokens`,
      firstPosition(config),
      trainRows !== null && trainRows <= capacity
        ? `read once, since all ${trainRows} rows fit into the shuffle buffer (${mebibytes(trainRows * rowBytes)})`
        : `mixed in a buffer of ${capacity} rows (${mebibytes(capacity * rowBytes)})${kept > 0 ? `, read once and kept (${mebibytes(kept)})` : ''}`,
    ].join('; '),
    warnings,
    width,
    size: { train: trainRows, held_out: table.rows('held_out'), all: table.rows('all') },
    labelOf: (rowId) => tokenName(tokenizer.textOf(tokenOf(table, tokenizer.bos, rowId))),
    text: textOf(table, language),
    bytes: model.bytes + kept,
    stream: (batchRows) =>
      shuffleStream({
        label,
        width,
        order: bufferOrder(capacity, trainRows, batchRows, config.seed),
        batchRows,
        open: async () =>
          WindowProducer.open({
            reading,
            openStream,
            kept: await KeptWindows.open(device, kept, rowBytes),
          }),
      }),
    batch: async (batchIndex, batchRows) => {
      const order = bufferOrder(capacity, trainRows, batchRows, config.seed);
      const numbers = order.rowsAt(batchIndex * batchRows, batchRows);
      return take(await rowsOfStream(openStream(), numbers));
    },
    read: (split, start, count, work) =>
      trainRows === null && split === 'train'
        ? first(start, count, work)
        : readTable(split, start, count, work),
    sample: (count, work) =>
      samples.join(String(count), (own) => first(0, Math.min(count, SAMPLED_ROWS), own), work),
  };
}

/** Rows of a finite split in its order. */
function rowsOfTable(table: WindowTable, split: Split, start: number, count: number): WantedRow[] {
  const end = Math.min(start + count, table.rows(split));
  const wanted: WantedRow[] = [];
  while (start + wanted.length < end) {
    const { index, offset } = table.find(split, start + wanted.length);
    const window = table.window(split, index);
    const rows = Math.min(window.rows - offset, end - start - wanted.length);
    for (let row = 0; row < rows; row += 1) wanted.push({ window, offset: offset + row });
  }
  return wanted;
}

/** The rows with these numbers, counted along a stream from its start. Throws LabError `cancelled`. */
async function rowsOfStream(
  stream: WindowStream,
  numbers: Uint32Array,
  work: Work = {},
): Promise<WantedRow[]> {
  const order = numbers.map((_, i) => i).sort((a, b) => at(numbers, a) - at(numbers, b));
  const wanted = new Array<WantedRow>(numbers.length);
  let before = 0;
  let window: Window | null = null;
  for (const i of order) {
    const number = at(numbers, i);
    while (window === null || number >= before + window.rows) {
      before += window?.rows ?? 0;
      const next = stream.next();
      window = next instanceof Promise ? await whileWanted(next, work) : next;
    }
    wanted[i] = { window, offset: number - before };
  }
  return wanted;
}

/** Rows of the shuffle buffer: what is asked for, or what the device's largest buffer holds. */
function bufferRows(device: GPUDevice, config: LanguageDataConfig, width: number): number {
  const most = Math.floor(largestBuffer(device.limits) / (16 * vectorsPerRow(width)));
  const asked = config.n_batches_in_buffer * config.store_batch_size_prompts * config.context_size;
  return Math.min(asked, most);
}

function tokenOf(table: WindowTable, bos: number, rowId: number): number {
  return table.place(rowId).token ?? bos;
}

function textOf(table: WindowTable, { tokenizer }: ReadyLanguageModel): SourceText {
  const token = (rowId: number): number => tokenOf(table, tokenizer.bos, rowId);
  return {
    token,
    tokenText: (rowId) => tokenizer.textOf(token(rowId)),
    document: (rowId) => table.place(rowId).document,
    position: (rowId) => table.place(rowId).position,
    heldOut: table.documentsOf('held_out'),
  };
}

/** Where the layer is, in words. */
function placeOf(layer: number, layers: number): string {
  return layer === layers ? 'after the last block' : `entering block ${layer} of ${layers}`;
}

function firstPosition({ exclude_first: left }: LanguageDataConfig): string {
  return left
    ? 'the first position of every window is left out, since attention parks there and its norm is many times that of any other token'
    : 'the first position of every window included, whose norm is many times that of any other token';
}

function checkModel({ info, model }: ReadyLanguageModel, config: LanguageDataConfig): void {
  const { layers, context } = model.config;
  if (config.layer > layers) {
    throw new LabError(
      'bad_config',
      `data.layer is ${config.layer}; for ${info.label} it must be a whole number from 0 to ${layers} (${layers} is the residual stream after the last block).`,
      'Choose a layer that the model has.',
    );
  }
  if (config.context_size > context) {
    throw new LabError(
      'bad_config',
      `data.context_size is ${config.context_size}; for ${info.label} it must be a whole number from 2 to ${context}.`,
      'Choose a context that the model can read.',
    );
  }
}
