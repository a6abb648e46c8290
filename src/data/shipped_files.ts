/**
 * Reads the files that ship with the page over HTTP, telling how many bytes have come. The command line
 * reads the same files from its disk instead.
 */
import { LabError } from '../base/lab_error';
import type { ReadShipped } from './words';

/** Told after every piece of a file; `total` is null when the server does not say. */
export type OnBytes = (path: string, received: number, total: number | null) => void;

/**
 * A reader of files below `base`, the address of the folder `public` as served. Its promises reject with
 * LabError `not_found` when the file is not there or does not arrive, `cancelled` when aborted.
 */
export function httpReader(base: string, onBytes?: OnBytes, signal?: AbortSignal): ReadShipped {
  return async (path) => {
    try {
      const response = await fetch(new URL(path, base), signal === undefined ? {} : { signal });
      if (!response.ok) throw notLoaded(path, `the server answered ${response.status}`);
      const length = response.headers.get('content-length');
      // A compressed transfer gives the bytes on the wire, not those of the file.
      const packed = response.headers.get('content-encoding') !== null;
      const total = length === null || packed ? null : Number(length);
      return await collect(response, (received) => onBytes?.(path, received, total));
    } catch (cause) {
      if (cause instanceof LabError) throw cause;
      if (signal?.aborted === true) {
        throw new LabError('cancelled', `Loading ${path} was cancelled.`, 'Choose the data again.');
      }
      throw notLoaded(path, cause instanceof Error ? cause.message : String(cause), cause);
    }
  };
}

async function collect(
  response: Response,
  onReceived: (bytes: number) => void,
): Promise<ArrayBuffer> {
  if (response.body === null) return response.arrayBuffer();
  const pieces: Uint8Array[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    received += value.byteLength;
    onReceived(received);
  }
  const whole = new Uint8Array(received);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.byteLength;
  }
  return whole.buffer;
}

function notLoaded(path: string, reason: string, cause?: unknown): LabError {
  return new LabError(
    'not_found',
    `The file ${path} could not be loaded: ${reason}.`,
    'Check the connection to the place that serves this page, and try again.',
    { cause },
  );
}
