/**
 * Kernels composed of texts: a kernel leaves open what a score is, who wins, where a row's places lie or what a penalty
 * adds, and a part completes it. A part is a WGSL text (shaders/parts, or the folder of an architecture) together with
 * what the float64 twin needs to know of it.
 */
import type { Kernel } from '../gpu/plan';
import batchKey from '../../shaders/parts/batch_key.wgsl?raw';
import beginPlaced from '../../shaders/parts/begin_placed.wgsl?raw';
import beginSummed from '../../shaders/parts/begin_summed.wgsl?raw';
import biasesPlain from '../../shaders/parts/biases_plain.wgsl?raw';
import biasesRefined from '../../shaders/parts/biases_refined.wgsl?raw';
import codesGiven from '../../shaders/parts/codes_given.wgsl?raw';
import fourProducts from '../../shaders/four_products.wgsl?raw';
import codesMade from '../../shaders/parts/codes_made.wgsl?raw';
import countsPlaced from '../../shaders/parts/counts_placed.wgsl?raw';
import countsSummed from '../../shaders/parts/counts_summed.wgsl?raw';
import digitsDirect from '../../shaders/parts/digits_direct.wgsl?raw';
import digitsShared from '../../shaders/parts/digits_shared.wgsl?raw';
import entryChosen from '../../shaders/parts/entry_chosen.wgsl?raw';
import entryNone from '../../shaders/parts/entry_none.wgsl?raw';
import gateBatch from '../../shaders/parts/gate_batch.wgsl?raw';
import gatePositive from '../../shaders/parts/gate_positive.wgsl?raw';
import gateRowsEnergy from '../../shaders/parts/gate_rows_energy.wgsl?raw';
import gateRowsNone from '../../shaders/parts/gate_rows_none.wgsl?raw';
import gateThreshold from '../../shaders/parts/gate_threshold.wgsl?raw';
import keyAny from '../../shaders/parts/key_any.wgsl?raw';
import keyPositive from '../../shaders/parts/key_positive.wgsl?raw';
import normsAlone from '../../shaders/parts/norms_alone.wgsl?raw';
import normsInverse from '../../shaders/parts/norms_inverse.wgsl?raw';
import memoryEta from '../../shaders/parts/memory_eta.wgsl?raw';
import memoryPlain from '../../shaders/parts/memory_plain.wgsl?raw';
import penaltyDecay from '../../shaders/parts/penalty_decay.wgsl?raw';
import penaltyNone from '../../shaders/parts/penalty_none.wgsl?raw';
import penaltyNorm from '../../shaders/parts/penalty_norm.wgsl?raw';
import penaltyNuclear from '../../shaders/parts/penalty_nuclear.wgsl?raw';
import placesFixed from '../../shaders/parts/places_fixed.wgsl?raw';
import placesRagged from '../../shaders/parts/places_ragged.wgsl?raw';
import productsOne from '../../shaders/parts/products_one.wgsl?raw';
import productsTwo from '../../shaders/parts/products_two.wgsl?raw';
import scoreNorm from '../../shaders/parts/score_norm.wgsl?raw';
import scoreValue from '../../shaders/parts/score_value.wgsl?raw';
import standing from '../../shaders/parts/standing.wgsl?raw';
import termL1 from '../../shaders/parts/term_l1.wgsl?raw';
import termNone from '../../shaders/parts/term_none.wgsl?raw';

interface Part {
  readonly source: string;
}

/** What a unit scores by. */
export interface ScorePart extends Part {
  /** The score is the unit's code. */
  readonly isCode: boolean;
}

/** Which scores may win, and which come first. */
export interface KeyPart extends Part {
  readonly mayWin: (score: number) => boolean;
  /** Where a score stands among the others: the largest win. */
  readonly ranked: (score: number) => number;
}

/** Where the places of a row lie. */
export interface PlacesPart extends Part {
  readonly ragged: boolean;
}

/** How a score stands to a gate that gives rows as many codes as they need. */
export interface StandingPart extends Part {
  /** The best of a whole batch; `standing` is not asked then. */
  readonly ofBatch: boolean;
  /** Binds `thresholds`. */
  readonly readsThresholds: boolean;
  /** Code of a unit that is listed, 0 for one that only the gate's gradient needs; null for one that is not listed. */
  readonly codeOf: (score: number, threshold: number, bandwidth: number) => number | null;
}

