/**
 * Steering: text continued three times with the same random numbers, as it is, with one group of an autoencoder
 * changed, and with the same change written along random directions. A person's strengths are multiples of
 * the group's typical norm; the kernel's amounts are norms.
 *
 * Where an edit acts: `scale`, `clamp` and `turn` at the tokens where the group wins the gate, exactly as in training,
 * because elsewhere the autoencoder says that the group contributes nothing and there is nothing to change; `add` at
 * every token. Position 0 is never edited. The control writes the same change of coordinates, at the same moments,
 * along random orthonormal directions: a change of the same rank and, token by token, of the same norm.
 */
import {
  lowerFactor,
  multiply,
  multiplyTransposed,
  orthonormalRows,
} from '../../base/linear_algebra';
import { blockOf } from '../../analysis/spectra';
import type { Dictionary } from '../../analysis/types';
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { RandomDraws, RandomStream } from '../../base/random';
import { requireWanted } from '../../base/work';
import { describeAdapter } from '../../gpu/device';
import {
  steeringPlan,
  type RowEdit,
  type SteeredGroup,
  type SubspaceEdit,
} from '../../lm/interventions';
import type { LanguageModel, ResidualEdit } from '../../lm/language_model';
import type { Tokenizer } from '../../lm/tokenizer';
import type { DeviceDictionary } from '../encode/device_dictionary';
import type { GroupAxes } from '../explore/group_card';
import { InterventionRunner } from './intervention_runner';
import type { Continuation, SteeringEdit } from '../protocol/lm_protocol';
import { Encoder } from '../encode/encoder';
import { afterBos } from '../language/text_windows';

/** Lengths of generators are multiples of this, so that few shapes are ever compiled. */
const LENGTH_STEP = 64;

/** Share of a row's length below which what is left of it is rounding. */
const DEPENDENT = 1e-6;

/**
 * A group with the directions that its edits and their control write. Throws LabError `bad_data` for a group
 * that hardly ever fires: its axes and its typical norm are unknown then.
 */
export function steeredGroup(
  { dictionary }: Pick<DeviceDictionary, 'dictionary'>,
  group: number,
  { axes, firings }: GroupAxes,
): SteeredGroup {
  if (firings < 2) {
    throw new LabError(
      'bad_data',
      `Unit ${group} fires on ${firings} of the analysed tokens, too few to know its axes and its typical norm.`,
      'Choose a unit that fires.',
    );
  }
  const { rank, width } = dictionary;
  const block = blockOf(dictionary.decoder, dictionary, group);
  const frame = spanningAxes(block, Float64Array.from(axes), rank, width);
  const count = frame.length / width;
  return {
    group,
    rank,
    width,
    axes: count,
    frame: Float32Array.from(frame),
    control: randomFrame(count, width, group),
    coordinates: Float32Array.from(multiplyTransposed(frame, block, count, width, rank)),
  };
}

/**
 * An orthonormal basis [M, d] of the rows of D [r, d] that begins with `axes` [r, d]. The axes may be those of an
 * earlier step; whatever the decoder writes now lies in the basis, so that taking it out leaves nothing.
 */
function spanningAxes(
  block: Float64Array,
  axes: Float64Array,
  rank: number,
  width: number,
): Float64Array {
  const rows = orthonormalRows(block, rank, width, DEPENDENT);
  const inRows = multiplyTransposed(axes, rows.basis, rank, width, rows.rank);
  const projected = multiply(inRows, rows.basis, rank, rows.rank, width);
  const all = Float64Array.from([...projected, ...rows.basis]);
  return orthonormalRows(all, rank + rows.rank, width, DEPENDENT).basis;
}

/** `count` orthonormal directions of R^d, always the same for a group, [count, d]. */
export function randomFrame(count: number, width: number, group: number): Float32Array {
  const rows = new Float64Array(count * width);
  for (let axis = 0; axis < count; axis += 1) {
    const draws = new RandomDraws(0, RandomStream.steeringControl, group, axis);
    for (let c = 0; c < width; c += 1) rows[axis * width + c] = draws.normal(c);
  }
  return Float32Array.from(lowerFactor(rows, count, width).basis);
}

/** A person's edit in norms. Throws LabError `bad_config` for an axis that the group has not. */
export function subspaceEdit(edit: SteeringEdit, typicalNorm: number, axes: number): SubspaceEdit {
  switch (edit.kind) {
    case 'scale':
      return { kind: 'scale', amount: edit.factor };
    case 'clamp':
      return { kind: 'clamp', amount: edit.strength * typicalNorm };
    case 'add':
      if (!Number.isInteger(edit.axis) || edit.axis < 0 || edit.axis >= axes) {
        throw missingAxis(`Axis ${edit.axis + 1}`, axes);
      }
      return { kind: 'add', axis: edit.axis, amount: edit.strength * typicalNorm };
    case 'turn':
      if (axes < 2) throw missingAxis('A plane to turn in', axes);
      return { kind: 'turn', angle: edit.angle, amount: edit.strength * typicalNorm };
  }
}

