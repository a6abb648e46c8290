/**
 * Splice-in faithfulness (docs/method/diagnostics.md): how much worse a language model predicts text when its residual
 * stream entering a block is replaced by an autoencoder's reconstruction, against zeros and the mean. Every
 * row but position 0 is replaced; logits stay on the GPU, losses come back as four numbers per row.
 */
import { explainedShare } from '../../analysis/reconstruction';
import { addAt, at } from '../../base/array';
import { refuseNotFiniteMetrics } from '../../base/finite';
import { LabError } from '../../base/lab_error';
import { requireWanted } from '../../base/work';
import type { Replacement } from '../../lm/interventions';
import type { LanguageModel } from '../../lm/language_model';
import type { DeviceDictionary } from '../encode/device_dictionary';
import type { Faithfulness } from '../protocol/lm_protocol';
import { notDefined } from '../run/not_defined';
import { SplicedForward, spliceShape } from './spliced_forward';
import {
  predictions,
  windowBatch,
  type TextWindow,
  type WindowBatch,
} from '../language/text_windows';

export interface SpliceOptions {
  readonly device: GPUDevice;
  readonly lm: LanguageModel;
  /** L of `blocks.L.hook_resid_pre`; `layers` is the stream after the last block. */
  readonly layer: number;
  readonly dictionary: DeviceDictionary;
  /** Held-out text, each window beginning with BOS and at most `positions` tokens long. */
  readonly windows: readonly TextWindow[];
  readonly positions: number;
  /** Called with the share done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Gives up between two batches. */
  readonly signal?: AbortSignal | undefined;
}

/** Sums over all counted predictions of one replacement, nats. */
interface LossSums {
  before: number;
  after: number;
  divergence: number;
}

const NO_DAMAGE = 'The ablation changes nothing, so there is nothing to compare with.';

/** Why a number of a Faithfulness has no value. */
const REASONS = {
  kl_score_mean_ablation: NO_DAMAGE,
  kl_score_zero_ablation: NO_DAMAGE,
  ce_score_mean_ablation: NO_DAMAGE,
  ce_score_zero_ablation: NO_DAMAGE,
  explained_variance: 'All rows are the same: there is no variance to explain.',
  explained_variance_legacy: 'All rows are zero.',
};

const WIDE = 'The residual stream exceeds float32: give another language model, or another layer.';

const REPLACEMENTS: readonly Replacement[] = ['reconstruction', 'zero', 'mean'];

/**
 * Measures faithfulness on the windows. Throws LabError `bad_data` without a prediction to count, `bad_config`
 * for a layer or width that the model has not, `not_finite` when numbers leave float32, `out_of_memory`,
 * `cancelled`.
 */
export async function spliceFaithfulness(options: SpliceOptions): Promise<Faithfulness> {
  const { lm, layer, dictionary, positions, onProgress } = options;
  checkPlace(lm, layer, dictionary);
  const { windows } = options;
  const tokens = windows.reduce((sum, window) => sum + predictions(window), 0);
  if (tokens === 0) {
    throw new LabError(
      'bad_data',
      'The text has no document of at least two tokens, so there is nothing to predict.',
      'Give longer text.',
    );
  }
  const shape = spliceShape(options.device, lm, positions, windows.length);
  const forward = await SplicedForward.create(options.device, lm, layer, dictionary, shape);
  try {
    const batches: WindowBatch[] = [];
    for (let first = 0; first < windows.length; first += shape.sequences) {
      const part = windows.slice(first, first + shape.sequences);
      batches.push(windowBatch(part, shape.sequences, positions));
    }
    // Finding the mean takes the blocks below the hook, measuring those above it once and three times more.
    const share = layer / Math.max(1, 2 * layer + 4 * (lm.config.layers - layer + 1));
    const { mean, rows } = await meanOf(forward, batches, lm.config.width, (done) => {
      onProgress?.(share * done);
      requireWanted(options);
    });
    forward.setMean(mean);
    const losses = new Map(
      REPLACEMENTS.map((name) => [name, { before: 0, after: 0, divergence: 0 }] as const),
    );
    const errors = { squaredError: 0, power: 0, nonZero: 0 };
    for (const [index, batch] of batches.entries()) {
      await forward.run(batch);
      for (const replacement of REPLACEMENTS) {
        requireWanted(options);
        const sums = losses.get(replacement);
        if (sums !== undefined) addLosses(sums, await forward.replace(replacement), batch);
      }
      const measured = await forward.readErrors();
      batch.text.forEach((counts, row) => {
        if (counts === 0) return;
        errors.squaredError += at(measured.squaredError, row);
        errors.power += at(measured.power, row);
        errors.nonZero += at(measured.nonZero, row);
      });
      onProgress?.(share + ((1 - share) * (index + 1)) / batches.length);
      requireWanted(options);
    }
    const meanSquare = mean.reduce((sum, value) => sum + value * value, 0);
    const { squaredError, power } = errors;
    refuseNotFiniteMetrics({ 'Σ‖x − x̂‖²': squaredError, 'Σ‖x − x̄‖²': power }, 'Splice', WIDE);
    const { shares, ...means } = scores(losses, tokens);
    const ratios = {
      ...shares,
      explained_variance: explainedShare(squaredError, power),
      explained_variance_legacy: explainedShare(squaredError, power + rows * meanSquare),
    };
    const place = { tokens, layer, ...means };
    return { ...place, ...ratios, l0: errors.nonZero / rows, ...notDefined(ratios, REASONS) };
  } finally {
    forward.destroy();
  }
}

