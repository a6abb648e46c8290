/**
 * What the folder of a model remembers of the data that it was trained on, for commands that read the same again.
 */
import { LabError } from '../base/lab_error';
import type { SaeFolder } from '../io/sae_folder_reader';
import {
  dataIdentitySchema,
  type DataFile,
  type DataIdentity,
  type FileSetting,
} from '../lab/run/data_identity';
import { dataSchema, type LanguageDataConfig } from '../lab/run/run_config';
import { DataFiles } from './data_files';
import type { Terminal } from './terminal';

/** Data as a model's folder remembers them. */
export interface RememberedData {
  /** Its settings, not validated: other programs write folders too. */
  readonly data: unknown;
  /** Where its files are; refuses those that are others now. */
  readonly files: DataFiles;
  /** What the folder says that they were; null: nothing, as folders of earlier versions and of what the page trained. */
  readonly known: readonly DataFile[] | null;
}

/**
 * Reads `provenance` of the model in `folder`. Files of the settings in `named` may be others, since the command
 * names them. Throws LabError `bad_file` when what the folder says cannot be read.
 */
export function rememberedData(
  provenance: SaeFolder['provenance'],
  folder: string,
  named: readonly FileSetting[] = [],
): RememberedData {
  const identity = readIdentity(provenance?.['data_identity'], folder);
  const known = identity?.files.filter(({ setting }) => !named.includes(setting)) ?? null;
  return {
    data: provenance?.['data'],
    files: new DataFiles({ known: { files: known ?? [], folder }, asked: false }),
    known,
  };
}

/** The language model and text that a folder says it was trained on; null when it was something else. */
export function languageDataOf({ data }: RememberedData): LanguageDataConfig | null {
  const parsed = dataSchema.safeParse(data);
  return parsed.success && parsed.data.kind === 'lm' ? parsed.data : null;
}

/** Says which files were read for a folder that does not say what they were. */
export function tellGuessedFiles(
  { known, files }: RememberedData,
  folder: string,
  terminal: Terminal,
): void {
  if (known !== null || files.paths.length === 0) return;
  terminal.write(
    `lab: ${folder} does not say what the files of its data were, so they cannot be checked; read: ${files.paths.join(', ')}.\n`,
  );
}

function readIdentity(said: unknown, folder: string): DataIdentity | null {
  if (said === undefined) return null;
  const parsed = dataIdentitySchema.safeParse(said);
  if (parsed.success) return parsed.data;
  throw new LabError(
    'bad_file',
    `What ${folder}/cfg.json says of its data cannot be read (metadata.sasa_lab.data_identity).`,
    'Remove that entry to go without the check, or copy the folder again.',
  );
}
