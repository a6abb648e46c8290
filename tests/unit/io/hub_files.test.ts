/**
 * Downloads from the hub against a server of the test's own: one way through, interruptions, servers that
 * misbehave, too little room. What must hold: the bytes are right or refused, what came is not fetched again,
 * and every refusal says what to do.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { MemoryFileStore } from '../../../src/io/file_store';
import { HubFiles } from '../../../src/io/hub_files';
import { REVISION, startHub, type HubServer } from './hub_server';

const ID = 'some-group/tiny-gpt2';
const NAMES = ['config.json', 'tokenizer.json', 'model.safetensors'];
const LARGE = 300_000;
const model = Uint8Array.from({ length: LARGE }, (_, i) => (i * 31 + (i >> 8)) % 251);
const text = (content: string) => new TextEncoder().encode(content);
const files = new Map([
  ['.gitattributes', text('x')],
  ['config.json', text('{"model_type":"gpt2"}')],
  ['tokenizer.json', text('{}')],
  ['model.safetensors', model],
]);

/** Whether bytes are the large file; comparing them one by one in an expectation would take a second. */
const isModel = (bytes: Uint8Array | null) => bytes !== null && Buffer.compare(bytes, model) === 0;

let server: HubServer;
let store: MemoryFileStore;
const pauses: number[] = [];

beforeEach(async () => {
  server = await startHub(ID, files);
  store = new MemoryFileStore();
  pauses.length = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
  return server.close();
});

function hub(own = store): HubFiles {
  return new HubFiles({
    store: own,
    hub: server.address,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  });
}

async function complaint(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'no complaint';
  } catch (error) {
    if (!(error instanceof LabError)) return `not a LabError: ${String(error)}`;
    return `${error.code}: ${error.message} ${error.wayOut}`;
  }
}

const readModel = async (from: HubFiles, signal?: AbortSignal) =>
  (await from.open(ID, NAMES, undefined, signal)).read('model.safetensors');

/** Requests for the large file that reached the place where its bytes are. */
const largeRequests = () => server.requests.filter((path) => path.startsWith('/cdn/model'));

describe('a download', () => {
  it('gives each file, tells of its bytes, and asks for the commit that was listed', async () => {
    const told: string[] = [];
    const opened = await hub().open(ID, NAMES, (file, received, total) => {
      told.push(`${file} ${received}/${total}`);
    });
    expect(await opened.read('config.json')).toEqual(files.get('config.json'));
    expect(await opened.read('model.safetensors')).toSatisfy(isModel);
    expect(await opened.read('vocab.txt')).toBeNull();
    expect(told).toContain('config.json 21/21');
    expect(told.at(-1)).toBe(`model.safetensors ${LARGE}/${LARGE}`);
    expect(server.requests).toContain(`/${ID}/resolve/${REVISION}/model.safetensors`);
  });

  it('is kept: a second visit needs no network', async () => {
    const first = await hub().open(ID, NAMES);
    for (const name of NAMES) await first.read(name);
    await server.close();
    const again = await hub().open(ID, NAMES);
    expect(await again.read('config.json')).toEqual(files.get('config.json'));
    expect(await again.read('model.safetensors')).toSatisfy(isModel);
    expect(await hub().list()).toEqual([{ id: ID, bytes: LARGE + 23, isWhole: true }]);
    await hub().remove(ID);
    expect(await hub().list()).toEqual([]);
  });

  it('reads files one after the other when asked for all at once', async () => {
    const opened = await hub().open(ID, NAMES);
    const [config, tokenizer, weights = null] = await Promise.all(
      NAMES.map((name) => opened.read(name)),
    );
    expect([config, tokenizer]).toEqual([files.get('config.json'), files.get('tokenizer.json')]);
    expect(weights).toSatisfy(isModel);
  });
});

