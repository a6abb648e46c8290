/**
 * Tokenised documents as rows: how a document is cut into windows that a language model reads, which
 * documents are held out, and which token of which document a row is. A window never reaches over the end of
 * its document, so a row depends on its own document alone. Tokens are numbers here; nothing knows a model.
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import type { Split } from './source';

/** How documents are cut. Names are SAELens' where it has them. */
export interface WindowShape {
  /** Positions of a window, BOS included. */
  readonly contextSize: number;
  readonly prependBos: boolean;
  /** Leaves out the first position of every window. */
  readonly excludeFirst: boolean;
}

/** A piece of a document that the model reads at once. */
export interface Window {
  /** Tokens, without BOS. */
  readonly tokens: Uint32Array;
  /** Number of its first row. Its rows follow one another. */
  readonly firstRow: number;
  readonly rows: number;
}

/** Where a row stands. */
export interface RowPlace {
  readonly document: number;
  /** Place in the document, from 0; -1 for BOS. */
  readonly position: number;
  /** The token; null for BOS. */
  readonly token: number | null;
}

/** One of so many documents is held out. */
const HELD_OUT_EVERY = 10;

/** Longer documents are cut into parts of so many windows, so that a book can be held out in part, too. */
const WINDOWS_PER_PART = 8;

/** Position of the first token of a window. */
const leadOf = (shape: WindowShape): number => (shape.prependBos ? 1 : 0);
/** First position that is a row. */
const firstOf = (shape: WindowShape): number => (shape.excludeFirst ? 1 : 0);

/** Tokens of a document that one window holds. */
export function tokensPerWindow(shape: WindowShape): number {
  return shape.contextSize - leadOf(shape);
}

/** Rows of a window of `tokens` tokens. */
export function rowsOfWindow(shape: WindowShape, tokens: number): number {
  return Math.max(0, leadOf(shape) + tokens - firstOf(shape));
}

/** Positions in their window of the rows of a window. */
export function firstRowPosition(shape: WindowShape): number {
  return firstOf(shape);
}

/** Long documents in parts, so that there is something to hold out. */
export function cutLongDocuments(
  documents: readonly Uint32Array[],
  shape: WindowShape,
): Uint32Array[] {
  const most = WINDOWS_PER_PART * tokensPerWindow(shape);
  return documents.flatMap((document) =>
    Array.from({ length: Math.ceil(document.length / most) }, (_, part) =>
      document.subarray(part * most, (part + 1) * most),
    ),
  );
}

/**
 * Which documents are held out: one in ten by a hash of its tokens, so that the same text is always on the
 * same side, wherever it stands and however often. With two different texts or more at least one is held out and one
 * is not: where the hashes put all on one side, the text with the fewest copies changes it.
 */
export function heldOutDocuments(documents: readonly Uint32Array[]): boolean[] {
  const hashes = documents.map(hashOf);
  const limit = 2 ** 32 / HELD_OUT_EVERY;
  const copies = new Map<number, number>();
  for (const hash of hashes) copies.set(hash, (copies.get(hash) ?? 0) + 1);
  // Ascending by hash, so that the first of the least is the smallest and the last the largest.
  const texts = [...copies].sort(([a], [b]) => a - b);
  if (texts.length < 2) return hashes.map(() => false);
  const fewest = texts.reduce((least, [, count]) => Math.min(least, count), Infinity);
  const rare = texts.filter(([, count]) => count === fewest).map(([hash]) => hash);
  const held = hashes.map((hash) => hash < limit);
  if (!held.includes(true)) return hashes.map((hash) => hash === rare[0]);
  if (!held.includes(false)) return hashes.map((hash) => hash !== rare.at(-1));
  return held;
}

/** How many different texts there are among documents. */
export function distinctTexts(documents: readonly Uint32Array[]): number {
  return new Set(documents.map(hashOf)).size;
}

