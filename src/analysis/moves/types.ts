/**
 * What moves are made on and what they say: a model in training as plain arrays, rows to look at, and the events.
 * Nothing here knows a session, a GPU or a setting. Source: docs/method/training.md, "Moves".
 */

/** A moment of Adam for every weight, with the shapes of the weights; rewritten in place. */
interface MoveMoments {
  /** [K·r, d]. */
  readonly encoder: Float32Array;
  /** [K·r, d]. */
  readonly decoder: Float32Array;
  /** [K·r]. */
  readonly encoderBias: Float32Array;
}

/** A model between two steps, in units of the trained input. All arrays are rewritten in place. */
export interface MovedModel {
  /** K. */
  readonly groups: number;
  /** r. */
  readonly rank: number;
  /** d. */
  readonly width: number;
  /** [K·r, d]. */
  readonly encoder: Float32Array;
  /** [K·r, d], one atom a row. */
  readonly decoder: Float32Array;
  /** [K·r], zeros where the model has none. */
  readonly encoderBias: Float32Array;
  /** [K], samples seen since the group was last selected; 0 for one that was selected in the last batch. */
  readonly tokensSinceFired: Uint32Array;
  readonly firstMoment: MoveMoments;
  readonly secondMoment: MoveMoments;
}

/** Rows that moves look at. */
export interface MoveRows {
  readonly count: number;
  /** [count, d], what the encoder multiplies. */
  readonly input: Float32Array;
  /** [count, d], what the contributions should add up to, x − b_dec; may be the same array. */
  readonly target: Float32Array;
}

/**
 * Which groups fire: from squared norms of codes [count, K] to 1 or 0 [count, K]. Called with all rows at once, so
 * that a gate over a batch sees them together. It must take K from `scores.length / count`: `countMoves` adds groups
 * of score 0 behind those of the model. It leaves `scores` as they are.
 */
export type MoveGate = (scores: Float64Array, count: number) => Uint8Array;

/** How moves are made. */
export interface MoveOptions {
  readonly repartition: boolean;
  readonly unpack: boolean;
  /** λ of λ Σ_k ‖D_kᵀE_k‖_*, in the units of the rows' squared length. */
  readonly lambda: number;
  /** A group is dead when `tokensSinceFired` is at least this (`dead_group_window`). */
  readonly deadAfter: number;
  /** Of the move: with `seed` it names the noise of unused rows. */
  readonly step: number;
  readonly seed: number;
  readonly gate: MoveGate;
  /** Of the columns of the groups that the gate lets through only so many are on in a row; all when absent. */
  readonly columns?: number | undefined;
}

/** Directions that belong together, and the group that got them. */
interface MovedComponent {
  readonly group: number;
  /** Directions, 1 to r. */
  readonly axes: number;
  /** Share of the energy Σz² of all components, 0 to 1. */
  readonly energy: number;
}

/** One move that was made. */
export interface MoveEvent {
  readonly kind: 'repartition' | 'unpack';
  /** The one group of an unpack, the two of a repartition. */
  readonly from: readonly number[];
  /** By falling energy. */
  readonly components: readonly MovedComponent[];
  /** Mean squared error + λ · nuclear norms on the rows held for acceptance, as the model was and as it became. */
  readonly lossBefore: number;
  readonly lossAfter: number;
}

/** A group whose directions fall into several components. */
interface PackedGroup {
  readonly group: number;
  /** By falling energy. */
  readonly components: readonly { readonly axes: number; readonly energy: number }[];
}

/** What moves would do to a dictionary as it is, with as many free groups as they want. */
export interface MoveCounts {
  /** Groups with enough firing rows to be looked at. */
  readonly liveGroups: number;
  /** Groups that would be unpacked, by index. */
  readonly packed: readonly PackedGroup[];
  /** Pairs whose directions or energies are related: candidates for a repartition, at most K. */
  readonly pairsConsidered: number;
  /** Of these, pairs for which there was a partition to try. */
  readonly pairsTried: number;
  /** Of these, pairs whose partition lowers the objective on the held rows. Each group is in at most one. */
  readonly accepted: readonly RepartitionedPair[];
}

/** A pair of groups that would be repartitioned. */
interface RepartitionedPair {
  readonly pair: readonly [number, number];
  /** By falling energy. */
  readonly components: readonly { readonly axes: number; readonly energy: number }[];
  readonly lossBefore: number;
  readonly lossAfter: number;
}

/** What counting moves needs of their options. */
export type CountOptions = Pick<MoveOptions, 'lambda' | 'gate' | 'columns'>;
