/**
 * The folder of one kept run: its checkpoints, each a file of its own, what was logged, and the models with their reports
 * once they are evaluated. It writes files before the record that speaks of them and takes them away after it, so the
 * record never promises what is not there.
 */
import { at, largest } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { CheckedFiles } from '../../io/checked_files';
import type { FileStore, ListedFile } from '../../io/file_store';
import { readMetricsJsonl } from '../../io/metrics_text';
import type { FileSet } from '../../io/whole_files';
import type { QualityReport } from '../protocol/model_report';
import type { RunPast } from '../protocol/kept_protocol';
import type { ModelAnnotations } from '../run/annotations';
import { totalSteps, type RunConfig } from '../run/run_config';
import {
  ANNOTATIONS_FILE,
  checkpointFile,
  METRICS_FILE,
  modelFolder,
  REPORT_FILE,
  CHANGES_FILE,
  TRAINED_FILES,
} from '../run/run_files';
import {
  countedByItself,
  NEVER_TRAINED,
  type RunChange,
  type TrainedBefore,
} from '../run/run_history';
import { isMove } from '../run/run_moves';
import { readCheckpoint, type Checkpoint } from './checkpoint';
import { nearestCheckpoints, thinnedCheckpoints } from './checkpoint_times';
import type { EarlierLogs } from './model_logs';
import { evaluatedModelFiles, readModelLogs, savedFiles, type SavedRun } from './run_folder';
import { readAnnotations, writeAnnotations } from './annotations_file';
import { readRunFile } from './run_file';
import { keptRun, type KeptRun } from './run_index';
import { listedQuality, measuredExtent } from './quality_schema';
import { readReport } from './written_report';

/** The past of a run with the lines of its files, by model. */
export interface KeptHistory extends RunPast {
  readonly logs: readonly EarlierLogs[];
}

/** What a record says beside the files. */
export type RunNote = Partial<Pick<KeptRun, 'status' | 'error' | 'seconds' | 'logged'>>;

/** A checkpoint with the file that it is in. */
export interface CheckpointInFile {
  readonly bytes: Uint8Array;
  readonly state: Checkpoint;
}

/** What a record speaks of after a checkpoint, and what no longer. */
interface Left {
  /** Steps of the checkpoints that are there, rising, and of those that go. */
  stays: readonly number[];
  checkpoints: readonly number[];
  /** Whether weights and reports are of another step. */
  models: boolean;
}

export class KeptFolder {
  /** What lies in it. */
  readonly files: CheckedFiles;

  constructor(
    private readonly store: FileStore,
    private readonly id: string,
    /** Changes the record of the run. */
    private readonly change: (change: (run: KeptRun) => KeptRun) => Promise<void>,
  ) {
    this.files = new CheckedFiles(store, id);
  }

  /**
   * Writes a checkpoint with what was logged on the way to it; gives the steps of all that there are then. Throws LabError
   * `out_of_memory` where there is no room, `not_finite` for a state that could not go on; then the run is as it was.
   */
  async save(saved: SavedRun, note: RunNote, now: number): Promise<readonly number[]> {
    const { step, config } = saved;
    const name = checkpointFile(step);
    const changes = savedFiles(saved, name);
    await this.files.write(changes);
    const there = await this.store.list(this.id);
    const bytes = totalOf(there);
    const checkpoints = checkpointsOf(there);
    const left: Left = { stays: [], checkpoints: [], models: false };
    await this.change((run) => {
      // What lies beyond was torn when the run went on from before it.
      const beyond = checkpoints.filter((each) => each.step > step);
      const all = checkpoints.filter((each) => each.step <= step);
      const thinned = thinnedCheckpoints(
        all.map((each) => each.step),
        changes[name]?.length ?? 0,
      );
      left.checkpoints = [...beyond.map((each) => each.step), ...thinned];
      const stays = all.filter((each) => !thinned.includes(each.step));
      left.stays = stays.map((each) => each.step);
      left.models = run.evaluated !== null && run.evaluated !== step;
      return {
        ...run,
        ...note,
        settings: config,
        step,
        totalSteps: totalSteps(config.training),
        savedAt: now,
        checkpoints: stays,
        evaluated: left.models ? null : run.evaluated,
        results: left.models ? null : run.results,
        bytes,
      };
    });
    for (const old of left.checkpoints) await this.files.remove(checkpointFile(old));
    if (left.models) await this.removeModels(config);
    if (left.models || left.checkpoints.length > 0) await this.measure();
    return left.stays;
  }

