/**
 * The person's own files that kept runs need, as this page can get at them: given to the engine in this visit, kept as a
 * copy, remembered by a handle, or to be asked for. What has a handle or lies in the page is given without a press; a
 * prompt for permission comes at a press alone. Offers of copies are copy_offers.ts's.
 */
import { create } from 'zustand';
import { LabError } from '../base/lab_error';
import { groupDigits } from '../base/number_text';
import type { DataFilesList, RememberedFile, WrongFile } from '../lab/protocol/protocol';
import { neededText, type DataFile, type DataIdentity } from '../lab/run/data_identity';
import type { EngineClient } from './engine_client';
import { notifyError } from './notices_store';
import { noteFile, openedFile } from './opened_files';
import type { Run } from './run_record';
import { runOf, updateRun } from './runs_store';

export interface RunFilesState {
  /** Bytes of the copies in this browser, by SHA-256. */
  readonly copies: Readonly<Record<string, number>>;
  readonly remembered: Readonly<Record<string, RememberedFile>>;
  /** Bytes that may still be kept; null while nobody knows. */
  readonly available: number | null;
  /** SHA-256 of the files that the engine has for this visit. */
  readonly given: ReadonlySet<string>;
  /** Whether the browser lets the page read what a handle points to; absent before it was asked. */
  readonly permissions: Readonly<Record<string, PermissionState>>;
  /** What is wrong with what was found or given last in the place of a file. */
  readonly wrong: Readonly<Record<string, string>>;
}

export const useRunFiles = create<RunFilesState>()(() => ({
  copies: {},
  remembered: {},
  available: null,
  given: new Set(),
  permissions: {},
  wrong: {},
}));

/** How a file can be had: at once, once the browser may be asked, or from the person alone. */
export type FileStanding = 'here' | 'ask' | 'missing';

export function standingOf(
  { copies, remembered, given, permissions, wrong }: RunFilesState,
  { sha256 }: Pick<DataFile, 'sha256'>,
): FileStanding {
  if (given.has(sha256) || copies[sha256] !== undefined) return 'here';
  const handle = remembered[sha256]?.handle ?? null;
  if (handle === null || wrong[sha256] !== undefined) return 'missing';
  const permission = permissions[sha256] ?? 'prompt';
  if (permission === 'granted') return 'here';
  return permission === 'denied' ? 'missing' : 'ask';
}

/** The files of a run that are not here. */
export function lackingOf(state: RunFilesState, data: DataIdentity | null): readonly DataFile[] {
  return (data?.files ?? []).filter((file) => standingOf(state, file) !== 'here');
}

/** Runs whose data the engine has in memory, whatever becomes of their files. */
const inMemory = new Set<string>();
let listed: Promise<void> = Promise.resolve();

/** Keeps what is known of files in step with the engine, and gives it what its questions need; returns how to stop. */
export function followRunFiles(engine: EngineClient): () => void {
  inMemory.clear();
  engine.beforeAsking((runId) => {
    const needs = runOf(runId)?.kept?.data != null && !inMemory.has(runId);
    return needs ? bringFiles(engine, runId) : null;
  });
  return engine.subscribe((event) => {
    if (event.kind === 'connected') listed = listDataFiles(engine).catch(notifyError);
    else if (event.kind === 'started') inMemory.add(event.runId);
    else if (event.kind === 'failed') inMemory.delete(event.runId);
    else if (event.kind === 'device_lost') {
      for (const { runId, error } of event.fates) if (error !== null) inMemory.delete(runId);
    } else if (event.kind === 'crashed') {
      inMemory.clear();
      useRunFiles.setState({ given: new Set() });
    } else if (event.kind === 'kept' && event.data != null) {
      noteGiven(event.data.files.map(({ sha256 }) => sha256));
    }
  });
}

/** Takes in what the engine says of copies and of what it remembers. */
export async function takeList({ copies, remembered, available }: DataFilesList): Promise<void> {
  const asked = await Promise.all(
    remembered.map(async ({ sha256, handle }) => {
      const state = await handle
        ?.queryPermission?.({ mode: 'read' })
        .catch(() => 'denied' as const);
      return [sha256, state ?? 'granted'] as const;
    }),
  );
  useRunFiles.setState({
    copies: Object.fromEntries(copies.map(({ sha256, bytes }) => [sha256, bytes])),
    remembered: Object.fromEntries(remembered.map((file) => [file.sha256, file])),
    permissions: Object.fromEntries(asked),
    available,
  });
}

async function listDataFiles(engine: EngineClient): Promise<void> {
  await takeList(await engine.ask('list_data_files', null));
}

/**
 * Gives the engine all that a run needs and that can be had; `press` says that the person has just pressed something,
 * so that the browser may ask for permission. Throws LabError `needs_data` for what only the person can give.
 */
