/**
 * The text that training reads, window after window without end: the documents of a corpus in a new order in
 * every pass, or documents that the language model writes itself as they are needed. Whoever asks from the
 * start gets the same windows again. It computes no activation.
 */
import { RandomStream } from '../../base/random';
import { requireWanted, SharedWorks, type Work } from '../../base/work';
import {
  rowsOfWindow,
  tokensPerWindow,
  type Window,
  type WindowShape,
  type WindowTable,
} from '../../data/documents';
import { epochPermutation, permuted, type RowPermutation } from '../../data/row_order';
import type { Generator, LanguageModel } from '../../lm/language_model';
import type { Tokenizer } from '../../lm/tokenizer';

/** Windows one after another; opened anew it begins with the first. */
export interface WindowStream {
  next(): Window | Promise<Window>;
}

/** The training windows of a corpus, in another order in every pass over it. */
export class CorpusWindows implements WindowStream {
  private place = 0;
  private pass = -1;
  private permutation: RowPermutation | null = null;

  constructor(
    private readonly table: WindowTable,
    private readonly seed: number,
  ) {}

  next(): Window {
    const count = this.table.windowCount('train');
    const pass = Math.floor(this.place / count);
    if (this.permutation === null || pass !== this.pass) {
      this.permutation = epochPermutation(count, this.seed, pass, RandomStream.windowOrder);
      this.pass = pass;
    }
    const index = permuted(this.permutation, this.place % count);
    this.place += 1;
    return this.table.window('train', index);
  }
}

/** Gives finished stories (TinyStories' length is 200 to 300 tokens) and varied ones. */
const TEMPERATURE = 0.9;
/** Tokens that a document may have, BOS included, where the model's context holds as many. */
const LONGEST = 256;

export interface WriterOptions {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly seed: number;
  /** Documents written at once. Changes the speed alone: a document depends on the seed and its number. */
  readonly atOnce: number;
}

/** Documents that are written to be held out: the first ones. A software adapter would write 64 for minutes. */
export const WRITTEN_HELD_OUT = { gpu: 64, software: 8 };
/** The first document that training reads, whatever the adapter: the same text is trained on everywhere. */
export const FIRST_TRAINED = WRITTEN_HELD_OUT.gpu;
/** Batches of documents that are kept: the sample of the data and the first fill of the buffer read the same. */
const KEPT_BATCHES = 16;

/** Writes documents with the language model's own words. Document n is the same whenever it is written. */
export class DocumentWriter {
  private generator: Promise<Generator> | null = null;
  private readonly held = new SharedWorks<Uint32Array[]>();
  private readonly kept = new Map<number, Promise<Uint32Array[]>>();
  /** One batch at a time: a generator has one set of buffers. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: WriterOptions) {}

  /** Documents written at once. */
  get atOnce(): number {
    return this.options.atOnce;
  }

  /** Documents `first` … `first` + atOnce − 1: tokens without BOS, cut at the end of the text. */
  write(first: number): Promise<Uint32Array[]> {
    const known = this.kept.get(first);
    if (known !== undefined) return known;
    const written = this.inTurn(() => this.generate(first));
    this.kept.set(first, written);
    written.catch(() => this.kept.delete(first));
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_BATCHES && oldest !== undefined) this.kept.delete(oldest);
    return written;
  }

  /** The first `count` documents, which are never trained on, written once. Rejects with LabError `cancelled`. */
  heldOut(count: number, work: Work): Promise<Uint32Array[]> {
    return this.held.join(`${count}`, (own) => this.writeHeldOut(count, own), work);
  }

  private async writeHeldOut(count: number, work: Work): Promise<Uint32Array[]> {
    const documents: Uint32Array[] = [];
    while (documents.length < count) {
      const first = documents.length;
      const tell = (share: number) => {
        const done = (first + share * this.atOnce) / count;
        work.onProgress?.(Math.min(1, done), 'Writing documents to hold out');
        return work.signal?.aborted === true;
      };
      const batch = await this.inTurn(() => this.generate(first, tell));
      for (const document of batch) documents.push(document);
      // A batch that was given up half-way is no batch.
      requireWanted(work);
    }
    return documents.slice(0, count);
  }

  private inTurn<T>(write: () => Promise<T>): Promise<T> {
    const written = this.last.then(write);
    this.last = written.catch(() => undefined);
    return written;
  }

  /** Writes a batch; `tell` is told the share done and says whether to stop there. */
  private async generate(first: number, tell?: (share: number) => boolean): Promise<Uint32Array[]> {
    const { model, tokenizer, seed, atOnce } = this.options;
    const length = Math.min(LONGEST, model.config.context);
    this.generator ??= model.generator({ sequences: atOnce, length }).catch((error: unknown) => {
      this.generator = null;
      throw error;
    });
    const generator = await this.generator;
    const sequences = await generator.generate({
      prompts: Array.from({ length: atOnce }, () => Uint32Array.of(tokenizer.bos)),
      temperature: TEMPERATURE,
      seed,
      streams: Uint32Array.from({ length: atOnce }, (_, i) => first + i),
      ...(tell === undefined ? {} : { onProgress: (positions) => tell(positions / length) }),
    });
    return sequences.map((sequence) => untilEnd(sequence.subarray(1), tokenizer));
  }
}

const writers = new WeakMap<LanguageModel, Map<string, DocumentWriter>>();

/** The writer with these options: sources that differ in the layer, say, read the same documents. */
export function writerOf(options: WriterOptions): DocumentWriter {
  const { model, seed, atOnce } = options;
  const known = writers.get(model) ?? new Map<string, DocumentWriter>();
  writers.set(model, known);
  const key = `${seed} ${atOnce}`;
  const writer = known.get(key) ?? new DocumentWriter(options);
  known.set(key, writer);
  return writer;
}

/** Tokens before the first that ends a document. */
function untilEnd(tokens: Uint32Array, { bos, special }: Tokenizer): Uint32Array {
  const end = tokens.findIndex((token) => token === bos || special.has(token));
  return end < 0 ? tokens : tokens.subarray(0, end);
}

/** Windows of documents that are written as they are needed. */
export class WrittenWindows implements WindowStream {
  private readonly ready: Window[] = [];
  private row: number;
  private ahead: Promise<Uint32Array[]>;

  /** Begins with document `document`; its first row has the number `row`. */
  constructor(
    private readonly writer: DocumentWriter,
    private readonly shape: WindowShape,
    private document: number,
    row: number,
  ) {
    this.row = row;
    this.ahead = this.writeAhead();
  }

  async next(): Promise<Window> {
    for (;;) {
      const window = this.ready.shift();
      if (window !== undefined) return window;
      const documents = await this.ahead;
      this.ahead = this.writeAhead();
      for (const document of documents) this.cut(document);
    }
  }

  /** The next documents, while training goes on with those before. */
  private writeAhead(): Promise<Uint32Array[]> {
    const written = this.writer.write(this.document);
    this.document += this.writer.atOnce;
    // Whoever waits for it is told; until then nobody else has to be.
    written.catch(() => undefined);
    return written;
  }

  private cut(document: Uint32Array): void {
    const step = tokensPerWindow(this.shape);
    for (let start = 0; start < document.length; start += step) {
      const tokens = document.subarray(start, start + step);
      const rows = rowsOfWindow(this.shape, tokens.length);
      if (rows === 0) continue;
      this.ready.push({ tokens, firstRow: this.row, rows });
      this.row += rows;
    }
  }
}
