/**
 * Moves of a run: at which steps, on which rows, and what becomes of the state of a model. The mathematics is in
 * analysis/moves; here is what it needs of a run. Source: docs/method/training.md, "Moves".
 */
import { makeMoves } from '../../analysis/moves/moves';
import type { MoveRows } from '../../analysis/moves/types';
import { at } from '../../base/array';
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import type { MoveSettings } from '../../sae/architectures/architecture';
import { architectureOf, shapeOf, type ModelConfig } from '../../sae/config';
import { chosenColumns } from '../../sae/inference_gate';
import { rowScale } from '../encode/data_units';
import { totalSteps, type TrainingConfig } from '../run/run_config';
import { runMove, type RunMove } from '../run/run_moves';
import { moveGate } from './move_gates';
import type { ModelState, MovesDone } from './session_types';

/** Rows that moves are found on, at least, and firings of an average group among them. */
const LEAST_ROWS = 12_288;
const FIRINGS = 200;
/** Rows on which a repartition has to prove itself. */
const HELD_ROWS = 4096;

/** The moves of a model; null for one that has none. */
export function movesOf(config: ModelConfig): MoveSettings | null {
  return architectureOf(config).movement?.(config) ?? null;
}

/** The step before which the next point of a model's moves is due; null when there is none left. */
export function nextMoves(
  config: ModelConfig,
  training: TrainingConfig,
  { points }: MovesDone,
): number | null {
  const share = movesOf(config)?.at[points];
  return share === undefined ? null : Math.floor(share * totalSteps(training));
}

/** Rows of a run that moves are made on, [count, d]: those they are found on, then those they are judged on. */
export interface RowsOfMoves {
  readonly x: Float32Array;
  readonly found: number;
  readonly judged: number;
}

/** How many rows the moves of a model are found on. */
export function wantedRows(config: ModelConfig): number {
  const { groups, slots } = shapeOf(config);
  return movesOf(config)?.rows ?? Math.max(LEAST_ROWS, Math.ceil((FIRINGS * groups) / slots));
}

/**
 * `found` rows and 4096 others of what a run is trained on: its batches from `step` on, each row of a finite source once;
 * of a source whose batches take long to make, the first rows of training. Nothing of the run moves on by it. Where there are not
 * enough, both have their share of those that there are.
 */
export async function rowsOfMoves(
  source: ActivationSource,
  step: number,
  batch: number,
  found: number,
  work: Work,
): Promise<RowsOfMoves> {
  const { width } = source;
  const wanted = found + HELD_ROWS;
  const pieces: Float32Array[] = [];
  let rows = 0;
  const add = (x: Float32Array) => {
    pieces.push(x);
    rows += x.length / width;
  };
  if (source.sample === undefined) {
    const seen = source.size.train === null ? null : new Set<number>();
    const most = Math.min(wanted, source.size.train ?? wanted);
    for (let index = step; rows < most; index++) {
      const { x, rowIds } = await source.batch(index, batch);
      add(seen === null ? x : unseenRows(x, rowIds, width, seen));
    }
  } else {
    add((await source.read('train', 0, wanted, work)).x);
  }
  const count = Math.min(rows, wanted);
  const x = new Float32Array(count * width);
  let start = 0;
  for (const piece of pieces) {
    x.set(piece.subarray(0, x.length - start), start);
    start = Math.min(x.length, start + piece.length);
  }
  const judged = count === wanted ? HELD_ROWS : Math.floor((count * HELD_ROWS) / wanted);
  return { x, found: count - judged, judged };
}

/** The rows whose ids are not among `seen`, which they are then. */
function unseenRows(
  x: Float32Array,
  rowIds: Uint32Array,
  width: number,
  seen: Set<number>,
): Float32Array {
  const fresh: number[] = [];
  rowIds.forEach((id, row) => {
    if (seen.has(id)) return;
    seen.add(id);
    fresh.push(row);
  });
  const rows = new Float32Array(fresh.length * width);
  fresh.forEach((row, place) =>
    rows.set(x.subarray(row * width, (row + 1) * width), place * width),
  );
  return rows;
}

/** What the moves of a model need of its run. */
export interface MovedRun {
  readonly model: number;
  readonly config: ModelConfig;
  readonly training: TrainingConfig;
  readonly rows: RowsOfMoves;
}

/** The state of a model after a point of moves, and what was moved. The state before stays as it is. */
export async function movedState(
  state: ModelState,
  { model, config, training, rows }: MovedRun,
  work: Work,
): Promise<{ readonly state: ModelState; readonly made: readonly RunMove[] }> {
  const settings = movesOf(config);
  if (settings === null) return { state, made: [] };
  const { weights, firstMoment, secondMoment, step } = state;
  const copied = {
    weights: copyOf(weights),
    firstMoment: copyOf(firstMoment),
    secondMoment: copyOf(secondMoment),
    tokensSinceFired: state.tokensSinceFired.slice(),
  };
  const { x, found } = rows;
  const split = found * weights.width;
  const { groups, rank, width } = weights;
  const events = await makeMoves(
    {
      groups,
      rank,
      width,
      encoder: copied.weights.encoder,
      decoder: copied.weights.decoder,
      encoderBias: copied.weights.encoderBias,
      tokensSinceFired: copied.tokensSinceFired,
      firstMoment: copied.firstMoment,
      secondMoment: copied.secondMoment,
    },
    trainedRows(state, config, x.subarray(0, split)),
    trainedRows(state, config, x.subarray(split)),
    {
      repartition: settings.repartition,
      unpack: settings.unpack,
      lambda: state.lambda ?? 0,
      deadAfter: config.dead_group_window,
      step,
      seed: training.seed,
      gate: moveGate(config, training.train_batch_size_samples),
      columns: chosenColumns(config),
    },
    work,
  );
  const { points, made } = state.moved;
  return {
    state: {
      ...state,
      ...copied,
      weights: { ...weights, ...copied.weights },
      moved: { points: points + 1, made: made + events.length },
    },
    made: events.map((event) => runMove(model, step, event)),
  };
}

/** What may be rewritten, copied. */
function copyOf<Arrays extends Pick<ModelState['weights'], 'encoder' | 'decoder' | 'encoderBias'>>(
  arrays: Arrays,
): Arrays {
  const { encoder, decoder, encoderBias } = arrays;
  return {
    ...arrays,
    encoder: encoder.slice(),
    decoder: decoder.slice(),
    encoderBias: encoderBias.slice(),
  };
}

/** Rows of the data [rows, d] as the model is trained on them. */
export function trainedRows(
  { weights, inputScale }: Pick<ModelState, 'weights' | 'inputScale'>,
  { normalize_activations, apply_b_dec_to_input }: ModelConfig,
  x: Float32Array,
): MoveRows {
  const { width, decoderBias } = weights;
  const input = new Float32Array(x.length);
  const target = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    const { mean, scale } =
      normalize_activations === 'layer_norm'
        ? rowScale(x.subarray(start, start + width))
        : { mean: 0, scale: 1 / inputScale };
    for (let i = 0; i < width; i++) {
      const value = (at(x, start + i) - mean) / scale;
      const centred = value - at(decoderBias, i);
      target[start + i] = centred;
      input[start + i] = apply_b_dec_to_input ? centred : value;
    }
  }
  return { count: x.length / width, input, target };
}