/** How the places of rows are found from the counts of their winners: by a pass of its own, or by sums over blocks. */
export interface PlacingPart extends Part {
  readonly summed: boolean;
}

/** What a code adds to the loss, with the norm n = ‖d‖ of its atom; `source` has the functions term… in WGSL. */
export interface TermPart extends Part {
  /** Whether it needs the norms of the atoms. */
  readonly readsNorms: boolean;
  readonly value: (code: number, norm: number) => number;
  readonly byCode: (code: number, norm: number) => number;
  readonly byNorm: (code: number, norm: number) => number;
}

/** Which listed codes send their gradient to the encoder, and what one leaves for the gradient of its threshold. */
export interface EntryPart extends Part {
  readonly reachesEncoder: (code: number) => boolean;
  /** dL/dθ with dL/dcode `byCode`; null where thresholds are not trained. */
  readonly byThreshold: ((entry: ThresholdEntry) => number) | null;
}

interface ThresholdEntry {
  /** 0 of a unit that is listed just below its threshold. */
  readonly code: number;
  readonly threshold: number;
  /** dL/dcode, were the code let through. */
  readonly byCode: number;
  /** Strength of the term of the codes, divided by the rows of the batch. */
  readonly strength: number;
  /** Width of the window around the threshold in which it is felt. */
  readonly bandwidth: number;
}

/** What a penalty adds to the gradient of a matrix. */
export interface PenaltyPart extends Part {
  readonly kind: 'none' | 'nuclear' | 'decay' | 'norm';
}

/** Whether a second product of every code is a part of a matrix's gradient. */
export interface ProductsPart extends Part {
  readonly two: boolean;
}

/** Whether a step is taken on the codes: b_dec is a part of what they leave before it, and η stands behind b_dec. */
export interface BiasesPart extends Part {
  readonly refined: boolean;
}

/** Whether η, which Adam remembers for a shorter time, is among the numbers of a tensor. */
export interface MemoryPart extends Part {
  readonly ofEta: boolean;
}

/** Where the codes come from that are decoded. */
export interface CodesPart extends Part {
  /** Made by the kernel that decodes them, not by a pass before it. */
  readonly made: boolean;
}

/** Whether rows are left with which the gate scores in the encoder's place. */
export interface GateRowsPart extends Part {
  readonly left: boolean;
}

/** What the pass that takes the norms of the atoms leaves beside them. */
export interface NormsPart extends Part {
  /** Also 1/‖d‖, for the gradient of a term that reads norms. */
  readonly inverse: boolean;
}

/** The parts that complete a kernel. */
export interface Parts {
  readonly score?: ScorePart;
  readonly key?: KeyPart;
  /** The digits of a batch's keys. */
  readonly digits?: Part;
  readonly places?: PlacesPart;
  readonly codes?: CodesPart;
  readonly standing?: StandingPart;
  /** Where the counts of a row are kept. */
  readonly counts?: PlacingPart;
  /** Where the places of a row begin. */
  readonly begin?: PlacingPart;
  readonly term?: TermPart;
  readonly entry?: EntryPart;
  readonly penalty?: PenaltyPart;
  readonly products?: ProductsPart;
  readonly biases?: BiasesPart;
  readonly memory?: MemoryPart;
  readonly gateRows?: GateRowsPart;
  readonly norms?: NormsPart;
}

export interface ComposedKernel extends Kernel {
  readonly parts: Parts;
}

/** A kernel with the parts that complete it. */
export function compose(kernel: Kernel, parts: Parts): ComposedKernel {
  const texts = Object.values(parts).map(({ source }: Part) => source);
  return { ...kernel, source: [kernel.source, ...texts].join('\n'), parts };
}

/** The parts that a kernel was completed with. */
export function partsOf(kernel: Kernel): Parts {
  return 'parts' in kernel ? (kernel as ComposedKernel).parts : {};
}

export const scoreParts = {
  norm: { source: scoreNorm, isCode: false },
  value: { source: scoreValue, isCode: true },
  /** The same as `norm`, of the codes of other rows than the encoder's. */
  energy: { source: scoreNorm, isCode: false },
} as const satisfies Record<string, ScorePart>;

