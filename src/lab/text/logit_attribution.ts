/**
 * What a group writes to the vocabulary: its axes through the final norm's gain and the unembedding, and the
 * tokens around the plane of its first two axes. The final norm divides by a number that depends on the whole row;
 * as in every direct logit attribution it is held at its mean over text, and what blocks in between do is left out.
 *
 * The directions go through the language model's own last passes as rows of a residual stream, each with its
 * negative: half the difference of their logits is free of the norm's bias and exactly proportional to
 * W(γ ⊙ v), the axis being centred where the norm centres. So one pass over the unembedding serves all axes,
 * in whatever format its weights are stored.
 */
import { at } from '../../base/array';
import { readBuffer } from '../../gpu/readback';
import type { LanguageModel } from '../../lm/language_model';
import type { Tokenizer } from '../../lm/tokenizer';
import type { LogitAttribution, TokenScore } from '../protocol/lm_protocol';
import { inPass } from '../../gpu/in_pass';

/** Axes that are attributed, and tokens of each side. */
const MOST_AXES = 8;
const TOKENS = 12;
/** Angles around the plane, and tokens of each. */
const ANGLES = 24;
const TOKENS_OF_ANGLE = 5;
/** Norm at which a direction goes through the final norm, large against its epsilon. */
const PROBE_NORM = 1000;

export interface AttributionOptions {
  readonly device: GPUDevice;
  readonly lm: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** [M, d] unit vectors, strongest first. */
  readonly frame: Float32Array;
  /** Norm of the contribution whose logits are given, in units of the residual stream. */
  readonly norm: number;
  /** Mean over text of what the final norm divides by. */
  readonly finalScale: number;
}

/** The attribution without the model and group that it belongs to. */
export type Attribution = Pick<LogitAttribution, 'axes' | 'angles'>;

/** Attributes the first axes of a group. Throws LabError `out_of_memory`. */
export async function attributeLogits(options: AttributionOptions): Promise<Attribution> {
  const { lm, tokenizer, frame } = options;
  const axes = Math.min(MOST_AXES, frame.length / lm.config.width);
  const logits = await axisLogits(options, axes);
  const score = (token: number, logit: number): TokenScore => ({
    token,
    text: tokenizer.textOf(token),
    logit,
  });
  const best = (values: Float32Array, count: number): TokenScore[] =>
    largest(values, count).map((token) => score(token, at(values, token)));
  const [first, second] = logits;
  return {
    axes: logits.map((values) => ({
      positive: best(values, TOKENS),
      negative: best(
        values.map((value) => -value),
        TOKENS,
      ).map(({ token, logit }) => score(token, -logit)),
    })),
    angles:
      first === undefined || second === undefined
        ? []
        : Array.from({ length: ANGLES }, (_, index) => {
            const angle = (2 * Math.PI * index) / ANGLES;
            const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
            const turned = first.map((value, token) => cosine * value + sine * at(second, token));
            return { angle, tokens: best(turned, TOKENS_OF_ANGLE) };
          }),
  };
}

/**
 * Change of every logit along every axis for a contribution of the given norm, [axes][V], less the mean over the
 * vocabulary: what moves all logits alike moves no probability.
 */
async function axisLogits(
  { device, lm, frame, norm, finalScale }: AttributionOptions,
  axes: number,
): Promise<Float32Array[]> {
  const { width, vocabulary, layers } = lm.config;
  const stride = Math.ceil(width / 4) * 4;
  const rows = new Float32Array(2 * axes * stride);
  const scales: number[] = [];
  for (let axis = 0; axis < axes; axis += 1) {
    const direction = frame
      .subarray(axis * width, (axis + 1) * width)
      .map((value) => PROBE_NORM * value);
    rows.set(direction, 2 * axis * stride);
    rows.set(
      direction.map((value) => -value),
      (2 * axis + 1) * stride,
    );
    scales.push(normScale(lm, direction));
  }
  const shape = { sequences: 2 * axes, positions: 1, from: layers, until: 'logits' } as const;
  const forward = await lm.forward(shape);
  try {
    device.queue.writeBuffer(forward.residual, 0, rows);
    const encoder = device.createCommandEncoder();
    inPass(encoder, (pass) => forward.record(pass));
    device.queue.submit([encoder.finish()]);
    if (forward.logits === null) throw new RangeError('a pass to the logits has none');
    const values = new Float32Array(await readBuffer(device, forward.logits));
    return scales.map((scale, axis) => {
      const plus = values.subarray(2 * axis * vocabulary, (2 * axis + 1) * vocabulary);
      const minus = values.subarray((2 * axis + 1) * vocabulary, (2 * axis + 2) * vocabulary);
      const factor = (norm / PROBE_NORM) * (scale / finalScale);
      const change = plus.map((value, token) => (factor * (value - at(minus, token))) / 2);
      const mean = change.reduce((sum, value) => sum + value, 0) / vocabulary;
      return change.map((value) => value - mean);
    });
  } finally {
    forward.destroy();
  }
}

/** What the final norm divides a row [d] by: its root mean square, about its mean for LayerNorm. */
export function normScale({ config }: LanguageModel, row: ArrayLike<number>): number {
  const { width, epsilon, form } = config;
  let mean = 0;
  let squares = 0;
  if (form === 'gpt2') for (let c = 0; c < width; c += 1) mean += at(row, c) / width;
  for (let c = 0; c < width; c += 1) squares += (at(row, c) - mean) ** 2;
  return Math.sqrt(squares / width + epsilon);
}

/** Indices of the `count` largest values, largest first; ties go to the lower index. O(n·count). */
function largest(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  values.forEach((value, index) => {
    if (best.length === count && value <= at(values, at(best, count - 1))) return;
    let place = best.length;
    while (place > 0 && value > at(values, at(best, place - 1))) place -= 1;
    best.splice(place, 0, index);
    if (best.length > count) best.pop();
  });
  return best;
}
