/**
 * The download of one file whose address always means the same bytes: what has come is written at once, a
 * dropped connection is taken up where it broke, and what cannot be mended is said with the bytes that came.
 * It knows no manifest and checks no content but its length.
 */
import { LabError } from '../base/lab_error';
import type { FileStore } from './file_store';
import { cancelled, fetchFromHub, Unreachable } from './hub_listing';

export interface Download {
  readonly address: string;
  readonly store: FileStore;
  /** The model: folder in the store, and name in messages. */
  readonly id: string;
  readonly name: string;
  /** Bytes of the whole file. */
  readonly total: number;
  readonly onBytes: (received: number, total: number) => void;
  readonly signal: AbortSignal | undefined;
  /** Waits between two tries, ms. */
  readonly pause: (ms: number) => Promise<void>;
}

/** Tries in a row that bring nothing before a download is given up. */
const MOST_FAILURES = 4;
const FIRST_PAUSE_MS = 500;

/**
 * Brings a file to its full size, going on where the last try stopped. Throws LabError `not_found` when the
 * connection drops for good, `out_of_memory` when the store is full, `bad_data` when more comes than
 * announced, `cancelled`; what has come stays in the store.
 */
export async function downloadFile(download: Download): Promise<void> {
  const { store, id, name, total, signal, pause } = download;
  const kept = async () => Math.min((await store.size(id, name)) ?? 0, total);
  let have = await kept();
  if (total === 0) (await store.continueAfter(id, name, 0)).close();
  for (let failures = 0; have < total;) {
    let failure: unknown = null;
    try {
      await fetchOn(download, have);
    } catch (error) {
      if (signal?.aborted === true) throw cancelled(id);
      if (error instanceof LabError && !(error instanceof Unreachable)) throw error;
      failure = error;
    }
    const before = have;
    have = await kept();
    if (have >= total) return;
    failures = have > before ? 1 : failures + 1;
    if (failures > MOST_FAILURES) throw dropped(download, have, failure);
    await pause(FIRST_PAUSE_MS * 2 ** (failures - 1));
  }
}

/** One request for what is missing after the first `have` bytes. */
async function fetchOn(download: Download, have: number): Promise<void> {
  const { address, store, id, name, total, onBytes, signal } = download;
  const response = await fetchFromHub(address, id, { signal, from: have });
  // Only 206 goes on: a server that knows no ranges begins again, and after 416 so must we.
  const start = response.status === 206 ? have : 0;
  const file = await store.continueAfter(id, name, start);
  let received = start;
  try {
    onBytes(received, total);
    if (response.status === 416 || response.body === null) return;
    for await (const piece of piecesOf(response.body)) {
      if (received + piece.length > total) throw tooLong(download);
      file.append(piece);
      received += piece.length;
      onBytes(received, total);
    }
  } catch (error) {
    if (!isFull(error)) throw error;
    throw noRoom(id, total - received, (await store.available()) ?? 0, error);
  } finally {
    file.close();
  }
}

/** A stream's pieces; Safari's streams are no async iterables. */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'QuotaExceededError';

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0);

/** The store cannot hold what is still to come. */
export function noRoom(id: string, needed: number, available: number, cause?: unknown): LabError {
  return new LabError(
    'out_of_memory',
    `${id} needs ${mebibytes(needed)} MiB more of this browser's storage, and ${mebibytes(available)} MiB are available.`,
    'Delete models that are kept here, or free space on the disk, and choose the model again.',
    { cause },
  );
}

function tooLong({ id, name, total }: Download): LabError {
  return new LabError(
    'bad_data',
    `${name} of ${id} is longer than the ${total} bytes that the hub announced.`,
    'Choose the model again; if it happens again, download its files by hand and drop them onto the page.',
  );
}

function dropped({ id, name, total }: Download, have: number, cause: unknown): LabError {
  if (have === 0 && cause instanceof LabError) return cause;
  return new LabError(
    'not_found',
    `The connection dropped after ${mebibytes(have)} of ${mebibytes(total)} MiB of ${name} of ${id}.`,
    'Choose the model again: the download goes on where it stopped.',
    { cause },
  );
}
