/**
 * Models in another form than the one that is read, by the names of the files that lie there: so that a missing
 * file is told together with what stands in its place, and with what makes it. Nothing is opened here.
 */

/** What lies there instead, after "…; it has", and what to do about it. */
export interface OtherForm {
  readonly found: string;
  readonly wayOut: string;
}

/** pytorch_model.bin and its like: pickles. */
const PICKLE = /\.(?:bin|pt|pth|ckpt)$/i;
const SHARD = /-\d{5}-of-\d{5}\.(?:safetensors|bin)$|\.index\.json$/;

/** Whether a file is one of several parts of a model's weights. */
export const isShard = (name: string): boolean => SHARD.test(name);

/** Whether a file can only be opened by Python, and by running what is in it. */
export const isPickle = (name: string): boolean => PICKLE.test(name);

/** The first of some names, and how many more. */
export function someOf(names: readonly string[], most = 8): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/**
 * What there is of a language model without its file `missing`; `from` is the name of the model on the hub, null
 * for files that the person has. Null when nothing stands in its place.
 */
export function languageModelInstead(
  names: readonly string[],
  missing: string,
  from: string | null,
): OtherForm | null {
  if (names.includes('sae_weights.safetensors')) {
    return {
      found: 'an autoencoder (sae_weights.safetensors), not a language model',
      wayOut: 'Open it on the Runs page, or give it to the command line as --model.',
    };
  }
  const parts = names.filter(isShard).sort();
  const pickles = names.filter((name) => isPickle(name) && !isShard(name));
  if (missing === 'model.safetensors' && parts.length > 0) {
    return { found: `its weights in parts (${someOf(parts, 2)})`, wayOut: saveWhole(from) };
  }
  if (missing === 'model.safetensors' && pickles.length > 0) {
    return {
      found: `${someOf(pickles, 2)}, a pickle, which can run code and is never opened`,
      wayOut: saveWhole(from),
    };
  }
  if (missing === 'tokenizer.json' && names.includes('merges.txt')) {
    return { found: 'its tokenizer in the older form (merges.txt)', wayOut: saveWhole(from) };
  }
  return null;
}

/** Saves a model and its tokenizer in one file each. */
function saveWhole(from: string | null): string {
  const place = JSON.stringify(from ?? '.');
  return (
    `In Python${from === null ? ', in its folder' : ''}: ` +
    'from transformers import AutoModelForCausalLM as M, AutoTokenizer as T; ' +
    `M.from_pretrained(${place}).save_pretrained("whole", max_shard_size="100GB"); ` +
    `T.from_pretrained(${place}).save_pretrained("whole"). Then give config.json, tokenizer.json and model.safetensors of the folder "whole".`
  );
}

const CONVERT = 'docs/other-formats.md has the lines of Python that convert it.';

/** What there is of an autoencoder without cfg.json or its weights; null when nothing stands in their place. */
export function autoencoderInstead(names: readonly string[]): OtherForm | null {
  if (names.includes('sae.safetensors')) {
    return { found: 'sae.safetensors, a model of sparsify', wayOut: CONVERT };
  }
  if (names.includes('ae.pt')) {
    return { found: 'ae.pt, a model of dictionary_learning', wayOut: CONVERT };
  }
  if (names.some((name) => /^(?:pytorch_)?model.*\.(?:safetensors|bin)$/.test(name))) {
    return {
      found: 'a language model, not an autoencoder',
      wayOut:
        'Give a folder with cfg.json and sae_weights.safetensors; a language model is an --lm.',
    };
  }
  const pickles = names.filter(isPickle);
  if (pickles.length === 0) return null;
  return {
    found: `${someOf(pickles, 2)}, a pickle, which can run code and is never opened`,
    wayOut: CONVERT,
  };
}
