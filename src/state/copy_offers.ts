/**
 * What is kept of a run's files, so that its data are there again after a reload: the handle of each where the browser
 * gives one, else a copy, if the person wants one and it fits. Asked once a file, by a notice that waits.
 */
import { create } from 'zustand';
import { fitsAsCopy, type RememberedFile } from '../lab/protocol/data_files_protocol';
import type { DataFile } from '../lab/run/data_identity';
import type { EngineClient } from './engine_client';
import { closeNotice, notify, notifyError } from './notices_store';
import { handleOf, openedFile } from './opened_files';
import { giveFiles, takeList, useRunFiles } from './run_files';
import { runOf } from './runs_store';

/** A copy that may be wanted. */
export interface CopyOffer {
  readonly runId: string;
  readonly names: string;
  readonly bytes: number;
  /** Bytes that are free; null while nobody knows. */
  readonly available: number | null;
  /** Whether there is room for it. */
  readonly fits: boolean;
}

/** What was not offered to the person yet. */
export const useCopyOffers = create<{ readonly offers: readonly CopyOffer[] }>()(() => ({
  offers: [],
}));

/** Remembers the files of every run that begins to be kept, and offers copies; returns how to stop. */
export function followNewFiles(engine: EngineClient): () => void {
  return engine.subscribe((event) => {
    if (event.kind !== 'kept' || event.data == null) return;
    for (const file of event.data.files) rememberHandle(engine, file);
    const open = event.data.files.filter(isForgotten);
    if (open.length > 0) offerCopies(engine, event.runId, open);
  });
}

/** Takes files that the person gives for a run, and remembers them; true when it needs no others. */
export async function takeForRun(
  engine: EngineClient,
  runId: string,
  files: readonly File[],
): Promise<boolean> {
  const whole = await giveFiles(engine, runId, files);
  const { given } = useRunFiles.getState();
  const known = runOf(runId)?.kept?.data?.files.filter(({ sha256 }) => given.has(sha256)) ?? [];
  for (const file of known) rememberHandle(engine, file);
  const open = known.filter(isForgotten);
  if (open.length > 0) offerCopies(engine, runId, open);
  return whole;
}

/** Remembers a file that came with a handle. */
function rememberHandle(engine: EngineClient, { name, bytes, sha256 }: DataFile): void {
  const file = openedFile({ name, bytes });
  const handle = file === null ? null : handleOf(file);
  if (handle === null) return;
  remember(engine, { sha256, name, bytes, handle, declined: false });
  useRunFiles.setState(({ permissions, wrong }) => ({
    permissions: { ...permissions, [sha256]: 'granted' },
    wrong: Object.fromEntries(Object.entries(wrong).filter(([key]) => key !== sha256)),
  }));
}

/** Keeps copies of the files of a run. */
export async function keepCopies(engine: EngineClient, runId: string): Promise<void> {
  const keeping = notify({ tone: 'info', title: 'Keeping a copy…', stays: true });
  try {
    await takeList(await engine.ask('copy_run_files', { runId }));
    closeNotice(keeping);
    const name = runOf(runId)?.name ?? 'The run';
    notify({ tone: 'info', title: `A copy is kept: ${name} goes on after a reload.` });
  } catch (error) {
    closeNotice(keeping);
    notifyError(error);
  }
}

/** Takes a copy away. */
export async function removeCopy(engine: EngineClient, sha256: string): Promise<void> {
  try {
    await takeList(await engine.ask('remove_copy', { sha256 }));
  } catch (error) {
    notifyError(error);
  }
}

/** Whether a file would be gone after a reload, and nobody was asked about it. */
function isForgotten({ sha256 }: DataFile): boolean {
  const { copies, remembered } = useRunFiles.getState();
  return copies[sha256] === undefined && remembered[sha256] === undefined;
}

function offerCopies(engine: EngineClient, runId: string, files: readonly DataFile[]): void {
  // Asked once, whatever becomes of the question.
  for (const { sha256, name, bytes } of files) {
    remember(engine, { sha256, name, bytes, handle: null, declined: true });
  }
  const { available } = useRunFiles.getState();
  const names = files.map(({ name }) => name).join(', ');
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const offer = { runId, names, bytes, available, fits: fitsAsCopy(bytes, available) };
  useCopyOffers.setState(({ offers }) => ({ offers: [...offers, offer] }));
}

function remember(engine: EngineClient, file: RememberedFile): void {
  useRunFiles.setState(({ remembered }) => ({
    remembered: { ...remembered, [file.sha256]: file },
  }));
  engine.ask('remember_file', { file }).catch(notifyError);
}