function checkPlace(lm: LanguageModel, layer: number, { dictionary }: DeviceDictionary): void {
  const { layers, width } = lm.config;
  if (!Number.isInteger(layer) || layer < 0 || layer > layers) {
    throw new LabError(
      'bad_config',
      `Layer ${layer} is not a place in this language model: it has blocks 0 to ${layers - 1}, and ${layers} is the residual stream after the last.`,
      'Give the layer that the autoencoder was trained on.',
    );
  }
  if (width !== dictionary.width) {
    throw new LabError(
      'bad_config',
      `The autoencoder reads rows of width ${dictionary.width}, but this language model's residual stream has ${width}.`,
      'Give the language model that it was trained on.',
    );
  }
}

/** The mean over all tokens of text, and how many there are. */
async function meanOf(
  forward: SplicedForward,
  batches: readonly WindowBatch[],
  width: number,
  onProgress: (fraction: number) => void,
): Promise<{ mean: Float32Array; rows: number }> {
  const sums = new Float64Array(width);
  let rows = 0;
  for (const [index, batch] of batches.entries()) {
    const residual = await forward.residual(batch);
    batch.text.forEach((counts, row) => {
      if (counts === 0) return;
      rows += 1;
      for (let c = 0; c < width; c += 1)
        addAt(sums, c, at(residual.values, row * residual.stride + c));
    });
    onProgress((index + 1) / batches.length);
  }
  return { mean: Float32Array.from(sums, (sum) => sum / Math.max(1, rows)), rows };
}

function addLosses(sums: LossSums, losses: Float32Array, batch: WindowBatch): void {
  // Rows that do not count hold zeros.
  for (let row = 0; row < batch.targets.length; row += 1) {
    sums.before += at(losses, row * 4);
    sums.after += at(losses, row * 4 + 1);
    sums.divergence += at(losses, row * 4 + 2);
  }
}

/** The scores of docs/method/diagnostics.md from summed losses. */
function scores(losses: ReadonlyMap<Replacement, LossSums>, tokens: number) {
  const of = (name: Replacement) => {
    const sums = losses.get(name) ?? { before: NaN, after: NaN, divergence: NaN };
    return { before: sums.before / tokens, ce: sums.after / tokens, kl: sums.divergence / tokens };
  };
  const [sae, zero, mean] = [of('reconstruction'), of('zero'), of('mean')];
  const original = sae.before;
  return {
    ce_original: original,
    ce_sae: sae.ce,
    ce_mean_ablation: mean.ce,
    ce_zero_ablation: zero.ce,
    kl_sae: sae.kl,
    kl_mean_ablation: mean.kl,
    kl_zero_ablation: zero.kl,
    shares: {
      kl_score_mean_ablation: ratio(mean.kl - sae.kl, mean.kl),
      kl_score_zero_ablation: ratio(zero.kl - sae.kl, zero.kl),
      ce_score_mean_ablation: ratio(mean.ce - sae.ce, mean.ce - original),
      ce_score_zero_ablation: ratio(zero.ce - sae.ce, zero.ce - original),
    },
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
