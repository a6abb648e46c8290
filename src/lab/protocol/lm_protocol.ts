/**
 * What the page and the engine's worker say to each other about language models: which there are, text as a trained
 * model reads it, steered continuations, faithfulness. What is the answer to what says requests.ts.
 */
import type { NotDefined } from '../run/not_defined';

/**
 * How a group's part of the residual stream is changed while text is generated: `add` at every token but the
 * first, the others where the group fires (docs/decisions/0008-interventions.md).
 */
export type SteeringEdit =
  /** Multiplies the group's contribution; 0 takes it out, 1 changes nothing. */
  | { readonly kind: 'scale'; readonly factor: number }
  /** Sets the norm of the contribution, in units of the group's typical norm. */
  | { readonly kind: 'clamp'; readonly strength: number }
  /** Adds a vector along an axis of the group (0: first principal axis), in units of the typical norm. */
  | { readonly kind: 'add'; readonly axis: number; readonly strength: number }
  /**
   * Turns the contribution in the plane of its first two principal axes to an angle, radians, and a length there in
   * units of the typical norm.
   */
  | { readonly kind: 'turn'; readonly angle: number; readonly strength: number };

export interface TokenSpan {
  readonly token: number;
  /** As a person reads it; plain text. */
  readonly text: string;
}

/** Own text as the model reads it. */
export interface TextReading {
  readonly model: number;
  readonly step: number;
  readonly tokens: readonly TokenSpan[];
  /**
   * −log p of each token given those before it in its window, nats; NaN for the first of every window but the
   * first one, before which text was cut off.
   */
  readonly surprisal: Float32Array;
  /** Row i owns entries offsets[i] … offsets[i + 1] of groups and norms, strongest first. */
  readonly offsets: Uint32Array;
  readonly groups: Uint32Array;
  /** ‖D_kᵀp_k‖. */
  readonly norms: Float32Array;
  /** Windows that the text was cut into because it is longer than the context. */
  readonly windows: number;
}

/** How a continuation is steered. */
export interface Steering {
  readonly prompt: string;
  readonly group: number;
  readonly edit: SteeringEdit;
  /** 0 takes the most likely token. */
  readonly temperature: number;
  readonly seed: number;
  /** Tokens to write after the prompt. */
  readonly length: number;
}

export interface Continuation {
  readonly name: 'original' | 'steered' | 'random control';
  /** Tokens of the prompt come first. */
  readonly tokens: readonly TokenSpan[];
  readonly promptTokens: number;
}

export interface SteeringAnswer {
  readonly model: number;
  /** Steps of the run that the model had. */
  readonly step: number;
  readonly group: number;
  /** Mean ‖contribution‖ over held-out tokens where the group fires: the unit of strengths. */
  readonly typicalNorm: number;
  readonly continuations: readonly Continuation[];
}

/** What splicing the autoencoder into the language model costs; keys are those of `lab splice`. */
export interface Faithfulness extends NotDefined {
  readonly tokens: number;
  readonly layer: number;
  readonly ce_original: number;
  readonly ce_sae: number;
  readonly ce_mean_ablation: number;
  readonly ce_zero_ablation: number;
  readonly kl_sae: number;
  readonly kl_mean_ablation: number;
  readonly kl_zero_ablation: number;
  /**
   * (KL_ablated − KL_sae) / KL_ablated with mean and with zero ablation. These scores and the explained variances
   * are null, with the reason in `not_defined`, where they would divide by 0.
   */
  readonly kl_score_mean_ablation: number | null;
  readonly kl_score_zero_ablation: number | null;
  /** (CE_ablated − CE_sae) / (CE_ablated − CE_original). */
  readonly ce_score_mean_ablation: number | null;
  readonly ce_score_zero_ablation: number | null;
  readonly explained_variance: number | null;
  readonly explained_variance_legacy: number | null;
  readonly l0: number;
}

/** Faithfulness of a model of a run. */
export interface SplicedModel extends Faithfulness {
  /** Steps of the run that the model had. */
  readonly step: number;
}

export interface TokenScore {
  readonly token: number;
  readonly text: string;
  /**
   * Change of the logit, less the mean change over the vocabulary, when the contribution grows by the group's
   * typical norm.
   */
  readonly logit: number;
}

/** What a group writes to the vocabulary: D_kᵀ directions through the final norm's gain and unembedding. */
export interface LogitAttribution {
  readonly model: number;
  /** Steps of the run that the model had. */
  readonly step: number;
  readonly group: number;
  readonly axes: readonly {
    readonly positive: readonly TokenScore[];
    readonly negative: readonly TokenScore[];
  }[];
  /** Around the plane of the first two axes; empty for rank 1. Angles in radians, evenly spaced. */
  readonly angles: readonly { readonly angle: number; readonly tokens: readonly TokenScore[] }[];
}

export interface LanguageModelInfo {
  /** "stories15m", "openai-community/gpt2", the name of dropped files. */
  readonly id: string;
  readonly label: string;
  readonly form: 'llama' | 'gpt2';
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly context: number;
  /** Bytes of its files. */
  readonly bytes: number;
}

/** A language model that ships with the lab, lies in this browser or was dropped for this visit. */
export interface ListedLanguageModel extends LanguageModelInfo {
  /** Kept in this browser's private files. */
  readonly cached: boolean;
}

/** A file of a language model on its way, whoever asked for the model. */
export interface Download {
  readonly kind: 'download';
  readonly id: string;
  readonly file: string;
  readonly received: number;
  readonly total: number | null;
}