function missingAxis(wanted: string, axes: number): LabError {
  return new LabError(
    'bad_config',
    `${wanted} does not exist: this unit writes along ${axes === 1 ? 'one axis' : `${axes} axes`}.`,
    axes === 1 ? 'Scale, clamp or add instead.' : `Choose an axis from 1 to ${axes}.`,
  );
}

/** Edits for the sequences of a generator, one each, at the hook that the autoencoder was trained on. */
export function steeringEdit(
  layer: number,
  dictionary: DeviceDictionary,
  group: SteeredGroup,
  edits: readonly RowEdit[],
): ResidualEdit {
  return {
    layer,
    prepare: async (device, residual, rows) => {
      const encoder = await Encoder.openInPlace(device, dictionary, residual, rows);
      const { software } = describeAdapter({ info: device.adapterInfo });
      const imports = new Map([...encoder.buffers, ['residual', residual]]);
      const plan = steeringPlan(group, edits, encoder.places, software);
      const steering = await InterventionRunner.create(device, plan, imports);
      return {
        record: (pass) => {
          encoder.record(pass);
          steering.record(pass);
        },
        destroy: () => {
          steering.destroy();
          encoder.destroy();
        },
      };
    },
  };
}

export interface SteerOptions {
  readonly lm: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly layer: number;
  readonly dictionary: DeviceDictionary;
  readonly group: SteeredGroup;
  readonly edit: SubspaceEdit;
  /** May be empty: the text begins at BOS then. */
  readonly prompt: string;
  readonly temperature: number;
  readonly seed: number;
  /** Tokens to write after the prompt; fewer where the context ends. */
  readonly length: number;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The three continuations, in the order original, steered, random control. Throws LabError `bad_data` for a
 * prompt that fills the context, `cancelled`, and what the generator throws.
 */
export async function steerText(options: SteerOptions): Promise<Continuation[]> {
  const { lm, tokenizer, layer, dictionary, group, edit, temperature, seed, signal } = options;
  const { context } = lm.config;
  const written = tokenizer.encode(options.prompt);
  const prompt = afterBos(tokenizer.bos, written);
  if (prompt.length >= context) {
    throw new LabError(
      'bad_data',
      `The prompt has ${written.length} tokens; this language model reads at most ${context - 1} and writes on from there.`,
      'Shorten the prompt.',
    );
  }
  const total = Math.min(context, prompt.length + Math.max(1, options.length));
  const edits: RowEdit[] = [
    { edit: { kind: 'none' }, frame: 'group' },
    { edit, frame: 'group' },
    { edit, frame: 'control' },
  ];
  const generator = await lm.generator({
    sequences: edits.length,
    length: Math.min(context, Math.ceil(total / LENGTH_STEP) * LENGTH_STEP),
    edit: steeringEdit(layer, dictionary, group, edits),
  });
  try {
    const sequences = await generator.generate({
      prompts: edits.map(() => prompt),
      temperature,
      seed,
      // One stream for all: the same noise at the same position.
      streams: new Uint32Array(edits.length),
      onProgress: (positions) => {
        options.onProgress?.(Math.min(1, positions / total));
        return positions >= total || signal?.aborted === true;
      },
    });
    requireWanted(options);
    const names = ['original', 'steered', 'random control'] as const;
    return names.map((name, index) => ({
      name,
      tokens: continuationTokens(
        at(sequences, index).subarray(1, total),
        written.length,
        tokenizer,
      ),
      promptTokens: written.length,
    }));
  } finally {
    generator.destroy();
  }
}

/** Tokens up to the first that ends the document. */
function continuationTokens(
  tokens: Uint32Array,
  promptTokens: number,
  tokenizer: Tokenizer,
): Continuation['tokens'] {
  const ends = (token: number) => token === tokenizer.bos || tokenizer.special.has(token);
  const end = tokens.findIndex((token, index) => index >= promptTokens && ends(token));
  const shown = end < 0 ? tokens : tokens.subarray(0, end);
  return Array.from(shown, (token) => ({ token, text: tokenizer.textOf(token) }));
}

/** Whether a dictionary knows the group. Throws LabError `not_found`. */
export function checkGroup(dictionary: Dictionary, group: number): void {
  if (Number.isInteger(group) && group >= 0 && group < dictionary.groups) return;
  throw new LabError(
    'not_found',
    `There is no unit ${group}: this model has units 0 to ${dictionary.groups - 1}.`,
    'Choose one of them.',
  );
}
