/**
 * The questions of the page that have exactly one answer: one table, by name. A row is all that a new question needs
 * here; the client asks by it, the worker's handlers (worker/handlers.ts) and the scripted engine of the tests are
 * tables with the same keys. All of them travel in the same few messages, each with the id of its request.
 */
import type { LabErrorData } from '../../base/lab_error';
import type { ModelAnnotations, UnitChanges } from '../run/annotations';
import type { RunInput } from '../run/run_config';
import type { DataFilesList, GivenFiles, RememberedFile } from './data_files_protocol';
import type { DataDescription } from './data_protocol';
import type { GroupCard, GroupsAnswer } from './groups_protocol';
import type {
  AttachedAnnotations,
  ExportedRuns,
  ExportSize,
  ImportedRun,
  KeptList,
  PlacedFile,
  RunPast,
  RunsToExport,
  SaidOfRun,
} from './kept_protocol';
import type {
  LanguageModelInfo,
  ListedLanguageModel,
  LogitAttribution,
  SplicedModel,
  Steering,
  SteeringAnswer,
  TextReading,
} from './lm_protocol';
import type { MovedModelAnswer, MovesAnswer } from './moves_protocol';
import type { RunProbe } from './run_events';
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

/**
 * One model of a run, of which only annotations are wanted: a kept run that is not in memory stays where it is, as it does not
 * for a question that names a `model`.
 */
export interface AboutAnnotations extends AboutRun {
  readonly annotated: number;
  /** Steps behind the weights that the person looks at. */
  readonly step: number;
}

/** One group of a model. */
export interface AboutGroup extends AboutModel {
  readonly group: number;
}

/** The models of a run as they were when a checkpoint was kept. */
export interface AboutCheckpoint extends AboutRun {
  /** Its step. Where it is gone or torn the answer is about the nearest one, and says of which step it is. */
  readonly checkpoint: number;
}

/** A model, or one of its groups, at a checkpoint; as it is now without one. */
type AtAnyStep<About> = About & Partial<AboutCheckpoint>;

/** The data of a run. */
interface AboutData {
  readonly config: RunInput;
  /** The file that the data name. */
  readonly file?: Blob | undefined;
}

/** What is asked and what is answered, by the name of the question. */
interface Requests {
  /** What a run would need, before anything is allocated. */
  estimate: { ask: Pick<AboutData, 'config'>; answer: RunEstimate };
  /** The data as the first picture shows them. */
  preview: { ask: AboutData; answer: Preview };
  describe_data: { ask: AboutData; answer: DataDescription };
  /** The table of all groups (or latents). */
  groups: { ask: AtAnyStep<AboutModel>; answer: GroupsAnswer };
  group_card: { ask: AtAnyStep<AboutGroup>; answer: GroupCard };
  diagnose: { ask: AboutModel; answer: DiagnoseAnswer };
  /** What moves would do to a model of groups, which stays as it is. */
  count_moves: { ask: AboutModel; answer: MovesAnswer };
  /** A model of groups after both moves, as a folder; the run stays as it is. */
  make_moves: { ask: AboutModel; answer: MovedModelAnswer };
  /** What probes would have shown at a checkpoint. */
  probe_checkpoint: { ask: AboutCheckpoint; answer: RunProbe };
  /**
   * The final evaluation on held-out rows, of the weights as they are now. `bits` has those of its codes measured too, which
   * takes several times as long; `codes` bits and those of codes by least squares, which takes several times as long again.
   */
  evaluate: {
    ask: AboutModel & { readonly bits?: boolean; readonly codes?: boolean };
    answer: EvaluateAnswer;
  };
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
  /** What the person says of the units of a model. */
  annotations: { ask: AboutAnnotations; answer: ModelAnnotations };
  /** Replaces what is said of some units; the answer is what is said of all. */
  annotate: { ask: AboutAnnotations & { readonly changes: UnitChanges }; answer: ModelAnnotations };
  /** Gives a model what came with its weights, whose file has that SHA-256, and what is known of them here. */
  attach_annotations: {
    ask: AboutAnnotations & {
      readonly weights: string;
      /** The file that came with them. */
      readonly file: { readonly bytes: Uint8Array; readonly label: string } | null;
    };
    answer: AttachedAnnotations;
  };
  /** SHA-256 of the weights as they are now, as every file that holds just these has it. */
  weights_sha256: { ask: AboutModel; answer: readonly string[] };
  /** Deletes a run that nobody trains; `restore_kept_run` takes it back for a minute. */
  delete_kept_run: { ask: AboutRun; answer: null };
  /** False when it is too late. */
  restore_kept_run: { ask: AboutRun; answer: boolean };
  /** What an export of kept runs would have. */
  weigh_kept_runs: { ask: Pick<RunsToExport, 'runIds'>; answer: ExportSize };
  /** Kept runs as one .zip with a folder a run. */
  export_kept_runs: { ask: RunsToExport; answer: ExportedRuns };
  /** Runs from .zip files or folders become kept ones; one that is refused keeps none from coming. */
  import_runs: { ask: { readonly files: readonly PlacedFile[] }; answer: readonly ImportedRun[] };
  /** The person's own files that kept runs need, as far as this browser has them. */
  list_data_files: { ask: null; answer: DataFilesList };
  /** Gives files that a kept run needs, for this visit; the answer is what it needs beside them. */
  give_run_files: { ask: AboutRun & { readonly files: readonly File[] }; answer: GivenFiles };
  /** Keeps copies of the files of a run that is in memory, or that were given for it. */
  copy_run_files: { ask: AboutRun; answer: DataFilesList };
  remove_copy: { ask: { readonly sha256: string }; answer: DataFilesList };
  remember_file: { ask: { readonly file: RememberedFile }; answer: null };
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
