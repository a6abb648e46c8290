/**
 * What the engine tells the page about groups: the table of all of them and the card of one. Part of the
 * protocol (protocol.ts passes these types on); a message is data only and survives structured cloning.
 */
import type { GroupRow } from '../../analysis/report_types';
import type { TokenWindows } from '../../analysis/token_contexts';
import type { TokenStatistics } from '../../analysis/token_statistics';

/** Rows that a model was analysed on: none that it was trained on, or all that there are, trained on or not. */
export type AnalysedSplit = 'held_out' | 'all';

/** What a group has to do with the true features of synthetic data. */
export interface CardTruth {
  /** Names of all features, by index. */
  readonly featureNames: readonly string[];
  /** Features of which the group captures at least 5 %, best first. */
  readonly captured: readonly {
    readonly feature: number;
    readonly dimension: number;
    readonly capture: number;
  }[];
  /**
   * [points, 3] where each point of the scatter lies on its feature (`points.features`): coordinates in
   * the feature's frame, padded with zeros, cut at 3; zeros where it has none.
   */
  readonly coordinates: Float32Array;
}

/** A unit of a scalar model beside a group's span. */
interface SpanUnit {
  readonly unit: number;
  /** Share of the atom's squared norm inside the group's rank-90 row space. */
  readonly share: number;
  /** The unit atom in the first two axes of the scatter; length 1 lies wholly in that plane. */
  readonly x: number;
  readonly y: number;
  /** Labels of the rows where it is strongest. */
  readonly labels: readonly string[];
}

/** What another, scalar model of the run has in the place of a group. */
export interface SpanUnits {
  readonly model: number;
  /** How many of its live atoms would lie in the span if they had random directions. */
  readonly expected: number;
  /** Live atoms with at least half of their squared norm inside, the most inside first. */
  readonly units: readonly SpanUnit[];
  /** The live atoms with the largest shares, whatever those are. */
  readonly nearest: readonly SpanUnit[];
  /** The share that the nearest of as many random directions has in half of all cases. */
  readonly chance: number;
  /** Units that fire on the group's rows more often than by chance: count of rows, and how many times as often. */
  readonly coFiring: readonly (Pick<SpanUnit, 'unit' | 'share' | 'labels'> & {
    readonly lift: number;
    readonly count: number;
  })[];
}

/**
 * What a group fires on in texts. Windows hold token ids; `texts` has the text of every id that occurs in
 * them or in the statistics.
 */
export interface CardText {
  /** As the tokenizer gives them: leading space kept, plain text. */
  readonly texts: ReadonlyMap<number, string>;
  /** The id that is no text but the beginning of it, where it occurs. */
  readonly bos: number | null;
  /** Around the points of the scatter, in their order. */
  readonly points: TokenWindows;
  /** [points.count], document of each point, and place in it from 0 (−1 for BOS). */
  readonly documents: Uint32Array;
  readonly positions: Int32Array;
  /** Around `strongest`, in its order. */
  readonly strongest: TokenWindows;
  /** Around the examples of each of `quantiles`. */
  readonly quantiles: readonly TokenWindows[];
  readonly statistics: TokenStatistics;
}

/**
 * The card of one group. It is made from the same weights and rows as the model's latest group table, so
 * that card and table agree while training goes on.
 */
export interface GroupCard {
  readonly group: number;
  /** Step of the group table that the card belongs to. */
  readonly step: number;
  /** Synthetic data only, else null. */
  readonly truth: CardTruth | null;
  /** Tokens of a language model only, else null. */
  readonly text: CardText | null;
  /** What the scalar models of the same run put in this group's place; empty for a scalar model. */
  readonly inOtherModels: readonly SpanUnits[];
  readonly mapSingularValues: readonly number[];
  readonly decoderSingularValues: readonly number[];
  readonly codeSingularValues: readonly number[];
  /** Points of the scatter: rows where the group fires (at most some thousands, strongest kept). */
  readonly points: {
    readonly count: number;
    readonly total: number;
    /** [count, axes] principal coordinates of the group's contribution, in the data's units. */
    readonly coordinates: Float32Array;
    readonly axes: number;
    /** The step whose principal axes those are turned towards, so that pictures compare; null for the group's own. */
    readonly alignedTo: number | null;
    /** [count] ‖contribution‖. */
    readonly norms: Float32Array;
    readonly rowIds: Uint32Array;
    /** Row labels where the source has them (words, tokens). */
    readonly labels: readonly string[] | null;
    /** Feature present in the row that this group captures best, for synthetic data; NO_GROUP else. */
    readonly features: Uint32Array | null;
  };
  readonly axisShares: readonly number[];
  /** Strongest and quantile examples, by label; for tokens in different documents and wordings. */
  readonly strongest: readonly {
    readonly rowId: number;
    readonly label: string;
    readonly norm: number;
  }[];
  readonly quantiles: readonly {
    readonly quantile: number;
    readonly examples: readonly {
      readonly rowId: number;
      readonly label: string;
      readonly norm: number;
    }[];
  }[];
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  readonly nearest: readonly {
    readonly group: number;
    /** Cosine of the smallest principal angle, and of all. */
    readonly cosine: number;
    readonly cosines: readonly number[];
    readonly labels: readonly string[];
  }[];
  /** Mean cosine with the nearest one if all of them had random orientations. */
  readonly nearestByChance: number;
  /** Groups that fire on the same rows more often than by chance. */
  readonly coFiring: readonly {
    readonly group: number;
    readonly lift: number;
    readonly count: number;
    readonly labels: readonly string[];
  }[];
}

/** Table row plus what it is strongest on. */
export interface LabelledGroupRow extends GroupRow {
  /** Distinct labels of its strongest rows, strongest first; for synthetic data names of features. */
  readonly labels: readonly string[];
}

/**
 * Which groups fire on which label: finds the groups of a word or of a token. Words have one label per row; a
 * token that many rows share has one label, with the groups that fire on it more often than on any row.
 */
export interface LabelledFirings {
  readonly labels: readonly string[];
  /** [labels + 1], label i owns entries offsets[i] … offsets[i + 1]. */
  readonly offsets: Uint32Array;
  /** [entries], group index. */
  readonly groups: Uint32Array;
  /** [entries], ‖D_kᵀp_k‖: its mean over the rows of the label, 0 counted where the group is silent. */
  readonly norms: Float32Array;
}

export interface GroupsAnswer {
  readonly model: number;
  readonly step: number;
  readonly rows: readonly LabelledGroupRow[];
  readonly analysedRows: number;
  readonly split: AnalysedSplit;
  /** Null for data without labels. */
  readonly firings: LabelledFirings | null;
  /** What the rows were, when they are tokens of a language model; else null. */
  readonly text: { readonly documents: number; readonly distinctTokens: number } | null;
}