describe('an interruption', () => {
  it('is mended by itself, without fetching a byte twice', async () => {
    server.fault.dropAfter = [100_000, 50_000];
    expect(await readModel(hub())).toSatisfy(isModel);
    expect(largeRequests().slice(0, 1)).toEqual(['/cdn/model.safetensors']);
    const starts = largeRequests().map((path) => Number(/=(\d+)-/.exec(path)?.[1] ?? 0));
    expect(starts).toEqual([0, 100_000, 150_000]);
  });

  it('that lasts says where it stopped; choosing the model again goes on there', async () => {
    server.fault.dropAfter = [200_000, 0, 0, 0, 0, 0];
    expect(await complaint(readModel(hub()))).toBe(
      'not_found: The connection dropped after 0.19 of 0.29 MiB of model.safetensors of some-group/tiny-gpt2. ' +
        'Choose the model again: the download goes on where it stopped.',
    );
    expect(pauses).toEqual([500, 1000, 2000, 4000]);
    expect(await hub().list()).toEqual([{ id: ID, bytes: LARGE + 23, isWhole: false }]);
    server.fault.dropAfter = [];
    server.requests.length = 0;
    expect(await readModel(hub())).toSatisfy(isModel);
    // The listing is not asked for again: the rest must be of the same commit.
    expect(server.requests).toEqual([
      `/${ID}/resolve/${REVISION}/model.safetensors bytes=200000-`,
      '/cdn/model.safetensors bytes=200000-',
    ]);
  });

  it('by the person keeps what has come', async () => {
    const controller = new AbortController();
    const opened = await hub().open(
      ID,
      NAMES,
      (file, received) => {
        if (file === 'model.safetensors' && received > 0) controller.abort();
      },
      controller.signal,
    );
    expect(await complaint(opened.read('model.safetensors'))).toMatch(
      'cancelled: Loading some-group/tiny-gpt2 was cancelled. What has come is kept',
    );
    expect(await store.size(ID, 'model.safetensors')).toBeGreaterThan(0);
    expect(await readModel(hub())).toSatisfy(isModel);
  });

  it('by the person while the hub answers is no fault of the hub', async () => {
    const controller = new AbortController();
    const stop = (): Promise<never> => {
      controller.abort();
      return Promise.reject(new DOMException('Aborted', 'AbortError'));
    };
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(Object.assign(new Response(), { json: stop }));
    expect(await complaint(hub().open(ID, NAMES, undefined, controller.signal))).toMatch(
      'cancelled: Loading some-group/tiny-gpt2 was cancelled.',
    );
  });

  it('after the last byte and before the check asks for nothing', async () => {
    const opened = await hub().open(ID, NAMES);
    const file = await store.continueAfter(ID, 'model.safetensors', 0);
    file.append(model);
    file.close();
    expect(await opened.read('model.safetensors')).toSatisfy(isModel);
    expect(largeRequests()).toEqual([]);
  });
});

describe('a server that misbehaves', () => {
  it('and sends a file from its beginning is believed', async () => {
    server.fault.noRanges = true;
    server.fault.dropAfter = [100_000];
    expect(await readModel(hub())).toSatisfy(isModel);
  });

  it('and sends other bytes is found out; the file is then fetched anew', async () => {
    server.fault.flipAt = 1234;
    expect(await complaint(readModel(hub()))).toMatch(
      /^bad_data: model\.safetensors of some-group\/tiny-gpt2 arrived damaged: its SHA-256 is [0-9a-f]{64} and should be [0-9a-f]{64}\. Choose the model again/,
    );
    server.fault.flipAt = null;
    expect(await readModel(hub())).toSatisfy(isModel);
  });

  it('and is out of order is tried again, then given up with its status', async () => {
    const opened = await hub().open(ID, NAMES);
    server.fault.status = 503;
    expect(await complaint(opened.read('config.json'))).toBe(
      'not_found: some-group/tiny-gpt2 cannot be fetched from the Hugging Face hub: the server answered 503. ' +
        'Check the connection and choose the model again; what has come is kept. stories15M needs no download.',
    );
    server.fault.status = null;
    expect(await opened.read('config.json')).toEqual(files.get('config.json'));
  });

  it('and talks of something else is not understood', async () => {
    const other = await startHub('x', new Map());
    const strange = new HubFiles({ store, hub: `${other.address}/cdn` });
    expect(await complaint(strange.open('x', NAMES))).toMatch('bad_data: The Hugging Face hub');
    await other.close();
  });
});