  /**
   * The state from which the run goes on, for its only writer: the newest checkpoint in the folder that is whole, whether or not
   * its record came to speak of it. From then on the record does; what lies beyond is torn, and goes. Null where none is whole.
   */
  async takeUp(): Promise<Checkpoint | null> {
    const there = checkpointsOf(await this.store.list(this.id));
    const state = await this.latest({ checkpoints: there });
    const step = state?.step ?? 0;
    const torn = there.filter((each) => state === null || each.step > step);
    await this.change((run) => ({
      ...run,
      step,
      checkpoints: there.filter((each) => !torn.includes(each)),
      // Of another step they would be said of this one.
      results: run.evaluated === step ? run.results : null,
      logged: run.step === step ? run.logged : null,
    }));
    for (const each of torn) await this.files.remove(checkpointFile(each.step));
    return state;
  }

  /** A record for a folder that has none: what its newest whole checkpoint says; null where no run could go on from it. */
  async remembered(now: number): Promise<KeptRun | null> {
    const files = await this.store.list(this.id);
    const checkpoints = checkpointsOf(files);
    const state = await this.latest({ checkpoints });
    if (state === null) return null;
    const { config, step } = state;
    return keptRun({
      id: this.id,
      name: `Found at step ${step}`,
      config,
      settings: config,
      status: 'stopped',
      error: null,
      step,
      totalSteps: totalSteps(config.training),
      createdAt: now,
      savedAt: now,
      seconds: 0,
      bytes: totalOf(files),
      checkpoints: checkpoints.filter((each) => each.step <= step),
      evaluated: null,
      before: null,
      data: config.data_identity ?? null,
      deletedAt: null,
    });
  }

  /** Writes how the run stands, without a checkpoint. */
  note(note: RunNote): Promise<void> {
    return this.change((run) => ({ ...run, ...note }));
  }

  /**
   * Writes a model at `step` with its report, as its .zip holds it. A report of that step for which more was measured stays.
   */
  async saveModel(config: RunConfig, model: number, step: number, files: FileSet): Promise<void> {
    if (await this.knowsMore(modelFolder(config, at(config.models, model)), step, files)) return;
    await this.files.write(evaluatedModelFiles(config, model, files));
    const report = await this.report(modelFolder(config, at(config.models, model)));
    await this.change((run) => {
      const known = run.evaluated === step ? run.results : null;
      const results = config.models.map((_, index) =>
        index === model ? report && listedQuality(report) : (known?.[index] ?? null),
      );
      return { ...run, evaluated: step, results };
    });
    await this.measure();
  }

  private async knowsMore(folder: string, step: number, files: FileSet): Promise<boolean> {
    const [there, own] = [await this.report(folder), files[REPORT_FILE]];
    if (there === null || own === undefined) return false;
    const known: Pick<KeptRun, 'evaluated'>[] = [];
    await this.change((run) => {
      known.push(run);
      return run;
    });
    const next = readReport(new TextDecoder().decode(own), this.files.place(folder + REPORT_FILE));
    return known.at(-1)?.evaluated === step && measuredExtent(there) > measuredExtent(next);
  }

  /** The latest checkpoint that is whole; null when there is none. */
  async latest(run: Pick<KeptRun, 'checkpoints'>): Promise<Checkpoint | null> {
    return (await this.latestFile(run))?.state ?? null;
  }

  /** The same with the bytes of its file. */
  latestFile({ checkpoints }: Pick<KeptRun, 'checkpoints'>): Promise<CheckpointInFile | null> {
    return this.firstWhole(checkpoints.map(({ step }) => step).toReversed());
  }

  /** The checkpoint of a step, or the nearest that is whole where that is gone or torn; null when there is none. */
  async nearest({ checkpoints }: KeptRun, step: number): Promise<Checkpoint | null> {
    const steps = checkpoints.map((each) => each.step);
    return (await this.firstWhole(nearestCheckpoints(steps, step)))?.state ?? null;
  }

  private async firstWhole(steps: readonly number[]): Promise<CheckpointInFile | null> {
    for (const step of steps) {
      const name = checkpointFile(step);
      try {
        const bytes = await this.files.read(name);
        if (bytes !== null) return { bytes, state: readCheckpoint(bytes, this.files.place(name)) };
      } catch (error) {
        // One that cannot be read is none; the next one may be.
        if (!(error instanceof LabError)) throw error;
      }
    }
    return null;
  }

