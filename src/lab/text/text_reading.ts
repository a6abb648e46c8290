/**
 * Own text as a language model reads it, with what an autoencoder makes of every token: windows of the context,
 * surprisal, and the groups that fire with the norms of their contributions.
 */
import type { CodeTable, Dictionary } from '../../analysis/types';
import { addAt, at, euclideanNorm } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { requireWanted } from '../../base/work';
import type { LanguageModel } from '../../lm/language_model';
import type { Tokenizer } from '../../lm/tokenizer';
import type { DeviceDictionary } from '../encode/device_dictionary';
import type { TextReading } from '../protocol/lm_protocol';
import { mostPositions, SplicedForward } from './spliced_forward';
import { textWindows, windowBatch, type TextWindow } from '../language/text_windows';

/** Longest text that is read, in tokens. */
const LONGEST_TEXT = 20_000;

/** Shortest forward pass: short texts share one shape, which is compiled once. */
const LEAST_POSITIONS = 32;

export interface ReadOptions {
  readonly device: GPUDevice;
  readonly lm: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly layer: number;
  readonly dictionary: DeviceDictionary;
  readonly text: string;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A reading without the model and step that it belongs to. */
export type Reading = Omit<TextReading, 'model' | 'step'>;

/**
 * Reads text. Longer text than the context is cut into windows that each begin anew; the first token of a
 * later window has no surprisal, since what stood before it was not read. Throws LabError `bad_data` for text
 * without a token or with more than LONGEST_TEXT, `cancelled`, `out_of_memory`.
 */
export async function readText(options: ReadOptions): Promise<Reading> {
  const { device, lm, tokenizer, layer, dictionary, text, onProgress } = options;
  const tokens = tokenizer.encode(text);
  checkLength(text, tokens);
  const positions = positionsFor(tokens.length + 1, mostPositions(device, lm));
  const windows = [...textWindows([tokens], tokenizer.bos, positions)];
  const shape = { sequences: 1, positions };
  const forward = await SplicedForward.create(device, lm, layer, [dictionary], shape);
  try {
    const found = new FiringList(tokens.length, dictionary.dictionary);
    const surprisal = new Float32Array(tokens.length).fill(NaN);
    let first = 0;
    for (const [index, window] of windows.entries()) {
      const batch = windowBatch([window], 1, positions, index === 0 ? 0 : 1);
      const { codes, losses } = await forward.read(batch, 0);
      noteSurprisal(surprisal, first, window, losses, index === 0 ? 0 : 1);
      for (let position = 1; position < window.length; position += 1) {
        found.add(first + position - 1, codes, position);
      }
      first += window.length - 1;
      onProgress?.((index + 1) / windows.length);
      requireWanted(options);
    }
    return {
      tokens: Array.from(tokens, (token) => ({ token, text: tokenizer.textOf(token) })),
      surprisal,
      ...found.result(),
      windows: windows.length,
    };
  } finally {
    forward.destroy();
  }
}

function checkLength(text: string, tokens: Uint32Array): void {
  if (tokens.length === 0 || text.trim() === '') {
    throw new LabError('bad_data', 'There is no text to read.', 'Type or paste a sentence.');
  }
  if (tokens.length > LONGEST_TEXT) {
    throw new LabError(
      'bad_data',
      `The text has ${tokens.length} tokens; up to ${LONGEST_TEXT} are read at once.`,
      'Paste a part of it.',
    );
  }
}

/** The smallest doubling of LEAST_POSITIONS that holds the text, at most `most`. */
function positionsFor(needed: number, most: number): number {
  let positions = LEAST_POSITIONS;
  while (positions < needed && positions < most) positions *= 2;
  return Math.min(positions, most);
}

function noteSurprisal(
  surprisal: Float32Array,
  first: number,
  window: TextWindow,
  losses: Float32Array,
  firstCounted: number,
): void {
  // The row at a position holds the loss of the token behind it.
  for (let position = firstCounted; position + 1 < window.length; position += 1) {
    surprisal[first + position] = at(losses, position * 4);
  }
}

/** Groups that fire on each token, strongest first. */
class FiringList {
  private readonly offsets: Uint32Array;
  private readonly groups: number[] = [];
  private readonly norms: number[] = [];

  constructor(
    tokens: number,
    private readonly dictionary: Dictionary,
  ) {
    this.offsets = new Uint32Array(tokens + 1);
  }

  /** Adds what fires in row `row` of `codes` as the groups of token `token`; tokens come in order. */
  add(token: number, codes: CodeTable, row: number): void {
    const { rank, offsets } = codes;
    const fired: { group: number; norm: number }[] = [];
    for (let entry = at(offsets, row); entry < at(offsets, row + 1); entry += 1) {
      const group = at(codes.active, entry);
      const norm = this.contributionNorm(
        group,
        codes.codes.subarray(entry * rank, (entry + 1) * rank),
      );
      if (norm > 0) fired.push({ group, norm });
    }
    fired.sort((one, other) => other.norm - one.norm || one.group - other.group);
    for (const { group, norm } of fired) {
      this.groups.push(group);
      this.norms.push(norm);
    }
    this.offsets[token + 1] = this.groups.length;
  }

  result(): Pick<Reading, 'offsets' | 'groups' | 'norms'> {
    return {
      offsets: this.offsets,
      groups: Uint32Array.from(this.groups),
      norms: Float32Array.from(this.norms),
    };
  }

  /** ‖D_kᵀp_k‖ */
  private contributionNorm(group: number, code: Float32Array): number {
    const { width, decoder } = this.dictionary;
    const sum = new Float64Array(width);
    code.forEach((value, i) => {
      if (value === 0) return;
      const atom = (group * code.length + i) * width;
      for (let c = 0; c < width; c += 1) addAt(sum, c, value * at(decoder, atom + c));
    });
    return euclideanNorm(sum);
  }
}
