/**
 * Sizes and offsets of everything a model keeps on the GPU, computed once from its settings. Rows are
 * padded to whole vec4s (`d4` of them) with zeros, which stay zero: no kernel has a tail to mind.
 * A model has a main branch and at most one auxiliary branch (dead groups); both run the same kernels
 * over the same buffers at different offsets.
 */
import type { Gate, ModelVector } from './architectures/architecture';
import { architectureOf, refines, shapeOf, type ModelConfig } from './config';
import { penaltyOf } from './penalty';
import { ETA, refineLayout, type RefineLayout } from './refine_layout';

/**
 * Which kernels a step is made of. `tiled`: threads of a workgroup share memory, for GPUs. `direct`:
 * threads work on their own, for software adapters, where a barrier costs more than it saves. `quads`: the same, but
 * where a step is dense four neighbours share what they load; for software adapters with subgroups.
 */
export type KernelVariant = 'direct' | 'quads' | 'tiled';

/** vec4 columns of a tile of update_rows.wgsl. */
const UPDATE_COLUMNS = 16;

/** Offsets, in elements, of one branch inside the shared buffers. */
export interface BranchLayout {
  /** Most units that a row can switch on; of a gate over the batch, their mean. */
  readonly slots: number;
  /** Places that the codes of a batch have together. */
  readonly capacity: number;
  /** Rows of a unit: R, or 1 where units are columns. */
  readonly rank: number;
  /** Units that can compete: K, or N where units are columns. */
  readonly units: number;
  readonly active: number;
  readonly codes: number;
  /** −weight · code, for the decoder's gradient. */
  readonly decoderCoefs: number;
  /** dL/dcode, for the encoder's gradient. */
  readonly encoderCoefs: number;
  readonly fired: number;
}

/** Codes of the main branch; rows have `slots` places each, or as many as they need. */
interface MainLayout extends BranchLayout {
  /** Columns that stay on in a row where they are chosen one by one among those of its units; else null. */
  readonly columns: number | null;
  readonly ragged: boolean;
  /** In `active_units`, of ragged codes: where the places of every row begin, [B + 1], and the row of a place. */
  readonly rowStart: number;
  readonly rowOf: number;
  /** dL/dθ of every place, where thresholds are trained. */
  readonly thresholdCoefs: number;
}

/** What a gate over the batch keeps in `gate`, behind the counts of digits. */
interface GateLayout {
  /** [3, 2], the key of the last winner as far as it is known after every round; 0 for another gate. */
  readonly found: number;
  /** [B / GATE_BLOCK, 2], the sums of `counts` of blocks of rows. */
  readonly sums: number;
  /** [B, 2], winners of every row, and units at the limit. */
  readonly counts: number;
  readonly length: number;
}

/** Counts of the digits of a key, and of 256 digits together: two rounds (shaders/parts/batch_key.wgsl). */
const DIGITS = 2 * (65536 + 256);
/** Rows whose winners a gate over the batch adds up. */
export const GATE_BLOCK = 64;

interface AuxiliaryLayout extends BranchLayout {
  readonly loss: 'residual' | 'preact';
  /** Units are single columns of a group model. */
  readonly columns: boolean;
  /** Slots before the cap by the number of units: k_aux of the scale min(dead / k_aux, 1). */
  readonly kAux: number;
}

export interface ModelLayout {
  /** B, rows of a batch. */
  readonly batch: number;
  /** d */
  readonly width: number;
  /** vec4s of a padded row. */
  readonly d4: number;
  /** K */
  readonly groups: number;
  /** R */
  readonly rank: number;
  /** N = K·R */
  readonly latents: number;
  /** 32-bit words that hold a bit per row of the batch. */
  readonly words: number;
  /** Squared gradient norms that the update kernel leaves per group. */
  readonly tiles: number;
  /** Groups that one workgroup of the update kernel takes: about four latents. */
  readonly groupsAtOnce: number;
  /** Workgroups of the update kernel: K / groupsAtOnce, rounded up. */
  readonly blocks: number;
  /** Where b_dec starts in `biases`. */
  readonly biasOffset: number;
  readonly biasLength: number;
  /** Workgroups of the kernel that updates them. */
  readonly biasGroups: number;
  /** Vectors that stand behind the biases, by name, with where: passes that read them have no binding to spare. */
  readonly vectorsInBiases: Readonly<Record<string, number>>;
  readonly main: MainLayout;
  readonly gate: GateLayout;
  readonly auxiliary: AuxiliaryLayout | null;
  /** Null where codes stay as the gate makes them. */
  readonly refinement: RefineLayout | null;
  readonly sections: number;
  readonly scoresLength: number;
  readonly activeLength: number;
  readonly coefsLength: number;
  readonly firedLength: number;
  /** Elements of the penalty matrices, before the squared gradient norms. */
  readonly penaltyLength: number;
  readonly squares: {
    readonly encoder: number;
    readonly decoder: number;
    readonly biases: number;
    readonly thresholds: number;
  };
  readonly squaresCount: number;
  readonly normOffset: number;
  /** Sums over the batch of dL/dcode of every latent, the encoder bias's gradient. */
  readonly codeSums: number;
  /** Shares [blocks, d] of b_dec's gradient that come through the codes. */
  readonly inputShares: number;
  /** Elements of the buffer that begins with the penalty matrices. */
  readonly penaltyBuffer: number;
}

