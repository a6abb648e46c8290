/**
 * A small hub on this machine for the tests of downloads: it lists models as the real one does, sends files
 * by way of another address, takes no preflight, and can drop connections, refuse ranges, change its mind or be out of order.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface HubFault {
  /** Breaks the next connections after so many bytes of the large file. */
  dropAfter: number[];
  /** Sends files from the beginning, whatever range is asked for. */
  noRanges: boolean;
  /** Answers everything with this status. */
  status: number | null;
  /** Sends another byte than the one announced at this place of the large file. */
  flipAt: number | null;
}

export interface HubServer {
  readonly address: string;
  readonly fault: HubFault;
  /** What was asked for: path and range. */
  readonly requests: string[];
  close(): Promise<void>;
}

export const REVISION = '0123456789abcdef0123456789abcdef01234567';
const LARGE = 'model.safetensors';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Serves one model under `id`. */
export async function startHub(
  id: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<HubServer> {
  const fault: HubFault = { dropAfter: [], noRanges: false, status: null, flipAt: null };
  const requests: string[] = [];
  const listing = {
    id,
    sha: REVISION,
    siblings: [...files].map(([rfilename, bytes]) => ({
      rfilename,
      size: bytes.length,
      blobId: 'x',
      ...(rfilename === LARGE
        ? { lfs: { size: bytes.length, sha256: sha256(bytes), pointerSize: 130 } }
        : {}),
    })),
  };

  const sendFile = (name: string, request: IncomingMessage, response: ServerResponse): void => {
    const bytes = files.get(name) ?? new Uint8Array();
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const from = range === null || fault.noRanges ? 0 : Number(range[1]);
    if (from >= bytes.length && from > 0) return void response.writeHead(416).end();
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    const body = bytes.slice(from);
    if (name === LARGE && fault.flipAt !== null) body[fault.flipAt - from] = 255;
    const drop = name === LARGE ? fault.dropAfter.shift() : undefined;
    if (drop === undefined) response.end(body);
    else response.write(body.subarray(0, drop), () => setTimeout(() => response.destroy(), 20));
  };

  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    response.setHeader('access-control-allow-origin', '*');
    requests.push(
      `${path}${request.headers.range === undefined ? '' : ` ${request.headers.range}`}`,
    );
    const file = /^\/cdn\/(.+)$/.exec(path)?.[1];
    const resolved = path.startsWith(`/${id}/resolve/${REVISION}/`) ? path.split('/').at(-1) : null;
    if (fault.status !== null) response.writeHead(fault.status).end();
    else if (path === `/api/models/${id}?blobs=true`) response.end(JSON.stringify(listing));
    else if (file !== undefined) sendFile(file, request, response);
    else if (typeof resolved === 'string' && files.has(resolved)) {
      response.writeHead(302, { location: `/cdn/${resolved}` }).end();
    } else response.writeHead(401).end('{"error":"Repository not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = server.address();
  if (place === null || typeof place === 'string') throw new Error('the server has no port');
  return {
    address: `http://127.0.0.1:${place.port}`,
    fault,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