/** FNV-1a over the bytes of the tokens, finished as lowbias32 is (Wellons, 2018). */
function hashOf(tokens: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (const token of tokens) {
    for (let shift = 0; shift < 32; shift += 8) {
      hash = Math.imul(hash ^ ((token >>> shift) & 0xff), 0x01000193);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Windows of one split with their rows counted on. */
interface SplitWindows {
  readonly windows: Uint32Array;
  /** [windows + 1], rows before each. */
  readonly offsets: Uint32Array;
}

export class WindowTable {
  /** Document of each window, and its first token there. */
  private readonly documentOf: Uint32Array;
  private readonly startOf: Uint32Array;
  private readonly splits: Readonly<Record<Split, SplitWindows>>;

  /** Throws LabError `bad_data` when no row is left to train on. */
  constructor(
    readonly documents: readonly Uint32Array[],
    heldOut: readonly boolean[],
    readonly shape: WindowShape,
    name: string,
  ) {
    const step = tokensPerWindow(shape);
    const windows = documents.flatMap((tokens, document) =>
      Array.from({ length: Math.ceil(tokens.length / step) }, (_, i) => ({
        document,
        start: i * step,
      })).filter(({ start }) => rowsOfWindow(shape, Math.min(step, tokens.length - start)) > 0),
    );
    this.documentOf = Uint32Array.from(windows, ({ document }) => document);
    this.startOf = Uint32Array.from(windows, ({ start }) => start);
    const all = windows.map((_, window) => window);
    const isHeld = (window: number): boolean => heldOut[at(this.documentOf, window)] === true;
    const held = all.filter(isHeld);
    this.splits = {
      all: this.split(all),
      train: this.split(all.filter((window) => !isHeld(window))),
      // Nothing to hold out: metrics are on training data then, and the description says so.
      held_out: this.split(held.length > 0 ? held : all),
    };
    if (this.rows('all') > 0) return;
    throw new LabError(
      'bad_data',
      `${name} holds no token to train on.`,
      'Give a text of some hundred words at least.',
    );
  }

  rows(split: Split): number {
    const { offsets, windows } = this.splits[split];
    return at(offsets, windows.length);
  }

  windowCount(split: Split): number {
    return this.splits[split].windows.length;
  }

  /** The documents that a split has windows of. */
  documentsOf(split: Split): Uint32Array[] {
    const documents = new Set(
      Array.from(this.splits[split].windows, (w) => at(this.documentOf, w)),
    );
    return [...documents].map((document) => at(this.documents, document));
  }

  /** The `index`-th window of a split. */
  window(split: Split, index: number): Window {
    const window = at(this.splits[split].windows, index);
    return {
      tokens: this.tokens(window),
      firstRow: this.firstRow(window),
      rows: this.size(window),
    };
  }

  /** Which window of a split holds its `row`-th row, and which row of that window it is. */
  find(split: Split, row: number): { index: number; offset: number } {
    const { offsets } = this.splits[split];
    const index = lastAtMost(offsets, row);
    return { index, offset: row - at(offsets, index) };
  }

  /** Where the row with this number stands. */
  place(rowId: number): RowPlace {
    const { index: window, offset } = this.find('all', rowId);
    const inWindow = firstOf(this.shape) + offset - leadOf(this.shape);
    const document = at(this.documentOf, window);
    if (inWindow < 0) return { document, position: -1, token: null };
    const position = at(this.startOf, window) + inWindow;
    return { document, position, token: at(at(this.documents, document), position) };
  }

  private tokens(window: number): Uint32Array {
    const start = at(this.startOf, window);
    return at(this.documents, at(this.documentOf, window)).subarray(
      start,
      start + tokensPerWindow(this.shape),
    );
  }

  private size(window: number): number {
    return rowsOfWindow(this.shape, this.tokens(window).length);
  }

  private firstRow(window: number): number {
    return at(this.splits.all.offsets, window);
  }

  private split(windows: readonly number[]): SplitWindows {
    const offsets = new Uint32Array(windows.length + 1);
    windows.forEach((window, i) => {
      offsets[i + 1] = at(offsets, i) + this.size(window);
    });
    return { windows: Uint32Array.from(windows), offsets };
  }
}

/** Index of the last of ascending values that is at most `value`. */
function lastAtMost(ascending: Uint32Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (at(ascending, middle) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
