/**
 * What the Hugging Face hub says about a model: the commit that its files are at now, their sizes, and the
 * SHA-256 of the large ones. Downloads name that commit, so that what arrives later belongs to what arrived
 * before. Source: the hub's HTTP interface, GET /api/models/{id}?blobs=true.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';

export const HUB = 'https://huggingface.co';

/** A file of a model on the hub. */
interface HubFile {
  readonly size: number;
  /** Hexadecimal; null for small files, which the hub keeps in git. */
  readonly sha256: string | null;
}

export interface HubListing {
  /** Commit. */
  readonly revision: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

const size = z.int().check(z.gte(0));

const listingSchema = z.object({
  sha: z.string().check(z.regex(/^[0-9a-f]{40,64}$/)),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.optional(z.nullable(size)),
      lfs: z.optional(
        z.nullable(z.object({ size, sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) })),
      ),
    }),
  ),
});

/** "gpt2" or "openai-community/gpt2". */
const idPattern = /^[\w.-]+(?:\/[\w.-]+)?$/;

/** Throws LabError `bad_config` when a text cannot be the name of a model on the hub. */
export function requireHubId(id: string): void {
  if (idPattern.test(id) && !id.includes('..')) return;
  throw new LabError(
    'bad_config',
    `"${id}" is not the name of a model on the Hugging Face hub.`,
    'Names look like openai-community/gpt2.',
  );
}

/**
 * Asks the hub for a model. Throws LabError `bad_config` for an impossible name, `not_found` when the hub has
 * no such public model or cannot be reached, `bad_data` when its answer cannot be understood, `cancelled`.
 */
export async function fetchListing(
  id: string,
  hub: string,
  signal?: AbortSignal,
): Promise<HubListing> {
  requireHubId(id);
  const response = await fetchFromHub(`${hub}/api/models/${id}?blobs=true`, id, { signal });
  const parsed = listingSchema.safeParse(await response.json().catch(() => null));
  if (signal?.aborted === true) throw cancelled(id);
  if (!parsed.success) {
    throw new LabError(
      'bad_data',
      `The Hugging Face hub's answer about ${id} cannot be understood.`,
      'Download config.json, tokenizer.json and model.safetensors by hand and drop them onto the page.',
    );
  }
  const files = parsed.data.siblings.flatMap(({ rfilename, size: own, lfs }) => {
    const bytes = lfs?.size ?? own ?? null;
    return bytes === null
      ? []
      : [[rfilename, { size: bytes, sha256: lfs?.sha256 ?? null }] as const];
  });
  return { revision: parsed.data.sha, files: new Map(files) };
}

/** How a request to the hub differs from a plain one. */
export interface HubRequest {
  readonly signal?: AbortSignal | undefined;
  /** First byte wanted. */
  readonly from?: number;
}

/**
 * A request to the hub. A lone `Range` is the one header that needs no preflight, which the servers that the
 * hub sends one to refuse. Throws LabError `not_found` for what is not there or not public, `cancelled`;
 * Unreachable when there is no connection or the server is in trouble.
 */
export async function fetchFromHub(
  address: string,
  id: string,
  { signal, from = 0 }: HubRequest,
): Promise<Response> {
  const response = await fetch(address, {
    signal: signal ?? null,
    referrerPolicy: 'no-referrer',
    headers: from > 0 ? { Range: `bytes=${from}-` } : {},
  }).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cancelled(id);
    throw unreachable(id, cause);
  });
  if (response.ok || response.status === 416) return response;
  // The hub does not tell a private model from one that is not there.
  if ([401, 403, 404].includes(response.status)) {
    throw new LabError(
      'not_found',
      `The Hugging Face hub has no public model ${id} with that file (it answered ${response.status}).`,
      'Check the name; models that need a login must be downloaded by hand and dropped onto the page.',
    );
  }
  throw unreachable(id, new Error(`the server answered ${response.status}`));
}

/** The error of a request that was given up. */
export function cancelled(id: string): LabError {
  return new LabError(
    'cancelled',
    `Loading ${id} was cancelled.`,
    'What has come is kept; choose the model again to go on.',
  );
}

/** No answer, or none that is of use now: worth another try. */
export class Unreachable extends LabError {}

function unreachable(id: string, cause: unknown): LabError {
  const wayOut =
    'Check the connection and choose the model again; what has come is kept. stories15M needs no download.';
  if (typeof navigator !== 'undefined' && 'onLine' in navigator && !navigator.onLine) {
    const message = `${id} cannot be fetched: this computer is offline.`;
    return new LabError('not_found', message, wayOut, { cause });
  }
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = `${id} cannot be fetched from the Hugging Face hub: ${said}.`;
  return new Unreachable('not_found', message, wayOut, { cause });
}
