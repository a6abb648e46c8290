/**
 * How well a language model predicts a text: the mean cross-entropy of its tokens. Each document is read from
 * BOS, a longer one than the context in windows that begin with BOS again. It knows no autoencoder.
 */
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { describeAdapter } from '../../gpu/device';
import { LOSS_COLUMNS, NO_TARGET, tokenLossPlan } from '../../lm/interventions';
import { InterventionRunner } from './intervention_runner';
import type { ReadyLanguageModel } from '../language/language_model_store';
import { mostPositions, readLosses, spliceShape } from './spliced_forward';
import { textWindows, windowBatch } from '../language/text_windows';

export interface TextLoss {
  readonly documents: number;
  /** Windows that were read; more than documents when some are longer than the context. */
  readonly windows: number;
  /** Tokens predicted: all of the text, the first of a window from BOS alone. */
  readonly tokens: number;
  /** −log p(token | those before it) on average, nats. */
  readonly crossEntropy: number;
}

/**
 * Reads documents (tokens without BOS) and measures their loss; `onProgress` is told the fraction read.
 * Throws LabError `bad_data` when there is no token, `out_of_memory` when the logits of a window do not fit,
 * `not_finite` when they are no numbers.
 */
export async function textLoss(
  device: GPUDevice,
  { model, tokenizer }: ReadyLanguageModel,
  documents: readonly Uint32Array[],
  onProgress?: (fraction: number) => void,
): Promise<TextLoss> {
  const longest = documents.reduce((most, { length }) => Math.max(most, length), 0);
  const reach = Math.min(longest + 1, mostPositions(device, model));
  const windows = [...textWindows(documents, tokenizer.bos, reach)];
  if (windows.length === 0) {
    throw new LabError('bad_data', 'The text has no tokens.', 'Give a text with words in it.');
  }
  const { sequences, positions } = spliceShape(device, model, reach, windows.length);
  const forward = await model.forward({ sequences, positions, from: 0, until: 'logits' });
  let losses: InterventionRunner | null = null;
  try {
    const { logits } = forward;
    if (logits === null) throw new RangeError('a pass to the logits has none');
    const { software } = describeAdapter({ info: device.adapterInfo });
    const { vocabulary } = model.config;
    const plan = tokenLossPlan({ rows: sequences * positions, vocabulary, software });
    losses = await InterventionRunner.create(
      device,
      plan,
      new Map([
        ['before', logits],
        ['after', logits],
      ]),
    );
    let sum = 0;
    let tokens = 0;
    for (let first = 0; first < windows.length; first += sequences) {
      const taken = windows.slice(first, first + sequences);
      const batch = windowBatch(taken, sequences, positions, 0);
      forward.setTokens(batch.tokens);
      losses.write('targets', batch.targets);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      forward.record(pass);
      losses.record(pass);
      pass.end();
      device.queue.submit([encoder.finish()]);
      const values = await readLosses(losses);
      batch.targets.forEach((target, row) => {
        if (target === NO_TARGET) return;
        sum += at(values, row * LOSS_COLUMNS);
        tokens += 1;
      });
      onProgress?.((first + taken.length) / windows.length);
    }
    return {
      documents: documents.length,
      windows: windows.length,
      tokens,
      crossEntropy: sum / tokens,
    };
  } finally {
    losses?.destroy();
    forward.destroy();
  }
}
