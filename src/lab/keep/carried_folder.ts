/**
 * The folder of a run from elsewhere, read and checked file by file: what it says of the run, and its files under the names
 * that a browser keeps them by. The state decides over what kept.json says: another program may have gone on meanwhile.
 */
import { largest } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { decodeText } from '../../base/text_file';
import { readMetricsJsonl } from '../../io/metrics_text';
import { FOLDER_FILES } from '../../io/sae_folder_reader';
import { MemoryFiles, type WholeFiles } from '../../io/whole_files';
import type { QualityReport } from '../protocol/model_report';
import type { MetricValues } from '../protocol/run_events';
import { withoutRelative, type DataIdentity } from '../run/data_identity';
import { fileSetting } from '../run/data_kinds';
import { totalSteps, type RunConfig } from '../run/run_config';
import {
  CHANGES_FILE,
  CHECKPOINT_FILE,
  checkpointFile,
  KEPT_FILE,
  METRICS_FILE,
  MODEL_FILES,
  modelFolder,
  REPORT_FILE,
  RUN_FILE,
} from '../run/run_files';
import { readChangesJsonl } from '../run/run_history';
import { differingSetting, readCheckpoint, type Checkpoint } from './checkpoint';
import { readWeights } from './kept_model';
import { readRunFile } from './run_file';
import { keptRun, readCarriedRecord, type KeptRun } from './run_index';
import { listedQuality } from './quality_schema';
import { readReport } from './written_report';

/** A file from elsewhere. */
export interface GivenFile {
  /** With `/` between its names. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Rejects with LabError `bad_file` for what cannot be read. */
  read(): Promise<Uint8Array>;
}

/** A folder with a run, its files by their paths in it. */
export interface GivenFolder {
  /** That of the folder; '' where there is none around the files. */
  readonly name: string;
  readonly files: ReadonlyMap<string, GivenFile>;
}

/** A folder whose run and state are read. */
export interface FolderOfRun {
  readonly name: string;
  /** Of the run where it was kept before; null for the folder of the command line. */
  readonly id: string | null;
  /** Null for a run without a checkpoint. */
  readonly state: { readonly bytes: Uint8Array; readonly checkpoint: Checkpoint } | null;
  /** Checks the files and writes them; rejects with LabError for the first that is not as it should be. */
  copy(files: WholeFiles): Promise<void>;
  /** What a list says of the run, once its files are copied. */
  record(): KeptRun;
}

/** Reads a folder; `onBytes` is told of every file. Rejects with LabError `bad_file`, `bad_config` or `bad_data`. */
export async function readFolder(
  given: GivenFolder,
  onBytes: (bytes: number) => void,
): Promise<FolderOfRun> {
  const place = (path: string) => `${given.name}/${path}`;
  const read = async (path: string): Promise<Uint8Array | null> => {
    const file = given.files.get(path);
    if (file === undefined) return null;
    const bytes = await file.read();
    onBytes(bytes.length);
    return bytes;
  };
  const run = (await read(RUN_FILE)) ?? new Uint8Array();
  const config = readRunFile(jsonOf(run, place(RUN_FILE)), place(RUN_FILE));
  const said = await read(KEPT_FILE);
  const before =
    said === null ? null : readCarriedRecord(jsonOf(said, place(KEPT_FILE)), place(KEPT_FILE));
  const bytes = await read(CHECKPOINT_FILE);
  const state =
    bytes === null ? null : { bytes, checkpoint: readCheckpoint(bytes, place(CHECKPOINT_FILE)) };
  if (state !== null) requireSameRun(config, state.checkpoint.config, given.name);
  const step = state?.checkpoint.step ?? 0;
  const older = [...given.files.keys()].flatMap((path) => olderStep(path, step) ?? []);
  const checkpoints: Written[] = [];
  const models: CopiedModel[] = [];
  const modified = (path: string) => given.files.get(path)?.modified ?? 0;

  const copy = async (files: WholeFiles): Promise<void> => {
    for (const model of config.models) {
      models.push(await copyModel(modelFolder(config, model), { read, place, files }));
    }
    if (state === null && models.some(({ steps }) => steps !== null))
      throw withoutState(given.name);
    await files.write({ [RUN_FILE]: run });
    if (state === null) return;
    // A browser that is killed on the way leaves no checkpoint, from which nobody goes on, or the latest.
    await files.write({ [checkpointFile(step)]: state.bytes });
    checkpoints.push({ step, bytes: state.bytes.length });
    for (const each of older.toSorted((a, b) => b - a)) {
      const path = checkpointFile(each);
      const content = (await read(path)) ?? new Uint8Array();
      const checkpoint = readCheckpoint(content, place(path));
      requireSameRun(config, checkpoint.config, given.name, path);
      await files.write({ [path]: content });
      checkpoints.unshift({ step: each, bytes: content.length });
    }
  };

  const record = (): KeptRun => {
    const settings = state?.checkpoint.config ?? config;
    const total = totalSteps(settings.training);
    const evaluated = stepOf(models, before);
    const same = before?.step === step ? before : null;
    const failed =
      same?.status === 'failed' ? ({ status: 'failed', error: same.error } as const) : null;
    return keptRun({
      createdAt: modified(RUN_FILE),
      before: null,
      ...before,
      id: before?.id ?? '',
      name: before?.name ?? given.name,
      config: before?.config ?? settings,
      settings,
      status: step >= total ? 'finished' : 'stopped',
      error: null,
      ...failed,
      step,
      totalSteps: total,
      savedAt: same?.savedAt ?? modified(CHECKPOINT_FILE),
      seconds:
        same?.seconds ??
        largest(
          models.map(({ seconds }) => seconds),
          0,
        ),
      bytes: 0,
      checkpoints,
      evaluated,
      results:
        evaluated === null ? null : models.map(({ report }) => report && listedQuality(report)),
      logged: same?.logged ?? models.map(({ logged }) => logged),
      data: neededFile(settings),
      deletedAt: null,
    });
  };
  const id = before !== null && /^[\w-]{1,64}$/.test(before.id) ? before.id : null;
  return { name: before?.name ?? given.name, id, state, copy, record };
}

