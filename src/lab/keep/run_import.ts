/**
 * Runs from elsewhere: folders that `lab train --out` wrote or a page exported, in a .zip or as loose files, become kept
 * runs. Every file is checked before the record of its run is written, which comes last: what is refused leaves nothing
 * behind. Knows neither page nor GPU.
 */
import { saysSame } from '../../base/canonical';
import { describeError, LabError } from '../../base/lab_error';
import { requireWanted, type Work } from '../../base/work';
import { WEIGHTS_FILE } from '../../io/sae_folder';
import type { ImportedRun } from '../protocol/kept_protocol';
import { sha256Of } from '../../io/sha256';
import { modelFolder, RUN_FILE } from '../run/run_files';
import { RunAnnotations } from './run_annotations';
import { readRunFile } from './run_file';
import { readFolder, type FolderOfRun, type GivenFile, type GivenFolder } from './carried_folder';
import type { KeptRuns } from './kept_runs';
import { distinctNames } from './run_export';

/** The folders among files that have a run. */
export function foldersOfRuns(files: readonly GivenFile[]): readonly GivenFolder[] {
  return files.flatMap(({ path }) => {
    const isRun = path === RUN_FILE || path.endsWith(`/${RUN_FILE}`);
    // What macOS packs beside the files of a folder.
    if (!isRun || path.startsWith('__MACOSX/')) return [];
    const place = path.slice(0, -RUN_FILE.length);
    const inside = files.filter((file) => file.path.startsWith(place));
    return {
      name: place.split('/').at(-2) ?? '',
      files: new Map(inside.map((file) => [file.path.slice(place.length), file])),
    };
  });
}

/**
 * Takes the runs in, one after the other; one that is refused keeps none from coming. `fallback` is the name of a run
 * without a folder of its own. Rejects with LabError `cancelled`; then the runs before it are there.
 */
export async function importRuns(
  kept: KeptRuns,
  folders: readonly GivenFolder[],
  fallback: string,
  work: Work = {},
): Promise<readonly ImportedRun[]> {
  const all = folders.reduce((sum, folder) => sum + bytesOf(folder), 1);
  let done = 0;
  const imported: ImportedRun[] = [];
  for (const folder of folders) {
    const from = folder.name === '' ? fallback : folder.name;
    let read = done;
    const onBytes = (bytes: number) => {
      requireWanted(work);
      read += bytes;
      work.onProgress?.(Math.min(1, read / all), from);
    };
    try {
      onBytes(0);
      imported.push(await importRun(kept, { ...folder, name: from }, onBytes));
    } catch (error) {
      const told = describeError(error);
      if (told.code === 'cancelled') throw error;
      imported.push({ from, outcome: 'refused', error: told });
    }
    done += bytesOf(folder);
  }
  return imported;
}

async function importRun(
  kept: KeptRuns,
  given: GivenFolder,
  onBytes: (bytes: number) => void,
): Promise<ImportedRun> {
  await requireRoom(kept, given);
  const folder = await readFolder(given, onBytes);
  const here = await twin(kept, folder);
  const from = given.name;
  if (here !== null) return { from, outcome: 'here', ...here };
  const known = await kept.list();
  const own = folder.id !== null && !(await kept.knows(folder.id)) ? folder.id : null;
  const id = own ?? crypto.randomUUID();
  const [name = folder.name] = distinctNames(
    [folder.name],
    known.map((run) => run.name),
  );
  await kept.receive(id, async (files) => {
    await folder.copy(files);
    return { ...folder.record(), id, name };
  });
  await joinNotes(kept, id);
  return { from, outcome: 'imported', runId: id, name };
}

/** Notes that came with a run are joined with what this browser knows of the same weights, as where weights are opened. */
async function joinNotes(kept: KeptRuns, id: string): Promise<void> {
  const run = await kept.find(id);
  if (run === null) return;
  const notes = new RunAnnotations(kept);
  const folder = kept.folder(id);
  const config = readRunFile(run.settings, run.name);
  for (const [model, each] of config.models.entries()) {
    const place = modelFolder(config, each);
    const file = await folder.files.read(place + WEIGHTS_FILE);
    // A file that this lab cannot read stays as it came, and says so where it is looked at.
    const came = await folder.annotations(place).catch(() => null);
    if (file === null || came === null) continue;
    const weights = await sha256Of(file);
    // Notes on weights of another step are the run's all the same, and nobody else's.
    if (came.weights === weights)
      await notes.attach(id, model, came, weights, came.step ?? run.step);
  }
}

/** The kept run that is the same one at the same state; null when there is none. */
async function twin(
  kept: KeptRuns,
  { id, state }: FolderOfRun,
): Promise<{ readonly runId: string; readonly name: string } | null> {
  for (const run of await kept.list()) {
    const isOwn = run.id === id;
    if (state === null ? !isOwn || run.step > 0 : run.step !== state.checkpoint.step) continue;
    // Runs of other settings need not be read.
    if (!isOwn && state !== null && !saysSame(run.settings, state.checkpoint.config)) continue;
    const latest = await kept.folder(run.id).latestFile(run);
    if (sameBytes(latest?.bytes, state?.bytes)) return { runId: run.id, name: run.name };
  }
  return null;
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function requireRoom(kept: KeptRuns, folder: GivenFolder): Promise<void> {
  const [needed, available] = [bytesOf(folder), await kept.available()];
  if (available === null || needed <= available) return;
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(2);
  throw new LabError(
    'out_of_memory',
    `${folder.name} needs ${mebibytes(needed)} MiB of this browser's storage, and ${mebibytes(available)} MiB are available.`,
    'Delete runs or language models that are kept here, or free space on the disk.',
  );
}

const bytesOf = ({ files }: GivenFolder): number =>
  [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