export const keyParts = {
  any: { source: keyAny, mayWin: () => true, ranked: (score: number) => score },
  positive: {
    source: keyPositive,
    mayWin: (score: number) => score > 0,
    ranked: (score: number) => score,
  },
} as const satisfies Record<string, KeyPart>;

export const placesParts = {
  fixed: { source: placesFixed, ragged: false },
  ragged: { source: placesRagged, ragged: true },
} as const satisfies Record<string, PlacesPart>;

export const codesParts = {
  given: { source: codesGiven, made: false },
  made: { source: fourProducts + codesMade, made: true },
} as const satisfies Record<string, CodesPart>;

/** The text of a gate's part, with the names of how a score stands to it. */
export function standingSource(text: string): string {
  return standing + text;
}

export const standingParts = {
  batch: {
    source: standingSource(batchKey + gateBatch),
    ofBatch: true,
    readsThresholds: false,
    codeOf: (score: number) => score,
  },
  positive: {
    source: standingSource(gatePositive),
    ofBatch: false,
    readsThresholds: false,
    codeOf: (score: number) => (score > 0 ? score : null),
  },
  threshold: {
    source: standingSource(gateThreshold),
    ofBatch: false,
    readsThresholds: true,
    codeOf: (score: number, threshold: number) => (score > threshold ? score : null),
  },
} as const satisfies Record<string, StandingPart>;

/**
 * What counts the digits of a batch's keys, and finds from the counts the key of its last winner: in the memory of a
 * workgroup, or where they are kept.
 */
export const digitParts = {
  shared: { source: batchKey + digitsShared },
  direct: { source: batchKey + digitsDirect },
} as const satisfies Record<string, Part>;

export const countsParts = {
  placed: { source: countsPlaced, summed: false },
  summed: { source: countsSummed, summed: true },
} as const satisfies Record<string, PlacingPart>;

export const beginParts = {
  placed: { source: beginPlaced, summed: false },
  summed: { source: beginSummed, summed: true },
} as const satisfies Record<string, PlacingPart>;

const NO_TERM = () => 0;

export const termParts = {
  none: { source: termNone, readsNorms: false, value: NO_TERM, byCode: NO_TERM, byNorm: NO_TERM },
  /** z·‖d‖ of codes that are positive. */
  l1: {
    source: termL1,
    readsNorms: true,
    value: (code: number, norm: number) => code * norm,
    byCode: (_code: number, norm: number) => norm,
    byNorm: (code: number) => code,
  },
} as const satisfies Record<string, TermPart>;

/** Entries of gates without thresholds. */
export const entryParts = {
  /** Every code that is listed sends its gradient. */
  plain: { source: entryNone, reachesEncoder: () => true, byThreshold: null },
  /** Columns that were not chosen have the code 0, and send none. */
  chosen: { source: entryChosen, reachesEncoder: (code: number) => code !== 0, byThreshold: null },
} as const satisfies Record<string, EntryPart>;

export const penaltyParts = {
  none: { source: penaltyNone, kind: 'none' },
  nuclear: { source: penaltyNuclear, kind: 'nuclear' },
  decay: { source: penaltyDecay, kind: 'decay' },
  norm: { source: penaltyNorm, kind: 'norm' },
} as const satisfies Record<string, PenaltyPart>;

export const normsParts = {
  alone: { source: normsAlone, inverse: false },
  inverse: { source: normsInverse, inverse: true },
} as const satisfies Record<string, NormsPart>;
export const productsParts = {
  one: { source: productsOne, two: false },
  two: { source: productsTwo, two: true },
} as const satisfies Record<string, ProductsPart>;

export const biasesParts = {
  plain: { source: biasesPlain, refined: false },
  refined: { source: biasesRefined, refined: true },
} as const satisfies Record<string, BiasesPart>;

export const memoryParts = {
  plain: { source: memoryPlain, ofEta: false },
  eta: { source: memoryEta, ofEta: true },
} as const satisfies Record<string, MemoryPart>;

export const gateRowsParts = {
  none: { source: gateRowsNone, left: false },
  energy: { source: gateRowsEnergy, left: true },
} as const satisfies Record<string, GateRowsPart>;
