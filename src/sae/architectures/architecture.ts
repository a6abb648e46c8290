/**
 * What an architecture is: the one object that the lab asks about a kind of model. Its folder answers every question,
 * and nothing outside src/sae/architectures decides by an architecture's name (a lint rule holds it). CONTRIBUTING.md
 * says how to add one.
 */
import type * as z from 'zod/mini';
import type { Dictionary } from '../../base/dictionary';
import type { EntryPart, KeyPart, StandingPart, TermPart } from '../parts';

/**
 * The one shape that every model takes inside the engine: K groups of rank r with a gate and a penalty. A scalar model
 * has rank 1.
 */
export interface ModelShape {
  /** K */
  readonly groups: number;
  /** r */
  readonly rank: number;
  /** Most groups that a row can switch on: s for Top-s, K for a threshold; of a gate over the batch, their mean. */
  readonly slots: number;
}

/**
 * What a unit scores by: the norm of its codes, the pre-activation, which then is its code, or the energy of what its
 * codes decode to.
 */
type Score = 'norm' | 'value' | 'energy';

/** Which units a row switches on. */
export type Gate =
  /**
   * The units of largest score of every row, a fixed number. `columns`: of all columns of these units only so many stay
   * on, those of largest |p|·‖d‖, and a unit none of whose columns stays is off; all stay when absent.
   */
  | {
      readonly kind: 'top_of_row';
      readonly score: Score;
      readonly key: KeyPart;
      readonly columns?: number | undefined;
    }
  /**
   * The units of largest score of the whole batch. The smallest score that won is averaged into the vector
   * `thresholds`, by this rate a step.
   */
  | {
      readonly kind: 'top_of_batch';
      readonly score: Score;
      readonly key: KeyPart;
      readonly rate: number;
    }
  /** Every unit whose score passes. */
  | { readonly kind: 'threshold'; readonly score: Score; readonly standing: StandingPart };

/** A vector of a model beside E, D and the biases. */
export interface ModelVector<C> {
  readonly name: string;
  /** One number a unit, or one for all units. */
  readonly length: 'units' | 'one';
  /** Adam trains it; what is not trained, passes of the step write. */
  readonly trained: boolean;
  /** What all of it starts from; `rms` is that of a number of the input as it is trained on. */
  initial(config: C, rms: number): number;
}

/** How thresholds are trained, through the vector `log_thresholds`. */
interface TrainedThresholds<C> {
  entry(config: C): EntryPart;
  /** Width of the window around a threshold in which it is felt, in units of the input's rms. */
  bandwidth(config: C): number;
}

/** Which matrices the nuclear norm is taken of: the maps DᵀE, the decoder blocks, or (as their squares) both. */
export type NuclearTarget = 'composition' | 'decoder' | 'weight_decay';

/** The setting that decides a strength, and its value. */
interface DecidingSetting {
  readonly setting: string;
  readonly value: number;
}

/** A strength as it is set: in absolute units, or relative to the power of the data. */
interface Strength extends DecidingSetting {
  readonly relative: boolean;
}

/** What is added to the squared error, besides the auxiliary loss. */
export type Penalty =
  | {
      readonly kind: 'nuclear';
      readonly target: NuclearTarget;
      /** λ */
      readonly strength: Strength;
    }
  /** strength · Σⱼ term(zⱼ, ‖dⱼ‖), a mean over the batch. */
  | {
      readonly kind: 'codes';
      /** Its name among the metrics. */
      readonly metric: string;
      readonly term: TermPart;
      readonly strength: Strength;
      /** Steps over which the strength rises from 0. */
      readonly warmUpSteps: number;
    };

/** Two forms of one strength, of which one is set at a time. */
export interface StrengthSettings {
  readonly absolute: string;
  readonly relative: string;
  /** A relative strength that means something on any data. */
  readonly usual: number;
  /** The relative strength while neither is set. */
  readonly unset: number;
}

/** When what the groups of a model hold is moved between them while it trains, and how. */
export interface MoveSettings {
  /** Shares of the run, rising. */
  readonly at: readonly number[];
  /** Rows that moves are found on; undefined for as many as the model's size asks for. */
  readonly rows?: number | undefined;
  readonly repartition: boolean;
  readonly unpack: boolean;
}

/** The size of a model in terms that every architecture has. */
export interface Budget {
  /** N, columns of the dictionary. */
  readonly columns: number;
  /** Columns that a row may use. */
  readonly active: number;
}

/** A setting with what is wrong about its value, after the setting's name. */
export interface BrokenRule {
  readonly setting: string;
  readonly sentence: string;
}

/** Settings as a form or a file has them, not validated. */
export type LooseSettings = Readonly<Record<string, unknown>>;

