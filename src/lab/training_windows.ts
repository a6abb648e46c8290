/**
 * The text that training reads, window after window without end: the documents of a corpus in a new order in
 * every pass, or documents that the language model writes itself as they are needed. Whoever asks from the
 * start gets the same windows again. It computes no activation.
 */
import { RandomStream } from '../base/random';
import {
  rowsOfWindow,
  tokensPerWindow,
  type Window,
  type WindowShape,
  type WindowTable,
} from '../data/documents';
import { epochPermutation, permuted, type RowPermutation } from '../data/row_order';
import type { Generator, LanguageModel } from '../lm/language_model';
import type { Tokenizer } from '../lm/tokenizer';

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

/** Documents that are written to be held out; training begins with the next. */
export const WRITTEN_HELD_OUT = 64;

/** Writes documents with the language model's own words. Document n is the same whenever it is written. */
export class DocumentWriter {
  private generator: Promise<Generator> | null = null;
  private held: Promise<Uint32Array[]> | null = null;
  /** One batch at a time: a generator has one set of buffers. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: WriterOptions) {}

  /** Documents written at once. */
  get atOnce(): number {
    return this.options.atOnce;
  }

  /** Documents `first` … `first` + atOnce − 1: tokens without BOS, cut at the end of the text. */
  write(first: number): Promise<Uint32Array[]> {
    const written = this.last.then(() => this.generate(first));
    this.last = written.catch(() => undefined);
    return written;
  }

  /** The documents that are never trained on, written once. */
  heldOut(): Promise<Uint32Array[]> {
    this.held ??= this.writeHeldOut().catch((error: unknown) => {
      this.held = null;
      throw error;
    });
    return this.held;
  }

  private async writeHeldOut(): Promise<Uint32Array[]> {
    const documents: Uint32Array[] = [];
    while (documents.length < WRITTEN_HELD_OUT) {
      documents.push(...(await this.write(documents.length)));
    }
    return documents.slice(0, WRITTEN_HELD_OUT);
  }

  private async generate(first: number): Promise<Uint32Array[]> {
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