/** Vectors of a model beside E, D and the biases. */
export function vectorsOf(config: ModelConfig): readonly ModelVector<ModelConfig>[] {
  return [...(architectureOf(config).vectors ?? []), ...(refines(config) ? [ETA] : [])];
}

/** Elements of a vector's buffer: whole vec4s, which Adam takes at a time. */
export function vectorLength(
  { groups }: Pick<ModelLayout, 'groups'>,
  length: ModelVector<ModelConfig>['length'],
): number {
  return length === 'one' ? 4 : Math.ceil(groups / 4) * 4;
}

/** From the threshold of a unit to that of the next: 0 where all units share one. */
export function thresholdStride(config: ModelConfig): number {
  return vectorsOf(config).find(({ name }) => name === 'thresholds')?.length === 'one' ? 0 : 1;
}

/** Whether the encoder has a bias. */
export function usesEncoderBias(config: ModelConfig): boolean {
  return architectureOf(config).encoderBias(config);
}

/** k_aux in columns: as given, else d/2 (OpenAI's TopK). */
function auxiliaryColumns(config: ModelConfig, width: number): number {
  return config.k_aux ?? Math.max(1, Math.floor(width / 2));
}

/** How the codes of a batch come to be, where it is not as in training. */
export interface CodesOptions {
  readonly gate?: Gate;
  /** Most places that ragged codes of a batch have together. */
  readonly capacity?: number | undefined;
  /** Units that a gate of the row switches on, where they are not the model's own number. */
  readonly slots?: number | undefined;
  /** Whether a step is taken on them. */
  readonly refined?: boolean | undefined;
}

