/**
 * Kept runs on their way out of this browser and into it: where the bytes of an export go, and which files an import is given.
 * What a run's folder holds is not its business (keep/run_export.ts, keep/run_import.ts).
 */
import { LabError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import { concatBytes } from '../../io/bytes';
import { readBlob } from '../../io/private_files';
import { readZip } from '../../io/zip_reader';
import type { ByteSink } from '../../io/zip_writer';
import type { GivenFile } from '../keep/carried_folder';
import type { KeptRuns } from '../keep/kept_runs';
import { exportRuns } from '../keep/run_export';
import { foldersOfRuns, importRuns } from '../keep/run_import';
import type {
  ExportedRuns,
  ImportedRun,
  PlacedFile,
  RunsToExport,
} from '../protocol/kept_protocol';

/** Writes runs as one .zip, to a file of the person or into a Blob. Nothing is left of one that was not finished. */
export async function sendRuns(
  kept: KeptRuns,
  { runIds, checkpoints, to }: RunsToExport,
  work: Work,
): Promise<ExportedRuns> {
  if (to === null) {
    const parts = new BlobParts();
    const out = await exportRuns(kept, runIds, checkpoints, parts.add, work);
    return { ...out, file: parts.whole() };
  }
  const writing = await to.createWritable();
  try {
    const sink: ByteSink = (bytes) => writing.write(bytes.slice()).catch(refuseFull);
    const out = await exportRuns(kept, runIds, checkpoints, sink, work);
    await writing.close().catch(refuseFull);
    return { ...out, file: null };
  } catch (error) {
    // What was there before stays.
    await writing.abort().catch(() => undefined);
    await removeEmpty(to).catch(() => undefined);
    throw error;
  }
}

/** Takes runs in from .zip files and loose ones. Throws LabError for a file that is no .zip, or holds no run. */
export async function receiveRuns(
  kept: KeptRuns,
  given: readonly PlacedFile[],
  work: Work,
): Promise<readonly ImportedRun[]> {
  const zips = given.filter(({ path }) => isZip(path));
  const loose = given.filter(({ path }) => !isZip(path)).map(asGiven);
  const packed = await Promise.all(
    zips.map(async ({ path, file }) => {
      const label = lastName(path);
      const folders = foldersOfRuns(await readZip(file, label));
      return { folders, fallback: label.replace(/\.zip$/i, '') };
    }),
  );
  const all = [...packed, { folders: foldersOfRuns(loose), fallback: 'Imported run' }];
  const count = all.reduce((sum, { folders }) => sum + folders.length, 0);
  if (count === 0) {
    throw new LabError(
      'bad_file',
      `${given.map(({ path }) => lastName(path)).join(', ')}: there is no run.json, and so no run.`,
      'Give the .zip of an exported run, or a folder that "lab train --out" wrote.',
    );
  }
  const imported: ImportedRun[] = [];
  for (const { folders, fallback } of all) {
    const before = imported.length;
    const own: Work = {
      ...work,
      onProgress: (fraction, stage) =>
        work.onProgress?.((before + fraction * folders.length) / count, stage),
    };
    for (const run of await importRuns(kept, folders, fallback, own)) imported.push(run);
  }
  return imported;
}

/** The browser makes the file when its name is chosen; not all of them can take it away. */
async function removeEmpty(file: FileSystemFileHandle & { remove?: () => Promise<void> }) {
  if ((await file.getFile()).size === 0) await file.remove?.();
}

const isZip = (path: string): boolean => /\.zip$/i.test(path);
const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function asGiven({ path, file }: PlacedFile): GivenFile {
  return {
    path,
    bytes: file.size,
    modified: file.lastModified,
    read: async () => {
      try {
        return await readBlob(file);
      } catch (cause) {
        throw new LabError(
          'bad_file',
          `${path} cannot be read any more: it was changed or moved.`,
          'Choose it again.',
          { cause },
        );
      }
    },
  };
}

/** Bytes that are held at once before the browser has them as a part of a Blob, which it keeps where it likes. */
const PART = 2 ** 24;

/** A file in parts. */
class BlobParts {
  private readonly parts: Blob[] = [];
  private waiting: Uint8Array[] = [];
  private held = 0;

  readonly add: ByteSink = (bytes) => {
    this.waiting.push(bytes.slice());
    this.held += bytes.length;
    if (this.held >= PART) this.flush();
    return Promise.resolve();
  };

  whole(): Blob {
    this.flush();
    return new Blob(this.parts, { type: 'application/zip' });
  }

  private flush(): void {
    this.parts.push(new Blob([concatBytes(this.waiting)]));
    this.waiting = [];
    this.held = 0;
  }
}

function refuseFull(cause: unknown): never {
  if (!(cause instanceof DOMException) || cause.name !== 'QuotaExceededError') throw cause;
  throw new LabError(
    'out_of_memory',
    'There is no room for the file where it was to be saved.',
    'Save it in another place, or free space there.',
    { cause },
  );
}
