/**
 * Kept runs as one .zip with a folder a run: the folder that `lab train --out` writes, with what the list says of the run
 * beside it (kept.json), which the command line leaves alone. One file is in memory at a time. Knows neither page nor GPU.
 */
import { saysSame } from '../../base/canonical';
import { LabError } from '../../base/lab_error';
import { strictJson } from '../../base/strict_json';
import { requireWanted, type Work } from '../../base/work';
import { ZipWriter, type ByteSink } from '../../io/zip_writer';
import type { ExportSize, WhichCheckpoints } from '../protocol/kept_protocol';
import {
  CHECKPOINT_FILE,
  checkpointFile,
  KEPT_FILE,
  MODEL_FILES,
  modelFolder,
  RUN_FILE,
} from '../run/run_files';
import type { KeptFolder } from './kept_folder';
import type { KeptRuns } from './kept_runs';
import { readRunFile } from './run_file';
import { runText } from './run_folder';
import { carriedRecord, type KeptRun } from './run_index';

/** Bytes that are handed on at once: after each it is told how far it is, and it can be given up. */
const PIECE = 2 ** 23;

/** A file of a run, by its path in the folder. */
type FolderFile = readonly [path: string, bytes: Uint8Array];

/** What the .zip of these runs, or of all, would have: about, and rather more. */
export async function exportSize(
  kept: KeptRuns,
  ids: readonly string[] | null,
): Promise<ExportSize> {
  const runs = await chosen(kept, ids);
  const sizes = runs.map(sizeOf);
  const sum = (part: 'bytes' | 'older' | 'olderBytes') =>
    sizes.reduce((all, size) => all + size[part], 0);
  return {
    runs: runs.length,
    bytes: sum('bytes'),
    older: sum('older'),
    olderBytes: sum('olderBytes'),
  };
}

/** What of a run would be exported with its latest checkpoint, and what its older ones would add. */
function sizeOf({ bytes, checkpoints }: KeptRun) {
  const older = checkpoints.slice(0, -1);
  const olderBytes = older.reduce((sum, each) => sum + each.bytes, 0);
  return { bytes: Math.max(0, bytes - olderBytes), older: older.length, olderBytes };
}

/**
 * Writes the .zip. Its answer says how many runs and bytes went out. Rejects with LabError `not_found` for runs that are not
 * there, `cancelled`, and with what `sink` throws.
 */
export async function exportRuns(
  kept: KeptRuns,
  ids: readonly string[] | null,
  which: WhichCheckpoints,
  sink: ByteSink,
  work: Work = {},
): Promise<{ readonly runs: number; readonly bytes: number }> {
  const runs = await chosen(kept, ids);
  const all = runs
    .map(sizeOf)
    .reduce((sum, { bytes, olderBytes }) => sum + bytes + (which === 'all' ? olderBytes : 0), 1);
  let running = '';
  let out = 0;
  const zip = new ZipWriter(async (bytes) => {
    for (let start = 0; start < bytes.length; start += PIECE) {
      requireWanted(work);
      const piece = bytes.subarray(start, start + PIECE);
      await sink(piece);
      out += piece.length;
      work.onProgress?.(Math.min(1, out / all), running);
    }
  });
  const names = distinctNames(runs.map(({ name }) => safeName(name)));
  for (const [index, run] of runs.entries()) {
    running = run.name;
    const saved = new Date(run.savedAt);
    for await (const [path, bytes] of filesOf(kept.folder(run.id), run, which)) {
      requireWanted(work);
      await zip.add(`${names[index] ?? ''}/${path}`, bytes, saved);
    }
  }
  await zip.finish();
  return { runs: runs.length, bytes: zip.bytes };
}

async function chosen(kept: KeptRuns, ids: readonly string[] | null): Promise<readonly KeptRun[]> {
  const runs = (await kept.list()).filter(({ id }) => ids === null || ids.includes(id));
  if (runs.length > 0) return runs;
  throw new LabError(
    'not_found',
    'This browser keeps no such run.',
    'Train one first; runs are kept while they train.',
  );
}

/** The files of a run, its state last. What is torn is not among them. */
async function* filesOf(
  folder: KeptFolder,
  run: KeptRun,
  which: WhichCheckpoints,
): AsyncGenerator<FolderFile> {
  // Before the rest is read: what a run that goes on logs meanwhile lies beyond this state, and is dropped by who goes on.
  const latest = await folder.latestFile(run);
  const { files } = folder;
  const config = latest?.state.config ?? readRunFile(run.settings, run.name);
  const kept = await files.read(RUN_FILE);
  // Settings of a state that was torn are not those of the one before it.
  const isOfState = kept !== null && saysSame(readRunFile(jsonOf(kept), run.name), config);
  yield [RUN_FILE, isOfState ? kept : runText(config)];
  yield [KEPT_FILE, new TextEncoder().encode(`${strictJson(carriedRecord(run), 2)}\n`)];
  for (const model of config.models) {
    for (const name of MODEL_FILES) {
      const path = modelFolder(config, model) + name;
      const bytes = await files.read(path);
      if (bytes !== null) yield [path, bytes];
    }
  }
  const last = latest?.state.step ?? 0;
  for (const { step } of which === 'all' ? run.checkpoints : []) {
    const bytes = step < last ? await files.read(checkpointFile(step)) : null;
    if (bytes !== null) yield [checkpointFile(step), bytes];
  }
  if (latest !== null) yield [CHECKPOINT_FILE, latest.bytes];
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Names that Windows keeps for devices. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const LONGEST = 80;

/** A name of a run as that of a folder, on whichever system. */
export function safeName(name: string): string {
  const plain = name
    .normalize()
    .replace(/[^\p{L}\p{N}\p{M} .,_()+=@&'-]+/gu, '-')
    .slice(0, LONGEST)
    .replace(/^[ .]+|[ .]+$/g, '');
  if (plain === '') return 'run';
  return DEVICES.test(plain) ? `_${plain}` : plain;
}

/** The same names, numbered where two are the same to a system that ignores case. */
export function distinctNames(
  names: readonly string[],
  taken: Iterable<string> = [],
): readonly string[] {
  const known = new Set(Array.from(taken, (name) => name.toLowerCase()));
  return names.map((name) => {
    let own = name;
    for (let count = 2; known.has(own.toLowerCase()); count++) own = `${name} (${count})`;
    known.add(own.toLowerCase());
    return own;
  });
}
