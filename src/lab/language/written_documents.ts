/**
 * Documents that a language model writes for a corpus: only those that it brings to an end itself, so that
 * none stops in the middle of a sentence. Document n of a seed is the same whenever it is written.
 */
import { LabError } from '../../base/lab_error';
import type { ReadyLanguageModel } from './language_model_store';

export interface WritingOptions {
  /** Finished documents wanted. */
  readonly documents: number;
  readonly temperature: number;
  readonly seed: number;
  /** Most tokens of a document, its first and last special ones included. */
  readonly length: number;
  /** Documents written side by side; changes the speed alone. */
  readonly atOnce: number;
  /** Told after every batch. */
  onProgress?(written: WrittenDocuments): void;
}

export interface WrittenDocuments {
  /** In the order of their numbers. */
  readonly texts: readonly string[];
  /** Tokens of these, special ones left out. */
  readonly tokens: number;
  /** Documents left out because they did not end within the length. */
  readonly unfinished: number;
}

/** A model that has ended fewer than one in twenty of so many documents will not do better. */
const PATIENCE = 256;

/**
 * Writes documents from BOS. Throws LabError `bad_config` for a length that the model does not have,
 * `bad_data` when hardly any document ends, and `out_of_memory`.
 */
export async function writeCorpus(
  { model, tokenizer, info }: ReadyLanguageModel,
  options: WritingOptions,
): Promise<WrittenDocuments> {
  const { documents, temperature, seed, length, atOnce } = options;
  const generator = await model.generator({ sequences: atOnce, length });
  const texts: string[] = [];
  let tokens = 0;
  let unfinished = 0;
  try {
    for (let first = 0; texts.length < documents; first += atOnce) {
      const written = await generator.generate({
        prompts: Array.from({ length: atOnce }, () => Uint32Array.of(tokenizer.bos)),
        temperature,
        seed,
        streams: Uint32Array.from({ length: atOnce }, (_, i) => first + i),
      });
      for (const sequence of written) {
        const own = sequence.subarray(1);
        const end = own.findIndex((token) => tokenizer.special.has(token));
        const text = tokenizer.decode(own.subarray(0, Math.max(0, end))).trim();
        if (texts.length === documents) break;
        if (end < 0 || text === '') unfinished += 1;
        else {
          texts.push(text);
          tokens += end;
        }
      }
      options.onProgress?.({ texts, tokens, unfinished });
      const seen = texts.length + unfinished;
      if (seen >= PATIENCE && texts.length * 20 < seen) {
        throw new LabError(
          'bad_data',
          `Only ${texts.length} of ${seen} documents of ${info.label} ended within ${length} tokens.`,
          'Allow longer documents, or choose a lower temperature.',
        );
      }
    }
    return { texts, tokens, unfinished };
  } finally {
    generator.destroy();
  }
}
