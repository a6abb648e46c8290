/**
 * The questions of the page that have exactly one answer: one table, by name. A row is all that a new question needs
 * here; the client asks by it, the worker's handlers (worker/handlers.ts) and the scripted engine of the tests are
 * tables with the same keys. All of them travel in the same few messages, each with the id of its request.
 */
import type { LabErrorData } from '../../base/lab_error';
import type { RunInput } from '../run/run_config';
import type { DataDescription } from './data_protocol';
import type { GroupCard, GroupsAnswer } from './groups_protocol';
import type { KeptList, RunPast, SaidOfRun } from './kept_protocol';
import type {
  LanguageModelInfo,
  ListedLanguageModel,
  LogitAttribution,
  SplicedModel,
  Steering,
  SteeringAnswer,
  TextReading,
} from './lm_protocol';
import type {
  DiagnoseAnswer,
  EvaluateAnswer,
  ExportedFile,
  ExportFormat,
  Preview,
  RunEstimate,
} from './run_answers';

interface AboutRun {
  readonly runId: string;
}

/** One model of a run. */
export interface AboutModel extends AboutRun {
  readonly model: number;
}

/** One group of a model. */
export interface AboutGroup extends AboutModel {
  readonly group: number;
}

/** The data of a run. */
export interface AboutData {
  readonly config: RunInput;
  /** Contents of the file that the data name. */
  readonly file?: ArrayBuffer | undefined;
}

/** What is asked and what is answered, by the name of the question. */
interface Requests {
  /** What a run would need, before anything is allocated. */
  estimate: { ask: Pick<AboutData, 'config'>; answer: RunEstimate };
  /** The data as the first picture shows them. */
  preview: { ask: AboutData; answer: Preview };
  describe_data: { ask: AboutData; answer: DataDescription };
  /** The table of all groups (or latents). */
  groups: { ask: AboutModel; answer: GroupsAnswer };
  group_card: { ask: AboutGroup; answer: GroupCard };
  diagnose: { ask: AboutModel; answer: DiagnoseAnswer };
  /** The final evaluation on held-out rows, of the weights as they are now. */
  evaluate: { ask: AboutModel; answer: EvaluateAnswer };
  /** Weights or metrics as a file. */
  export: { ask: AboutModel & { readonly format: ExportFormat }; answer: ExportedFile };
  /** Loads a language model, downloading it when it is not at hand; from dropped files where there are some. */
  load_language_model: {
    ask: { readonly id: string; readonly files?: readonly File[] | undefined };
    answer: LanguageModelInfo;
  };
  list_language_models: { ask: null; answer: readonly ListedLanguageModel[] };
  /** Removes its files from this browser; the answer is what is left. */
  delete_language_model: { ask: { readonly id: string }; answer: readonly ListedLanguageModel[] };
  /** Text as the language model reads it, with the groups that fire on every token. */
  read_text: { ask: AboutModel & { readonly text: string }; answer: TextReading };
  /** A prompt continued as it is, with a group edited, and with a random subspace edited. */
  steer_text: { ask: AboutModel & Steering; answer: SteeringAnswer };
  /** What splicing the autoencoder into the language model costs on so many held-out tokens. */
  splice: { ask: AboutModel & { readonly tokens: number }; answer: SplicedModel };
  /** What a group writes to the vocabulary, along its axes and around its plane. */
  attribute_logits: { ask: AboutGroup; answer: LogitAttribution };
  /** The runs that this browser keeps; their curves are asked for one by one. */
  list_kept_runs: { ask: null; answer: KeptList };
  kept_past: { ask: AboutRun; answer: RunPast };
  /** Has a run that rests say, in events, what its models make of the data; nothing where a language model has to make the rows. */
  probe_run: { ask: AboutRun; answer: null };
  rename_kept_run: { ask: AboutRun & { readonly name: string }; answer: null };
  /** Keeps what the person says of a run. */
  describe_kept_run: { ask: AboutRun & { readonly about: SaidOfRun }; answer: null };
  /** Deletes a run that nobody trains; `restore_kept_run` takes it back for a minute. */
  delete_kept_run: { ask: AboutRun; answer: null };
  /** False when it is too late. */
  restore_kept_run: { ask: AboutRun; answer: boolean };
}

export type RequestName = keyof Requests;
export type AskOf<Name extends RequestName> = Requests[Name]['ask'];
export type AnswerOf<Name extends RequestName> = Requests[Name]['answer'];

/** A question on its way. */
export type AskCommand<Name extends RequestName = RequestName> = {
  [N in Name]: {
    readonly kind: 'ask';
    readonly requestId: number;
    readonly name: N;
    readonly ask: AskOf<N>;
  };
}[Name];

export type RequestCommand =
  | AskCommand
  /** The question is not wanted any more. */
  | { readonly kind: 'cancel'; readonly requestId: number };

/** An answer on its way. */
export type AnswerEvent<Name extends RequestName = RequestName> = {
  [N in Name]: {
    readonly kind: 'answer';
    readonly requestId: number;
    readonly name: N;
    readonly answer: AnswerOf<N>;
  };
}[Name];

export type RequestEvent =
  | AnswerEvent
  | {
      readonly kind: 'analysis_progress';
      readonly requestId: number;
      readonly fraction: number;
      readonly stage: string;
    }
  | { readonly kind: 'request_failed'; readonly requestId: number; readonly error: LabErrorData };
