/**
 * A language model as a maker of rows: windows of text in, the residual stream entering one block out, on
 * the GPU for training (a producer of the shuffle buffer) and on the CPU for everything else. Both run the
 * same passes over the same shape, so they give the same numbers. It does not know which text is read.
 */
import { at } from '../../base/array';
import { requireWanted, type Work } from '../../base/work';
import { firstRowPosition, type Window, type WindowShape } from '../../data/documents';
import { vectorsPerRow } from '../../base/padded_rows';
import type { RowProducer } from '../../data/shuffle_buffer';
import { inPass } from '../../gpu/in_pass';
import { readBuffer } from '../../gpu/readback';
import type { Forward, LanguageModel } from '../../lm/language_model';
import type { KeptWindows } from './kept_windows';
import type { WindowStream } from './training_windows';

/** What is read of a language model, and how. */
export interface Reading {
  readonly model: LanguageModel;
  readonly bos: number;
  readonly layer: number;
  readonly shape: WindowShape;
  /** Windows read at once; changes nothing but the speed. */
  readonly sequences: number;
}

/** Compiles the passes up to the hook. */
function openForward({ model, layer, shape, sequences }: Reading): Promise<Forward> {
  return model.forward({ sequences, positions: shape.contextSize, from: 0, until: layer });
}

/** Lays windows into the tokens of one pass, [sequences, positions], padded at the end with BOS. */
function layWindows(
  windows: readonly Window[],
  { bos, shape }: Reading,
  tokens: Uint32Array,
): void {
  tokens.fill(bos);
  windows.forEach((window, sequence) => {
    tokens.set(window.tokens, sequence * shape.contextSize + (shape.prependBos ? 1 : 0));
  });
}

/** What a producer reads, and what it keeps of that. */
export interface Production {
  readonly reading: Reading;
  readonly openStream: () => WindowStream;
  /** Null where windows do not come again, or would take too much to keep. */
  readonly kept: KeptWindows | null;
}

/**
 * Makes the rows of a stream of windows for the shuffle buffer. Tokens go up; nothing comes back. Windows that are kept
 * are not made again.
 */
export class WindowProducer implements RowProducer {
  private stream: WindowStream;
  private windows: readonly Window[] = [];
  private readonly tokens: Uint32Array;
  private readonly used: Uint32Array;

  private constructor(
    private readonly production: Production,
    private readonly forward: Forward,
  ) {
    this.stream = production.openStream();
    this.tokens = new Uint32Array(this.rowsPerProduction);
    this.used = new Uint32Array(this.rowsPerProduction);
  }

  static async open(production: Production): Promise<WindowProducer> {
    return new WindowProducer(production, await openForward(production.reading));
  }

  get rows(): GPUBuffer {
    return this.forward.residual;
  }

  get rowsPerProduction(): number {
    const { sequences, shape } = this.production.reading;
    return sequences * shape.contextSize;
  }

  async next(): Promise<Uint32Array> {
    const { reading } = this.production;
    const windows: Window[] = [];
    while (windows.length < reading.sequences) windows.push(await this.stream.next());
    layWindows(windows, reading, this.tokens);
    this.windows = windows;
    let count = 0;
    windows.forEach((window, sequence) => {
      const first = this.firstRow(sequence);
      for (let row = 0; row < window.rows; row += 1) {
        this.used[count] = first + row;
        count += 1;
      }
    });
    return this.used.subarray(0, count);
  }

  record(encoder: GPUCommandEncoder): void {
    const { windows, rows } = this;
    const { kept } = this.production;
    if (kept !== null && windows.every((window) => kept.has(window))) {
      windows.forEach((window, i) => kept.give(encoder, window, rows, this.firstRow(i)));
      return;
    }
    this.forward.setTokens(this.tokens);
    inPass(encoder, (pass) => this.forward.record(pass));
    windows.forEach((window, i) => kept?.keep(encoder, window, rows, this.firstRow(i)));
  }

  restart(): void {
    this.stream = this.production.openStream();
  }

  destroy(): void {
    this.forward.destroy();
    this.production.kept?.destroy();
  }

  /** Where the rows of a window of this production begin. */
  private firstRow(sequence: number): number {
    const { shape } = this.production.reading;
    return sequence * shape.contextSize + firstRowPosition(shape);
  }
}

/** One row to be read: the `offset`-th of a window. */
export interface WantedRow {
  readonly window: Window;
  readonly offset: number;
}

/** Reads rows back to the CPU. Its passes are compiled at the first call. */
export class WindowReader {
  private forward: Promise<Forward> | null = null;

  constructor(
    private readonly device: GPUDevice,
    private readonly reading: Reading,
  ) {}

  /** [wanted, d], in the order asked for; rows of one window should stand together. Throws LabError `cancelled`. */
  async read(wanted: readonly WantedRow[], work: Work = {}): Promise<Float32Array> {
    const { width } = this.reading.model.config;
    const x = new Float32Array(wanted.length * width);
    let start = 0;
    while (start < wanted.length) {
      requireWanted(work);
      work.onProgress?.(start / wanted.length, 'Reading text');
      start += await this.readSome(wanted, start, x);
    }
    return x;
  }

  /** Reads as many rows from `start` on as one pass gives; returns how many. */
  private async readSome(
    wanted: readonly WantedRow[],
    start: number,
    x: Float32Array,
  ): Promise<number> {
    const { sequences, shape, model } = this.reading;
    const { width } = model.config;
    const sequenceOf = new Map<Window, number>();
    const windows: Window[] = [];
    let end = start;
    for (; end < wanted.length; end += 1) {
      const { window } = at(wanted, end);
      if (sequenceOf.has(window)) continue;
      if (windows.length === sequences) break;
      sequenceOf.set(window, windows.length);
      windows.push(window);
    }
    const padded = 4 * vectorsPerRow(width);
    const residual = await this.run(windows, windows.length * shape.contextSize * padded * 4);
    for (let i = start; i < end; i += 1) {
      const { window, offset } = at(wanted, i);
      const sequence = sequenceOf.get(window) ?? 0;
      const row = sequence * shape.contextSize + firstRowPosition(shape) + offset;
      x.set(residual.subarray(row * padded, row * padded + width), i * width);
    }
    return end - start;
  }

  private async run(windows: readonly Window[], bytes: number): Promise<Float32Array> {
    this.forward ??= openForward(this.reading).catch((error: unknown) => {
      this.forward = null;
      throw error;
    });
    const forward = await this.forward;
    const { sequences, shape } = this.reading;
    const tokens = new Uint32Array(sequences * shape.contextSize);
    layWindows(windows, this.reading, tokens);
    forward.setTokens(tokens);
    const encoder = this.device.createCommandEncoder();
    inPass(encoder, (pass) => forward.record(pass));
    this.device.queue.submit([encoder.finish()]);
    return new Float32Array(await readBuffer(this.device, forward.residual, bytes));
  }
}
