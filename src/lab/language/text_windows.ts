/**
 * Cuts texts into the sequences that a language model reads: each begins with BOS and is at most so many
 * positions long. Padding at the end is harmless under causal attention; what counts is kept beside.
 */
import { NO_TARGET } from '../../lm/interventions';

/** [≥ 2], BOS and then tokens of one document. */
export type TextWindow = Uint32Array;

/** A sequence that begins with BOS. */
export function afterBos(bos: number, tokens: Uint32Array): Uint32Array {
  const sequence = new Uint32Array(tokens.length + 1);
  sequence[0] = bos;
  sequence.set(tokens, 1);
  return sequence;
}

/** Windows of documents (tokens without BOS), in order, at most `positions` tokens each, BOS included. */
export function* textWindows(
  documents: Iterable<Uint32Array>,
  bos: number,
  positions: number,
): Generator<TextWindow> {
  const step = positions - 1;
  for (const document of documents) {
    for (let start = 0; start < document.length; start += step) {
      yield afterBos(bos, document.subarray(start, start + step));
    }
  }
}

/** Windows as a forward pass takes them. */
export interface WindowBatch {
  /** [sequences, positions], padded with BOS. */
  readonly tokens: Uint32Array;
  /** [sequences · positions], the next token of the rows whose prediction counts, else NO_TARGET. */
  readonly targets: Uint32Array;
  /** [sequences · positions], 1 for tokens of text: neither position 0 nor padding. */
  readonly text: Uint8Array;
}

/**
 * Lays at most `sequences` windows into a batch. Predictions from position `firstCounted` on count. Those made at
 * position 0 are the same whatever is done to the other rows, so a comparison leaves them out.
 */
export function windowBatch(
  windows: readonly TextWindow[],
  sequences: number,
  positions: number,
  firstCounted: 0 | 1 = 1,
): WindowBatch {
  const bos = windows[0]?.[0] ?? 0;
  const tokens = new Uint32Array(sequences * positions).fill(bos);
  const targets = new Uint32Array(sequences * positions).fill(NO_TARGET);
  const text = new Uint8Array(sequences * positions);
  windows.forEach((window, sequence) => {
    const first = sequence * positions;
    tokens.set(window, first);
    text.fill(1, first + 1, first + window.length);
    targets.set(window.subarray(firstCounted + 1), first + firstCounted);
  });
  return { tokens, targets, text };
}

/** Counted predictions of a window. */
export function predictions(window: TextWindow): number {
  return Math.max(0, window.length - 2);
}

/** The first windows that hold `tokens` predictions together. */
export function firstWindows(windows: Iterable<TextWindow>, tokens: number): TextWindow[] {
  const taken: TextWindow[] = [];
  let counted = 0;
  for (const window of windows) {
    if (counted >= tokens) break;
    taken.push(window);
    counted += predictions(window);
  }
  return taken;
}
