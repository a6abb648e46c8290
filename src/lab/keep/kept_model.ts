/**
 * A trained model, read from its folder wherever that lies: the weights as SAELens keeps them, and the account that the
 * lab keeps beside them, which is never a reason to refuse weights.
 */
import { describeError } from '../../base/lab_error';
import { CONFIG_FILE, WEIGHTS_FILE } from '../../io/sae_folder';
import { FOLDER_FILES, readSaeFolder, type SaeFolder } from '../../io/sae_folder_reader';
import { readMetricsJsonl } from '../../io/metrics_text';
import { sha256Of } from '../../io/sha256';
import type { WholeFiles } from '../../io/whole_files';
import type { QualityReport } from '../protocol/model_report';
import { dataIdentitySchema } from '../run/data_identity';
import { ANNOTATIONS_FILE, CHANGES_FILE, METRICS_FILE, REPORT_FILE } from '../run/run_files';
import { readChanges, readChangesJsonl, type TrainedBefore } from '../run/run_history';
import { readReport } from './written_report';

/** A folder with the account that the lab keeps in it. */
export interface KeptModel extends SaeFolder {
  readonly before: TrainedBefore;
  /** What its evaluation found; null where the folder has none. */
  readonly report: QualityReport | null;
  /** SHA-256 of the file of its weights, by which a person's annotations are found again. */
  readonly weightsSha256: string;
  /** The file of annotations beside them, to be read where they are kept; null where there is none. */
  readonly annotations: { readonly bytes: Uint8Array; readonly label: string } | null;
  /** Sentences on what of the account could not be read. */
  readonly unread: readonly string[];
}

/**
 * The weights in a folder; `label` is its name for messages, `present` the names of all that lies in it. Throws LabError as readSaeFolder.
 */
export async function readWeights(
  files: WholeFiles,
  label: string,
  present: readonly string[],
): Promise<SaeFolder> {
  const read = await Promise.all(
    FOLDER_FILES.map(async (name) => [name, await files.read(name)] as const),
  );
  const found = read.flatMap(([name, bytes]) => (bytes === null ? [] : [[name, bytes] as const]));
  return readSaeFolder(Object.fromEntries(found), label, present);
}

/** The same with its account. Throws LabError as readSaeFolder, for the weights alone. */
export async function readKeptModel(
  files: WholeFiles,
  label: string,
  present: readonly string[],
): Promise<KeptModel> {
  const folder = await readWeights(files, label, present);
  const unread: string[] = [];
  const read = async <T>(
    name: string,
    reader: (text: string, label: string) => T,
  ): Promise<T | null> => {
    const bytes = await files.read(name);
    if (bytes === null) return null;
    try {
      return reader(new TextDecoder().decode(bytes), files.place(name));
    } catch (error) {
      unread.push(describeError(error).message);
      return null;
    }
  };
  const { data, data_identity: said, steps, samples, changes } = folder.provenance ?? {};
  const identity = dataIdentitySchema.safeParse(said);
  if (said !== undefined && !identity.success) {
    unread.push(
      `What ${files.place(CONFIG_FILE)} says of its data cannot be read (metadata.sasa_lab.data_identity).`,
    );
  }
  const report = await read(REPORT_FILE, readReport);
  const before: TrainedBefore = {
    steps: countOf(steps),
    samples: countOf(samples),
    changes: (await read(CHANGES_FILE, readChangesJsonl)) ?? readChanges(changes) ?? [],
    metrics: (await read(METRICS_FILE, readMetricsJsonl)) ?? [],
    // It is that of the data which the folder names, not of others from elsewhere.
    ...(data !== undefined && identity.success ? { dataIdentity: identity.data } : {}),
  };
  const annotations = await files.read(ANNOTATIONS_FILE);
  return {
    ...folder,
    report,
    before,
    unread,
    weightsSha256: await sha256Of((await files.read(WEIGHTS_FILE)) ?? new Uint8Array()),
    annotations:
      annotations === null ? null : { bytes: annotations, label: files.place(ANNOTATIONS_FILE) },
  };
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
}