describe('what cannot be had', () => {
  it('is a model that the hub does not have', async () => {
    expect(await complaint(hub().open('nobody/nothing', NAMES))).toMatch(
      /^not_found: The Hugging Face hub has no public model nobody\/nothing .*\(it answered 401\)/,
    );
    expect(await store.folders()).toEqual([]);
  });

  it('is a file that the model does not have', async () => {
    expect(await complaint(hub().open(ID, ['config.json', 'pytorch_model.bin']))).toMatch(
      'not_found: some-group/tiny-gpt2 on the Hugging Face hub has no pytorch_model.bin; it has config.json, tokenizer.json, model.safetensors.',
    );
  });

  it('is weights in parts, with how to make one file of them', async () => {
    const parts = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const names = ['config.json', 'tokenizer.json', ...parts];
    const other = await startHub('a/b', new Map(names.map((name) => [name, new Uint8Array(8)])));
    const opened = new HubFiles({ store, hub: other.address }).open('a/b', NAMES);
    await expect(opened).rejects.toMatchObject({
      code: 'not_found',
      message: `a/b on the Hugging Face hub has no model.safetensors; it has its weights in parts (${parts.join(', ')}).`,
      wayOut: expect.stringContaining('In Python: from transformers') as string,
    });
    await expect(opened).rejects.toMatchObject({
      wayOut: expect.stringContaining('M.from_pretrained("a/b").save_pretrained(') as string,
    });
    await other.close();
  });

  it('is a name that is none', async () => {
    for (const id of ['a/b/c', 'https://example.org/x', '../x', '']) {
      expect(await complaint(hub().open(id, NAMES))).toMatch('bad_config:');
    }
    expect(server.requests).toEqual([]);
  });

  it('is anything when nobody answers', async () => {
    await server.close();
    expect(await complaint(hub().open(ID, NAMES))).toMatch(
      'not_found: some-group/tiny-gpt2 cannot be fetched from the Hugging Face hub:',
    );
  });
});

describe('too little room', () => {
  it('is told before anything is fetched, with what is needed and there', async () => {
    const small = new MemoryFileStore(100_000);
    expect(await complaint(hub(small).open(ID, NAMES))).toMatch(
      "out_of_memory: some-group/tiny-gpt2 needs 0.29 MiB more of this browser's storage, and 0.10 MiB are available.",
    );
    expect(largeRequests()).toEqual([]);
    expect(await small.folders()).toEqual([]);
  });

  it('is told when others use the room up on the way', async () => {
    const shrinking = new MemoryFileStore(LARGE + 2000);
    const opened = await hub(shrinking).open(ID, NAMES);
    const other = await shrinking.continueAfter('other', 'file', 0);
    other.append(new Uint8Array(100_000));
    expect(await complaint(opened.read('model.safetensors'))).toMatch(
      /^out_of_memory: some-group\/tiny-gpt2 needs 0\.\d+ MiB more .* Delete models/,
    );
    await shrinking.remove('other');
    expect(await readModel(hub(shrinking))).toSatisfy(isModel);
  });

  it('counts what has come', async () => {
    server.fault.dropAfter = [200_000, 0, 0, 0, 0, 0];
    const tight = new MemoryFileStore(LARGE + 2000);
    await complaint(readModel(hub(tight)));
    server.fault.dropAfter = [];
    expect(await readModel(hub(tight))).toSatisfy(isModel);
  });
});
