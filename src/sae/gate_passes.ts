/**
 * The passes of a gate: from scores to the units that win in each row, with their codes. A fixed number of winners in a
 * row takes one pass; gates that give rows as many codes as they need count them, find where each row begins (over the
 * batch in the pass that lists), and list them. Everything is exact and in one order: ties go to the lowest row, then to the lowest unit.
 */
import type { Pass } from '../gpu/plan';
import { across } from '../gpu/workgroups';
import type { Gate } from './architectures/architecture';
import { selectPass } from './forward_passes';
import { kernels } from './kernels';
import { GATE_BLOCK, type KernelVariant, type ModelLayout } from './layout';
import { beginParts, compose, countsParts, digitParts, scoreParts, standingParts } from './parts';

/** Rounds in which the key of a batch's last winner is found. */
const ROUNDS = 2;

export interface GateOptions {
  readonly variant: KernelVariant;
  /** Marks where units fired and when, for the passes that follow in a step. */
  readonly training: boolean;
  /** Numbers from one threshold to the next: 0 where all units share one. */
  readonly thresholdStride: number;
}

/** scores → `active_units` and, where scores are codes, `coefs`. */
export function gatePasses(layout: ModelLayout, gate: Gate, options: GateOptions): Pass[] {
  if (gate.kind === 'top_of_row') {
    // Where columns are chosen, a unit fires once it keeps one.
    const whole = layout.main.columns === null;
    const select = selectPass(
      layout,
      {
        name: 'select groups',
        branch: layout.main,
        score: scoreParts[gate.score],
        key: gate.key,
        compact: false,
        byPosition: false,
        record: options.training && whole,
        markAlive: options.training && whole,
      },
      options.variant,
    );
    return [select];
  }
  return [
    ...(gate.kind === 'top_of_batch' ? digitPasses(layout, gate, options) : []),
    ...listPasses(layout, gate, options),
  ];
}

/** Threads that look at a row's scores, or at the rows of a batch: on processors one, and nothing is waited for. */
const threads = ({ variant }: GateOptions) => (variant === 'tiled' ? 64 : 1);

type RaggedGate = Exclude<Gate, { readonly kind: 'top_of_row' }>;

function digitPasses(
  layout: ModelLayout,
  { key }: Extract<Gate, { readonly kind: 'top_of_batch' }>,
  options: GateOptions,
): Pass[] {
  const { batch, groups, main, gate } = layout;
  const digits = options.variant === 'tiled' ? digitParts.shared : digitParts.direct;
  return Array.from({ length: ROUNDS }, (_, round) => ({
    name: `count digits ${round + 1}`,
    kernel: compose(kernels.count_digits, { key, digits }),
    bindings: { scores: 'scores', gate: 'gate' },
    constants: {
      B: batch,
      K: groups,
      WG: threads(options),
      ROUND: round,
      WANTED: main.capacity,
      FOUND_OFFSET: gate.found,
    },
    workgroups: across(batch),
  }));
}

function listPasses(layout: ModelLayout, gate: RaggedGate, options: GateOptions): Pass[] {
  const { batch, groups, main, gate: kept } = layout;
  const ofBatch = gate.kind === 'top_of_batch';
  const standing = ofBatch ? standingParts.batch : gate.standing;
  const parts = { standing, ...(ofBatch ? { key: gate.key } : {}) };
  const thresholds = { thresholds: 'thresholds' };
  const constants = { B: batch, WG: threads(options), ROW_START_OFFSET: main.rowStart };
  const stride = standing.readsThresholds ? { THRESHOLD_STRIDE: options.thresholdStride } : {};
  const gateConstants = ofBatch
    ? {
        FOUND_OFFSET: kept.found,
        WANTED: main.capacity,
        SUMS_OFFSET: kept.sums,
        COUNTS_OFFSET: kept.counts,
        BLOCK: GATE_BLOCK,
      }
    : stride;
  const count: Pass = {
    name: 'count codes',
    kernel: compose(kernels.count_codes, {
      ...parts,
      counts: ofBatch ? countsParts.summed : countsParts.placed,
    }),
    bindings: {
      scores: 'scores',
      active_units: 'active_units',
      gate: 'gate',
      ...(standing.readsThresholds ? thresholds : {}),
    },
    constants: { ...constants, ...gateConstants, K: groups },
    workgroups: across(batch),
  };
  const place: Pass = {
    name: 'place rows',
    kernel: kernels.place_rows,
    bindings: { active_units: 'active_units' },
    constants,
    workgroups: [1, 1, 1],
  };
  const list: Pass = {
    name: 'list codes',
    kernel: compose(kernels.list_codes, {
      ...parts,
      score: scoreParts[gate.score],
      begin: ofBatch ? beginParts.summed : beginParts.placed,
    }),
    bindings: {
      scores: 'scores',
      active_units: 'active_units',
      gate: 'gate',
      coefs: 'coefs',
      fired: 'fired',
      last_fired: 'last_fired',
      ...(ofBatch || standing.readsThresholds ? thresholds : {}),
    },
    constants: {
      ...constants,
      ...gateConstants,
      ...(ofBatch ? { RATE: gate.rate } : {}),
      ROW_OFFSET: main.rowOf,
      K: groups,
      WORDS: layout.words,
      CAPACITY: main.capacity,
      ACTIVE_OFFSET: main.active,
      CODES_OFFSET: main.codes,
      RECORD: Number(options.training),
      MARK_ALIVE: Number(options.training),
    },
    workgroups: across(batch),
  };
  return ofBatch ? [count, list] : [count, place, list];
}