/** Lays out a model of width d for batches of `batch` rows. */
export function layoutOf(
  config: ModelConfig,
  width: number,
  batch: number,
  variant: KernelVariant,
  {
    gate = architectureOf(config).gate(config),
    capacity: most,
    slots: wanted,
    refined = refines(config),
  }: CodesOptions = {},
): ModelLayout {
  const { groups, rank, slots: ownSlots } = shapeOf(config);
  const slots = gate.kind === 'threshold' ? groups : (wanted ?? ownSlots);
  const d4 = Math.ceil(width / 4);
  const latents = groups * rank;
  const words = Math.ceil(batch / 32);
  const tiles = variant === 'tiled' ? Math.ceil(d4 / UPDATE_COLUMNS) : d4;
  const ragged = gate.kind !== 'top_of_row';
  const capacity = ragged ? Math.min(batch * slots, most ?? Infinity) : batch * slots;
  const mainCodes = capacity * rank;
  const auxiliary = auxiliaryLayout(config, width, batch, words, { capacity, rank });
  const auxCodes = auxiliary === null ? 0 : auxiliary.capacity * auxiliary.rank;
  const rowStart = capacity + (auxiliary?.capacity ?? 0);
  const activeLength = rowStart + (ragged ? batch + 1 + capacity : 0);
  const trainsThresholds = architectureOf(config).thresholds !== undefined;
  const main: MainLayout = {
    columns: columnsOf(gate, { rank, slots, ownSlots }),
    slots,
    capacity,
    rank,
    units: groups,
    active: 0,
    codes: 0,
    decoderCoefs: mainCodes,
    encoderCoefs: 2 * mainCodes,
    thresholdCoefs: 3 * (mainCodes + auxCodes),
    fired: 0,
    ragged,
    rowStart,
    rowOf: rowStart + batch + 1,
  };
  const biasOffset = Math.ceil(latents / 4) * 4;
  const penaltyLength = penaltyElements(config, groups, rank);
  const encoderSquares = penaltyLength;
  const decoderSquares = encoderSquares + groups * tiles;
  const biasSquares = decoderSquares + groups * tiles;
  const biasGroups =
    Math.ceil(d4 / 4) + (usesEncoderBias(config) ? Math.ceil(latents / 4) : 0) + (refined ? 1 : 0);
  const thresholdSquares = biasSquares + biasGroups;
  const normOffset = thresholdSquares + (trainsThresholds ? groups : 0);
  const codeSums = normOffset + 1;
  const inputShares = codeSums + (usesEncoderBias(config) ? latents : 0);
  // A share of b_dec for every group of rank 1 would be as large as the encoder itself.
  const groupsAtOnce = Math.max(1, Math.floor(4 / rank));
  const blocks = Math.ceil(groups / groupsAtOnce);
  const sections = auxiliary === null ? 2 : 3;
  const coefsLength = 3 * (mainCodes + auxCodes) + (trainsThresholds ? mainCodes : 0);
  const biases = biasOffset + d4 * 4;
  const behind = { biases, sections, coefs: coefsLength };
  const refinement = refined ? refineLayout(behind, mainCodes, batch) : null;
  const ownScores = auxiliary?.columns === true ? latents : groups;
  return {
    batch,
    width,
    d4,
    groups,
    rank,
    latents,
    words,
    tiles,
    groupsAtOnce,
    blocks,
    biasOffset,
    // Adam takes four numbers at a time.
    biasLength: biases + (refined ? 4 : 0),
    biasGroups,
    vectorsInBiases: refined ? { [ETA.name]: biases } : {},
    main,
    gate: gateLayout(gate, batch),
    auxiliary,
    refinement,
    sections: sections + (refined ? 2 : 0),
    scoresLength: batch * ownScores,
    activeLength,
    coefsLength: refinement?.end ?? coefsLength,
    firedLength: words * (groups + (auxiliary?.units ?? 0)),
    penaltyLength,
    squares: {
      encoder: encoderSquares,
      decoder: decoderSquares,
      biases: biasSquares,
      thresholds: thresholdSquares,
    },
    squaresCount: normOffset - encoderSquares,
    normOffset,
    codeSums,
    inputShares,
    penaltyBuffer: inputShares + (config.apply_b_dec_to_input ? blocks * d4 * 4 : 0),
  };
}

/** A gate that lets more units through than the model's own leaves as large a share of their columns on. */
function columnsOf(
  gate: Gate,
  { rank, slots, ownSlots }: { rank: number; slots: number; ownSlots: number },
): number | null {
  if (gate.kind !== 'top_of_row' || gate.columns === undefined) return null;
  const columns = Math.ceil((gate.columns * slots) / ownSlots);
  return columns < slots * rank ? columns : null;
}

function gateLayout({ kind }: Gate, batch: number): GateLayout {
  if (kind !== 'top_of_batch') return { found: 0, sums: 0, counts: 0, length: 0 };
  const sums = DIGITS + 6;
  const counts = sums + 2 * Math.ceil(batch / GATE_BLOCK);
  return { found: DIGITS, sums, counts, length: counts + 2 * batch };
}

function auxiliaryLayout(
  config: ModelConfig,
  width: number,
  batch: number,
  words: number,
  main: Pick<BranchLayout, 'capacity' | 'rank'>,
): AuxiliaryLayout | null {
  if (config.aux_loss === 'none' || config.aux_coefficient === 0) return null;
  const { groups, rank } = shapeOf(config);
  const loss = config.aux_loss;
  const columns = loss === 'preact' && rank > 1;
  const unitRank = columns ? 1 : rank;
  const units = columns ? groups * rank : groups;
  const kAux = Math.max(1, Math.floor(auxiliaryColumns(config, width) / unitRank));
  const slots = Math.min(kAux, units);
  const codes = 3 * main.capacity * main.rank;
  const capacity = batch * slots;
  const size = capacity * unitRank;
  return {
    loss,
    columns,
    kAux,
    slots,
    capacity,
    rank: unitRank,
    units,
    active: main.capacity,
    codes,
    decoderCoefs: codes + size,
    encoderCoefs: codes + 2 * size,
    fired: words * groups,
  };
}

/** What the penalty keeps between passes: a matrix [r, r] for E and D of each group, or one number per latent. */
function penaltyElements(config: ModelConfig, groups: number, rank: number): number {
  switch (penaltyOf(config)?.kind) {
    case 'nuclear':
      return 2 * groups * rank * rank;
    case 'codes':
      return groups;
    case undefined:
      return 0;
  }
}
