/**
 * Moves of a model that does not train: how many there would be, and the weights after them. The gate is the one that
 * the model is read with, and a group is dead that fires on none of the rows that moves are found on.
 */
import { countMoves, makeMoves } from '../../analysis/moves/moves';
import { firingCodes, firingsOf, scoreGroups } from '../../analysis/moves/row_codes';
import type { CountOptions, MoveCounts, MoveEvent, MoveRows } from '../../analysis/moves/types';
import type { Dictionary } from '../../analysis/types';
import { Pauses, type Work } from '../../base/work';
import { architectureOf, type ModelConfig } from '../../sae/config';
import { LabError } from '../../base/lab_error';
import { chosenColumns, gateOf } from '../../sae/inference_gate';
import { scoresEnergy } from '../../sae/nuclear_pass';
import { nuclearPenalty } from '../../sae/penalty';
import { inferenceGate } from '../train/move_gates';
import { trainedRows } from '../train/model_moves';
import type { RowsForMoves } from './rows_for_moves';

/** A model with what its objective needs. */
export interface StandingModel {
  readonly config: ModelConfig;
  /** In the units of the data. */
  readonly weights: Dictionary;
  /** λ in the units of the input as it was trained on, null where there is none. */
  readonly lambda: number | null;
  /** c by which rows were multiplied while it trained. */
  readonly inputScale: number;
}

/** What moves would do to a model. */
export async function countStandingMoves(
  model: StandingModel,
  rows: Pick<RowsForMoves, 'found' | 'judged'>,
  work: Work = {},
): Promise<MoveCounts> {
  const weights = codedByNorm(model);
  const { found, judged, options } = lookedAt({ ...model, weights }, rows);
  return countMoves(weights, found, judged, options, work);
}

/** A model after its moves. */
export interface MovedStanding {
  readonly weights: Dictionary;
  readonly events: readonly MoveEvent[];
  /** [K], share of the rows in which each group fires now. */
  readonly frequency: Float32Array;
}

/** Makes both moves of a model once, with all groups that do not fire as free ones; the model stays as it is. */
export async function moveStanding(
  model: StandingModel,
  rows: Pick<RowsForMoves, 'found' | 'judged'>,
  seed: number,
  work: Work = {},
): Promise<MovedStanding> {
  const { found, judged, options } = lookedAt(model, rows);
  const { groups, rank, width } = model.weights;
  const weights: Dictionary = {
    ...model.weights,
    encoder: model.weights.encoder.slice(),
    decoder: model.weights.decoder.slice(),
    encoderBias: model.weights.encoderBias.slice(),
  };
  const before = await firingShares(weights, found, options, work);
  const moments = () => ({
    encoder: new Float32Array(groups * rank * width),
    decoder: new Float32Array(groups * rank * width),
    encoderBias: new Float32Array(groups * rank),
  });
  const events = await makeMoves(
    {
      ...weights,
      tokensSinceFired: Uint32Array.from(before, (share) => (share === 0 ? 1 : 0)),
      firstMoment: moments(),
      secondMoment: moments(),
    },
    found,
    judged,
    { repartition: true, unpack: true, deadAfter: 1, step: 0, seed, ...options },
    work,
  );
  return { weights, events, frequency: await firingShares(weights, found, options, work) };
}

/**
 * The weights in the codes whose norms the gate ranks, as a folder has them. Throws LabError `bad_config` where there are
 * none: columns are chosen in the basis that they were trained in.
 */
function codedByNorm({ config, weights }: StandingModel): Dictionary {
  if (scoresEnergy(gateOf(config, false)) && chosenColumns(config) !== undefined) {
    throw new LabError(
      'bad_config',
      'Moves go by the norms of codes; this model gates on decoded energy and chooses columns, which are others in the basis that moves need.',
      'Choose a model that keeps all columns.',
    );
  }
  return architectureOf(config).folder.weights?.(config, weights) ?? weights;
}

/** Rows, gates and λ as moves take them. */
function lookedAt(
  { config, weights, lambda, inputScale }: StandingModel,
  rows: Pick<RowsForMoves, 'found' | 'judged'>,
): { found: MoveRows; judged: MoveRows; options: CountOptions } {
  // The weights take the rows as they are: the factor is in them.
  const state = { weights, inputScale: 1 };
  // Squared errors fall by c² with it, maps do not. A penalty on decoders alone is none of theirs.
  const ofMaps = nuclearPenalty(config)?.target !== 'decoder';
  return {
    found: trainedRows(state, config, rows.found),
    judged: trainedRows(state, config, rows.judged),
    options: {
      gate: inferenceGate(config, weights),
      columns: chosenColumns(config),
      lambda: ofMaps ? (lambda ?? 0) / inputScale ** 2 : 0,
    },
  };
}

/** [K], share of rows in which each group fires. */
async function firingShares(
  weights: Dictionary,
  rows: MoveRows,
  options: CountOptions,
  work: Work,
): Promise<Float32Array> {
  const { groups } = weights;
  const pauses = new Pauses(work);
  const scores = new Float64Array(rows.count * groups);
  const all = Array.from({ length: groups }, (_, k) => k);
  await scoreGroups(weights, rows, all, scores, pauses);
  const firing = await firingCodes(weights, rows, scores, options, pauses);
  return Float32Array.from(all, (group) => firingsOf(firing, group) / rows.count);
}
