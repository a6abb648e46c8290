/**
 * Who answers what the page asks: a handler for every row of the protocol's table. A handler gives the answer or
 * throws LabError; messages, request ids and who gave up are the engine host's.
 */
import { LabError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { chooseVariant } from '../encode/choose_variant';
import { probeRows, untrainedShapes } from '../encode/probes';
import { measureData } from '../encode/statistics';
import { movedFolder } from '../keep/exported_file';
import { exportSize } from '../keep/run_export';
import type { Preview } from '../protocol/protocol';
import type { AnswerOf, AskOf, RequestName } from '../protocol/requests';
import { parseRunConfig } from '../run/run_config';
import { runMove } from '../run/run_moves';
import { estimateRun } from '../train/estimate';
import type { RunData } from '../train/run_data';
import type { AnnotationHost } from './annotation_host';
import type { CheckpointLooks } from './checkpoint_looks';
import type { KeptRunHost } from './kept_run_host';
import { receiveRuns, sendRuns } from './run_carrier';
import type { LanguageModelHost } from './language_model_host';
import type { LiveRun } from './live_run';
import type { RunAnalyses } from './run_analyses';
import type { RunFilesHost } from './run_files_host';
import type { TextHost } from './text_host';

/** First labels that a preview shows. */
const PREVIEW_LABELS = 40;

/** How each question is answered; `work` says how far it is, and ends when nobody wants the answer any more. */
export type Handlers = {
  readonly [Name in RequestName]: (ask: AskOf<Name>, work: Work) => Promise<AnswerOf<Name>>;
};

/** What answers come from. */
export interface HandlerParts {
  device(): Promise<GPUDevice>;
  readonly data: Pick<RunData, 'open'>;
  /** The run of an id; throws LabError `not_found`. */
  run(runId: string): LiveRun;
  readonly analyses: RunAnalyses;
  readonly models: LanguageModelHost;
  readonly text: TextHost;
  readonly kept: KeptRunHost;
  readonly annotations: AnnotationHost;
  readonly files: RunFilesHost;
  readonly checkpoints: CheckpointLooks;
  /** Frees what a run holds in memory, if it is there. */
  letGo(runId: string): Promise<void>;
}

export function handlersOf(parts: HandlerParts): Handlers {
  const { data, analyses, models, text } = parts;
  return {
    estimate: async (ask, work) => {
      const config = parseRunConfig(ask.config);
      const device = await parts.device();
      const source = await data.open(config, undefined, work);
      return estimateRun(config, source, device.limits, chooseVariant(device));
    },
    preview: async ({ config: input, file }, work) => {
      const config = parseRunConfig(input);
      const source = await data.open(config, file, work);
      return preview(source, config.training.train_batch_size_samples, work);
    },
    describe_data: async ({ config, file }, work) =>
      analyses.describe(await data.open(parseRunConfig(config), file, work), work),
    groups: (ask, work) => analyses.groups(ask, work),
    group_card: (ask, work) => analyses.card(ask, work),
    diagnose: (ask, work) => analyses.diagnose(ask, work),
    count_moves: (ask, work) => analyses.countMoves(ask, work),
    make_moves: async (ask, work) => {
      const { step, standing, events, weights, frequency } = await analyses.makeMoves(ask, work);
      const made = events.map((event) => runMove(ask.model, step, event));
      if (made.length === 0) return { made, folder: null };
      const moved = { ...standing, step, weights, frequency, made };
      const file = movedFolder(parts.run(ask.runId), ask.model, moved);
      return { made, folder: { ...file, bytes: Uint8Array.from(file.bytes).buffer } };
    },
    probe_checkpoint: (ask, work) => parts.checkpoints.use(ask, work, (look) => look.probe()),
    evaluate: async ({ runId, model, bits, codes }, work) => {
      const { step, report } = await parts.run(runId).evaluate(model, { ...work, bits, codes });
      if (report instanceof LabError) throw report;
      return { model, step, report };
    },
    export: async ({ runId, model, format }, work) => {
      const run = parts.run(runId);
      const file = await run.export(model, format, work, parts.annotations.exported(run, model));
      return { ...file, bytes: Uint8Array.from(file.bytes).buffer };
    },
    load_language_model: (ask, work) => models.load(ask, work),
    list_language_models: () => models.list(),
    delete_language_model: (ask) => models.remove(ask),
    read_text: (ask, work) => text.read(ask, work),
    steer_text: (ask, work) => text.steer(ask, work),
    splice: (ask, work) => text.splice(ask, work),
    attribute_logits: (ask, work) => text.attribute(ask, work),
    list_kept_runs: () => parts.kept.list(),
    kept_past: ({ runId }) => parts.kept.past(runId),
    probe_run: async ({ runId }) => {
      await parts.run(runId).look();
      return null;
    },
    rename_kept_run: ({ runId, name }) => parts.kept.rename(runId, name),
    describe_kept_run: ({ runId, about }) => parts.kept.describe(runId, about),
    annotations: (ask) => parts.annotations.read(ask),
    annotate: (ask) => parts.annotations.change(ask),
    attach_annotations: (ask) => parts.annotations.attach(ask),
    weights_sha256: ({ runId, model }) => parts.annotations.weightsOf(runId, model),
    delete_kept_run: async ({ runId }) => {
      await parts.letGo(runId);
      return parts.kept.delete(runId);
    },
    restore_kept_run: ({ runId }) => parts.kept.restore(runId),
    weigh_kept_runs: async ({ runIds }) => exportSize(await parts.kept.runs(), runIds),
    export_kept_runs: async (ask, work) => sendRuns(await parts.kept.runs(), ask, work),
    import_runs: async ({ files }, work) => receiveRuns(await parts.kept.runs(), files, work),
    list_data_files: () => parts.files.list(),
    give_run_files: async ({ runId, files }) => {
      const { data } = await parts.kept.needs(runId);
      return data === null ? { lacking: [], wrong: [] } : parts.files.give(data, files);
    },
    copy_run_files: async ({ runId }) => {
      const { settings, data } = await parts.kept.needs(runId);
      return data === null ? parts.files.list() : parts.files.copy(settings, data);
    },
    remove_copy: ({ sha256 }) => parts.files.removeCopy(sha256),
    remember_file: ({ file }) => parts.files.remember(file),
  };
}

/** Buffers of an answer that move to the page instead of being copied: those that were made for it. */
export const MOVED: {
  readonly [Name in RequestName]?: (answer: AnswerOf<Name>) => Transferable[];
} = {
  export: ({ bytes }) => [bytes],
  make_moves: ({ folder }) => (folder === null ? [] : [folder.bytes]),
};

async function preview(source: ActivationSource, batch: number, work: Work): Promise<Preview> {
  const { statistics } = await measureData(source, batch, work);
  const rows = await probeRows(source, work);
  return {
    label: source.label,
    description: source.description,
    statistics,
    shapes: rows.truth === undefined ? [] : untrainedShapes(rows.truth),
    shapeRows: rows.count,
    labels: Array.from(
      rows.rowIds.subarray(0, PREVIEW_LABELS),
      (rowId) => source.labelOf?.(rowId) ?? '',
    ).filter((label) => label.length > 0),
  };
}
