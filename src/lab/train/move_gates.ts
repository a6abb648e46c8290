/**
 * Which groups fire on rows that moves are looked for on, from the squared norms of their codes: by the gate that a model
 * is trained with, or by the one that it is read with.
 */
import type { MoveGate } from '../../analysis/moves/types';
import type { Dictionary } from '../../analysis/types';
import { at } from '../../base/array';
import type { Gate } from '../../sae/architectures/architecture';
import { architectureOf, shapeOf, type ModelConfig } from '../../sae/config';
import type { KeyPart, StandingPart } from '../../sae/parts';

/** The gate of training, over rows that come in batches of `batch`. */
export function moveGate(config: ModelConfig, batch: number): MoveGate {
  const gate = architectureOf(config).gate(config);
  if (gate.kind === 'threshold') throw new RangeError('nothing is moved behind a threshold');
  return winnersOf(gate, shapeOf(config).slots, batch);
}

/** The gate of evaluation and analyses, with the thresholds that stand beside the weights. */
export function inferenceGate(
  config: ModelConfig,
  { vectors }: Pick<Dictionary, 'vectors'>,
): MoveGate {
  const architecture = architectureOf(config);
  const gate = architecture.inference?.(config) ?? architecture.gate(config);
  return gate.kind === 'threshold'
    ? standingOf(gate.standing, vectors?.thresholds)
    : winnersOf(gate, shapeOf(config).slots, Number.POSITIVE_INFINITY);
}

/** The best of every row, or of batches of `batch` rows. */
function winnersOf(
  gate: Exclude<Gate, { kind: 'threshold' }>,
  slots: number,
  batch: number,
): MoveGate {
  return (scores, count) => {
    const groups = scores.length / count;
    const fires = new Uint8Array(scores.length);
    const together = gate.kind === 'top_of_row' ? 1 : Math.min(batch, count);
    for (let first = 0; first < count; first += together) {
      const rows = Math.min(together, count - first);
      const [start, end] = [first * groups, (first + rows) * groups];
      markWinners(scores.subarray(start, end), gate.key, slots * rows, fires.subarray(start, end));
    }
    return fires;
  };
}

/**
 * All that stand. A group behind those of the model has the threshold that all share, or that of the last one; it fires
 * on nothing before something is moved into it.
 */
function standingOf(
  standing: StandingPart,
  thresholds: Float32Array = new Float32Array(1),
): MoveGate {
  const last = thresholds.length - 1;
  return (scores, count) => {
    const groups = scores.length / count;
    return Uint8Array.from(scores, (score, place) => {
      const code = standing.codeOf(score, at(thresholds, Math.min(place % groups, last)), 0);
      return code === null || code === 0 ? 0 : 1;
    });
  };
}

/** Marks the `most` largest of scores that may win; of equal ones the first. */
function markWinners(
  scores: Float64Array,
  { mayWin, ranked }: KeyPart,
  most: number,
  fires: Uint8Array,
): void {
  const ranks = scores.map((score) => (mayWin(score) ? ranked(score) : Number.NEGATIVE_INFINITY));
  // Typed arrays sort natively by number, so finding the limit first is faster than sorting places.
  const limit = ranks.length > most ? at(ranks.toSorted(), ranks.length - most) : -Infinity;
  let left = most;
  ranks.forEach((rank, place) => {
    if (rank <= limit) return;
    fires[place] = 1;
    left--;
  });
  if (limit === Number.NEGATIVE_INFINITY) return;
  for (let place = 0; left > 0 && place < ranks.length; place++) {
    if (at(ranks, place) !== limit) continue;
    fires[place] = 1;
    left--;
  }
}