/** Why a folder cannot be read, after its name, and the way out. */
interface FolderRefusal {
  readonly refused: string;
  readonly wayOut: string;
}

/** What a cfg.json says of a model, under the lab's names. */
export interface FolderSettings {
  readonly settings: LooseSettings;
  /** Settings that a folder from elsewhere does not keep and that only training needs. */
  readonly usual?: LooseSettings;
  /** The gate chose by pre·‖d‖ and decoded code/‖d‖·d: moving ‖d‖ into the encoder makes it one of ours. */
  readonly foldDecoderNorms?: boolean;
}

/** How a model stands in a folder of SAELens; sae_folder.ts writes and reads what is the same for all. */
interface FolderForm<C> {
  /** The architecture whose folder it is, where it is not the model's own: SAELens knows a folder by this name alone. */
  savedAs?(config: C): string | undefined;
  /** Names beside its own under which folders of this architecture are kept. */
  readonly names?: readonly string[];
  /** Tensors [d_sae] beside W_enc, W_dec, b_enc and b_dec, with the vectors they hold. */
  readonly tensors?: Readonly<Record<string, string>>;
  /** All vectors of a model from those in its folder. */
  readonly restore?: (
    vectors: Readonly<Record<string, Float32Array>>,
  ) => Readonly<Record<string, Float32Array>>;
  /** The weights of the folder, where another basis of every group says what this architecture computes. */
  weights?(config: C, weights: Dictionary): Dictionary;
  /** What cfg.json says of the gate, under SAELens' names. */
  save(config: C): LooseSettings;
  /** The same read back, with `refined` whether a step is taken on codes; `hasEncoderBias`: the folder's b_enc is not all 0. */
  load(config: LooseSettings, hasEncoderBias: boolean): FolderSettings | FolderRefusal;
}

/** What a model of this kind is called. */
interface ArchitectureWords {
  /** Name of a model that was given none. */
  readonly name: string;
  /** The kind in a list to choose from, and what marks it. */
  readonly choice: string;
  readonly detail: string;
  /** What switches on: a group of columns, or a single latent. */
  readonly unit: 'group' | 'latent';
  /** The size in a few words: "64 groups × 4". `count` writes the value of a setting. */
  size(count: (setting: string) => string): string;
}

export interface Architecture<C> {
  /** Its name in run files, links and folders; also that of its folder here. */
  readonly id: string;
  readonly words: ArchitectureWords;
  /** The gate of training. */
  gate(config: C): Gate;
  /** The gate of evaluation, analyses and exports, where it is another one. */
  inference?(config: C): Gate;
  readonly vectors?: readonly ModelVector<C>[];
  readonly thresholds?: TrainedThresholds<C>;
  /** Whether a trained step is taken on the codes before they are decoded; absent where none can be. */
  refines?(config: C): boolean;
  /** Set for a model with a strength that may be relative to the data. */
  readonly strength?: StrengthSettings;
  /** Strengths that count in units of the rows: how many powers of c they have on rows that are c times as large. */
  readonly underScale: Readonly<Record<string, number>>;
  readonly folder: FolderForm<C>;
  /** What is moved between its groups while it trains; null while nothing is. */
  movement?(config: C): MoveSettings | null;
  shape(config: C): ModelShape;
  /** What is impossible about settings that are in range one by one. */
  rules(config: C): readonly BrokenRule[];
  /** Sentences on settings that are possible but hardly meant, on rows of `width` numbers. */
  warnings(config: C, width: number): readonly string[];
  /** Whether the encoder has a bias. */
  encoderBias(config: C): boolean;
  /** Norm of the initial decoder rows where it is not set. */
  initialNorm(config: C): number;
  /** Whether encoder and decoder rows are brought to norm 1 before every step. */
  unitRows(config: C): boolean;
  penalty(config: C): Penalty | null;
  /** The settings that may change while a run goes, as they are. */
  live(config: C): readonly DecidingSetting[];
  /** The size of settings that may be incomplete; what they do not say is that of a small model. */
  budget(settings: LooseSettings): Budget;
  /** Settings of a new model of about this size. */
  sized(budget: Budget): LooseSettings;
}

/** An architecture with its schema: `config` of its functions is what the schema gives. */
export interface RegisteredArchitecture<S extends z.ZodMiniObject> extends Architecture<
  z.output<S>
> {
  readonly schema: S;
}

/** Checks an architecture against the interface, with its config's type taken from its schema. */
export function defineArchitecture<S extends z.ZodMiniObject>(
  architecture: RegisteredArchitecture<S>,
): RegisteredArchitecture<S> {
  return architecture;
}