type Written = KeptRun['checkpoints'][number];

interface Copying {
  readonly read: (path: string) => Promise<Uint8Array | null>;
  readonly place: (path: string) => string;
  readonly files: WholeFiles;
}

/** What the files of a model say. */
interface CopiedModel {
  /** Behind its weights; null without any. */
  readonly steps: number | null;
  readonly report: QualityReport | null;
  /** The latest metrics, and the seconds of training until them. */
  readonly logged: MetricValues;
  readonly seconds: number;
}

/** Checks and copies the files of a model. */
async function copyModel(folder: string, { read, place, files }: Copying): Promise<CopiedModel> {
  const weights: Record<string, Uint8Array> = {};
  const texts: Record<string, string> = {};
  for (const name of MODEL_FILES) {
    const path = folder + name;
    const bytes = await read(path);
    if (bytes === null) continue;
    if (FOLDER_FILES.includes(name)) weights[name] = bytes;
    else if (!name.endsWith('.safetensors'))
      texts[name] = decodeText(bytes, place(path), 'bad_file');
    await files.write({ [path]: bytes });
  }
  const parsed = <T>(name: string, reader: (text: string, label: string) => T): T | null => {
    const text = texts[name];
    return text === undefined ? null : reader(text, place(folder + name));
  };
  parsed(CHANGES_FILE, readChangesJsonl);
  const latest = parsed(METRICS_FILE, readMetricsJsonl)?.at(-1);
  const [logged, seconds] = [latest?.values ?? {}, latest?.seconds ?? 0];
  const report = parsed(REPORT_FILE, readReport);
  const names = Object.keys(weights);
  if (names.length === 0) return { steps: null, report: null, logged, seconds };
  const label = place(folder).replace(/\/$/, '');
  const { provenance } = await readWeights(new MemoryFiles(label, weights), label, names);
  const { steps } = provenance ?? {};
  return { steps: typeof steps === 'number' ? steps : null, report, logged, seconds };
}

/** The step of the run at which its models were evaluated; null where they were not, or at several. */
function stepOf(models: readonly CopiedModel[], kept: KeptRun | null): number | null {
  const steps = models.flatMap(({ steps: own }, model) =>
    own === null ? [] : [own - (kept?.before?.[model]?.steps ?? 0)],
  );
  const [first = null] = steps;
  return steps.every((each) => each === first) ? first : null;
}

/** The step of an older checkpoint by its name; null for another file. */
function olderStep(path: string, latest: number): number | null {
  const step = Number(/^checkpoint-(\d{1,12})\.safetensors$/.exec(path)?.[1] ?? Number.NaN);
  return step < latest && path === checkpointFile(step) ? step : null;
}

/** The dropped file that the run needs; null where its data open by themselves, or nobody wrote down what it was. */
function neededFile({ data, data_identity: identity }: RunConfig): DataIdentity | null {
  const own = fileSetting(data);
  if (own === null || identity === undefined) return null;
  const files = identity.files.filter(({ setting }) => setting === own.setting);
  return files.length === 0 ? null : withoutRelative({ ...identity, files });
}

function requireSameRun(
  config: RunConfig,
  saved: RunConfig,
  name: string,
  path: string = CHECKPOINT_FILE,
): void {
  const difference =
    path === CHECKPOINT_FILE ? differingSetting(saved, config) : shapeDifference(saved, config);
  if (difference === null) return;
  throw new LabError(
    'bad_file',
    `${name}/${path} is of another run than ${RUN_FILE} beside it: ${difference}.`,
    'Take the files of one run from one folder.',
  );
}

/** Settings may change while a run goes, but not which models it has. */
function shapeDifference(saved: RunConfig, config: RunConfig): string | null {
  const names = ({ models }: RunConfig) =>
    models.map(({ architecture }) => architecture).join(', ');
  return names(saved) === names(config)
    ? null
    : `its models are ${names(saved)} and were ${names(config)}`;
}

function withoutState(name: string): LabError {
  return new LabError(
    'bad_file',
    `${name} has weights, but no ${CHECKPOINT_FILE}, without which a run can neither be looked at nor go on.`,
    `Leave ${RUN_FILE} out: then the weights are opened.`,
  );
}

function jsonOf(bytes: Uint8Array, label: string): unknown {
  const text = decodeText(bytes, label, 'bad_file');
  try {
    return JSON.parse(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.replace(/\s+/g, ' ') : String(cause);
    throw new LabError(
      'bad_file',
      `${label} is not JSON: ${said}.`,
      'Save it again where it came from.',
      { cause },
    );
  }
}