export async function bringFiles(
  engine: EngineClient,
  runId: string,
  { press = false }: { readonly press?: boolean } = {},
): Promise<void> {
  await listed;
  const run = runOf(runId);
  const data = run?.kept?.data ?? null;
  if (run === undefined || data === null || inMemory.has(runId)) return;
  const { given, copies } = useRunFiles.getState();
  const wanted = data.files.filter(
    ({ sha256 }) => !given.has(sha256) && copies[sha256] === undefined,
  );
  const found = await Promise.all(wanted.map((file) => findFile(file, press)));
  const files = found.flatMap((file) => file ?? []);
  if (files.length > 0) await give(engine, run, files);
  const [lacking] = lackingOf(useRunFiles.getState(), data);
  if (lacking === undefined) return;
  throw new LabError(
    'needs_data',
    `${run.name} needs ${neededText(lacking, data.rows)}.`,
    useRunFiles.getState().wrong[lacking.sha256] ?? 'Give it that file to go on.',
  );
}

/** Takes files that the person gives for a run; true when it needs no others. */
export async function giveFiles(
  engine: EngineClient,
  runId: string,
  files: readonly File[],
): Promise<boolean> {
  const run = runOf(runId);
  const data = run?.kept?.data ?? null;
  if (run === undefined || data === null) return false;
  try {
    for (const file of files) noteFile(file);
    await give(engine, run, files);
  } catch (error) {
    notifyError(error);
  }
  return lackingOf(useRunFiles.getState(), data).length === 0;
}

/** A file by its handle, or as it was opened in this visit; null where neither is there or may be read. */
async function findFile(needed: DataFile, press: boolean): Promise<File | null> {
  const { name, bytes, sha256 } = needed;
  const handle = useRunFiles.getState().remembered[sha256]?.handle ?? null;
  if (handle === null) return openedFile(needed);
  const mode = { mode: 'read' } as const;
  try {
    let state = (await handle.queryPermission?.(mode)) ?? 'granted';
    if (state === 'prompt' && press) state = (await handle.requestPermission?.(mode)) ?? state;
    useRunFiles.setState(({ permissions }) => ({
      permissions: { ...permissions, [sha256]: state },
    }));
    if (state !== 'granted') return openedFile(needed);
    const file = await handle.getFile();
    if (file.size === bytes) return file;
    noteWrong(
      sha256,
      `${name} was changed: it had ${counted(bytes)}, and has ${counted(file.size)}.`,
    );
  } catch {
    noteWrong(sha256, `${name} is no longer where it was: it was moved, renamed or deleted.`);
  }
  return openedFile(needed);
}

async function give(engine: EngineClient, run: Run, files: readonly File[]): Promise<void> {
  const data = run.kept?.data ?? null;
  if (data === null) return;
  const answer = await engine.ask('give_run_files', { runId: run.id, files });
  const lacking = new Set(answer.lacking.map(({ sha256 }) => sha256));
  noteGiven(data.files.flatMap(({ sha256 }) => (lacking.has(sha256) ? [] : [sha256])));
  for (const wrong of answer.wrong) {
    const needed = data.files.find(({ sha256 }) => sha256 === wrong.needed);
    if (needed !== undefined) noteWrong(wrong.needed, wrongText(wrong, needed, data.rows));
  }
  const own = data.files.find(({ setting, sha256 }) => setting !== 'model' && !lacking.has(sha256));
  const file = own === undefined ? undefined : files.find(({ size }) => size === own.bytes);
  if (file !== undefined) updateRun(run.id, (known) => ({ ...known, file }));
}

/** What is wrong with a file that was given: "acts.npy has 4 000 rows; 5 000 are needed." */
function wrongText(wrong: WrongFile, needed: DataFile, rows: number | null): string {
  const { name } = wrong;
  if (needed.setting === 'path' && rows !== null && wrong.rows !== null && wrong.rows !== rows) {
    return `${name} has ${grouped(wrong.rows)} rows; ${grouped(rows)} are needed.`;
  }
  if (wrong.bytes !== needed.bytes) {
    return `${name} has ${counted(wrong.bytes)}; ${counted(needed.bytes)} are needed.`;
  }
  return wrong.sha256 === null
    ? `${name} cannot be read: it was changed or moved, or it is larger than memory.`
    : `${name} has other content: its sha256 is ${wrong.sha256.slice(0, 12)}…, that of the file that is needed ${needed.sha256.slice(0, 12)}….`;
}

function noteGiven(hashes: readonly string[]): void {
  useRunFiles.setState(({ given, wrong }) => ({
    given: new Set([...given, ...hashes]),
    wrong: Object.fromEntries(Object.entries(wrong).filter(([sha256]) => !hashes.includes(sha256))),
  }));
}

function noteWrong(sha256: string, text: string): void {
  useRunFiles.setState(({ wrong }) => ({ wrong: { ...wrong, [sha256]: text } }));
}

const grouped = (count: number): string => groupDigits(String(count), '\u202f');
const counted = (bytes: number): string => `${grouped(bytes)} bytes`;