  /** What was logged until `step` of the run, which its record says where nobody has looked at the checkpoint. */
  async history(run: KeptRun, step: number = run.step): Promise<KeptHistory> {
    const config = readRunFile(run.settings, run.name);
    const logs = await Promise.all(
      config.models.map((_, model) =>
        readModelLogs(this.files, config, model, {
          step: step + (run.before?.[model]?.steps ?? 0),
          changesBefore: run.before?.[model]?.changes ?? 0,
        }),
      ),
    );
    const models = logs.map((log, model) => splitLogs(log, run.before?.[model], run.name));
    const records = models.flatMap(({ own }, model) => own.map((record) => ({ model, ...record })));
    const changes = models.flatMap((each, model) =>
      each.changes.flatMap((change): RunChange[] => {
        if (isMove(change)) return [{ ...change, model }];
        // A change of the training stands in the account of every model.
        if (change.setting === 'lr') return model === 0 ? [{ ...change, model: null }] : [];
        return [{ ...change, model }];
      }),
    );
    return {
      step,
      seconds: largest(
        logs.map(({ seconds }) => seconds),
        0,
      ),
      records: records.toSorted((a, b) => a.step - b.step || a.model - b.model),
      changes: changes.toSorted((a, b) => a.step - b.step),
      before: run.before === null ? null : models.map(({ before }) => before),
      reports: await Promise.all(
        config.models.map(async (model) =>
          run.evaluated === step ? this.report(modelFolder(config, model)) : null,
        ),
      ),
      logs,
    };
  }

  /**
   * What a person says of the units of the model in that folder; null where there is no file. Throws LabError `bad_file`
   * for one that this lab cannot read.
   */
  async annotations(folder: string): Promise<ModelAnnotations | null> {
    const path = folder + ANNOTATIONS_FILE;
    const bytes = await this.files.read(path);
    return bytes === null ? null : readAnnotations(bytes, this.files.place(path));
  }

  /** Writes them, and nothing else: the record is that of whoever trains the run. */
  async saveAnnotations(folder: string, annotations: ModelAnnotations): Promise<void> {
    const text = new TextEncoder().encode(writeAnnotations(annotations));
    await this.files.write({ [folder + ANNOTATIONS_FILE]: text });
  }

  private async report(folder: string): Promise<QualityReport | null> {
    const path = folder + REPORT_FILE;
    const bytes = await this.files.read(path);
    if (bytes === null) return null;
    try {
      return readReport(new TextDecoder().decode(bytes), this.files.place(path));
    } catch {
      // It can be made again from the weights.
      return null;
    }
  }

  private async measure(): Promise<void> {
    const bytes = await this.store.used(this.id);
    await this.change((run) => ({ ...run, bytes }));
  }

  /** Weights and reports of a step that the run has left behind. */
  private async removeModels(config: RunConfig): Promise<void> {
    const stays = [METRICS_FILE, CHANGES_FILE];
    for (const model of config.models) {
      for (const name of TRAINED_FILES.filter((each) => !stays.includes(each))) {
        await this.files.remove(modelFolder(config, model) + name);
      }
    }
  }
}

/** Checkpoints among the files of a folder, whole or not, the steps rising; each with what its slots take. */
function checkpointsOf(files: readonly ListedFile[]): KeptRun['checkpoints'] {
  const bytes = new Map<number, number>();
  for (const file of files) {
    const [, digits] = CHECKPOINT_SLOT.exec(file.name) ?? [];
    if (digits === undefined) continue;
    const step = Number(digits);
    bytes.set(step, (bytes.get(step) ?? 0) + file.bytes);
  }
  return [...bytes]
    .map(([step, taken]) => ({ step, bytes: taken }))
    .sort((a, b) => a.step - b.step);
}

const CHECKPOINT_SLOT = /^checkpoint-(\d+)\.safetensors\.[01]$/;

function totalOf(files: readonly ListedFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What is a run's own in the account of a model, and what its weights had behind them. */
function splitLogs(
  { metrics, changes }: EarlierLogs,
  before:
    { readonly steps: number; readonly samples: number; readonly changes: number } | undefined,
  label: string,
) {
  const { steps, samples, changes: earlier } = before ?? { ...NEVER_TRAINED, changes: 0 };
  const records = readMetricsJsonl(metrics, label);
  const own = records.filter(({ step }) => step > steps);
  const earlierBefore: TrainedBefore = {
    steps,
    samples,
    changes: changes.slice(0, earlier),
    metrics: records.filter(({ step }) => step <= steps),
  };
  return {
    own: own.map((record) => countedByItself({ steps, samples }, record)),
    changes: changes.slice(earlier).map((change) => ({ ...change, step: change.step - steps })),
    before: earlierBefore,
  };
}
