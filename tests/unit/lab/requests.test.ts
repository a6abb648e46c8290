/**
 * The table of requests: the worker's handlers, the client and the scripted engine know every question by its name
 * and no other, and whatever is asked of the engine is answered once, by an answer or by a failure.
 */
import { afterEach, expect, expectTypeOf, it, vi } from 'vitest';
import type { AskOf, RequestName } from '../../../src/lab/protocol/requests';
import type { Command, Event } from '../../../src/lab/protocol/protocol';
import { defaultPreset } from '../../../src/lab/run/presets';
import { EngineHost } from '../../../src/lab/worker/engine_host';
import {
  handlersOf,
  MOVED,
  type HandlerParts,
  type Handlers,
} from '../../../src/lab/worker/handlers';
import { EngineClient, type EngineWorker } from '../../../src/state/engine_client';
import type { useQuestion } from '../../../src/state/use_question';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';

const about = { runId: 'run', model: 0 };
const annotated = { runId: 'run', annotated: 0, step: 0 };
const { config } = defaultPreset;
/** A question of every name; the type asks for all of them. */
const EVERY: { readonly [Name in RequestName]: AskOf<Name> } = {
  estimate: { config },
  preview: { config },
  describe_data: { config },
  groups: about,
  group_card: { ...about, group: 12 },
  diagnose: about,
  count_moves: about,
  make_moves: about,
  probe_checkpoint: { runId: 'run', checkpoint: 10 },
  evaluate: about,
  export: { ...about, format: 'metrics_csv' },
  load_language_model: { id: 'openai-community/gpt2' },
  list_language_models: null,
  delete_language_model: { id: 'openai-community/gpt2' },
  read_text: { ...about, text: 'Lily saw a ball.' },
  steer_text: {
    ...about,
    group: 12,
    prompt: 'Once',
    edit: { kind: 'scale', factor: 0 },
    temperature: 0,
    seed: 0,
    length: 4,
  },
  splice: { ...about, tokens: 16 },
  attribute_logits: { ...about, group: 12 },
  list_kept_runs: null,
  kept_past: { runId: 'run' },
  probe_run: { runId: 'run' },
  rename_kept_run: { runId: 'run', name: 'Mine' },
  describe_kept_run: { runId: 'run', about: { starred: true, tags: ['week'], note: 'Look.' } },
  annotations: annotated,
  annotate: { ...annotated, changes: { 3: null } },
  attach_annotations: { ...annotated, weights: 'ab'.repeat(32), file: null },
  weights_sha256: about,
  delete_kept_run: { runId: 'run' },
  restore_kept_run: { runId: 'run' },
  weigh_kept_runs: { runIds: ['run'] },
  export_kept_runs: { runIds: null, checkpoints: 'latest', to: null },
  import_runs: { files: [] },
  list_data_files: null,
  give_run_files: { runId: 'run', files: [] },
  copy_run_files: { runId: 'run' },
  remove_copy: { sha256: '5f' },
  remember_file: {
    file: { sha256: '5f', name: 'a.npy', bytes: 5, handle: null, declined: true },
  },
};
const names = Object.keys(EVERY) as RequestName[];

function askAll(client: EngineClient): Promise<PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(names.map((name) => client.ask(name, EVERY[name])));
}

/** The engine behind the worker's door, where there is neither WebGPU nor anything to read. */
class HostWorker implements EngineWorker {
  onmessage: EngineWorker['onmessage'] = null;
  onerror: EngineWorker['onerror'] = null;
  onmessageerror: EngineWorker['onmessageerror'] = null;
  readonly commands: Command[] = [];
  readonly events: Event[] = [];
  readonly #host = new EngineHost(undefined, (event) => {
    this.events.push(event);
    this.onmessage?.(new MessageEvent('message', { data: event }));
  });
  postMessage(command: Command): void {
    this.commands.push(command);
    void this.#host.handle(command);
  }
  terminate(): void {
    // It holds nothing.
  }
}

afterEach(() => vi.unstubAllGlobals());

it('is what the types of handlers, client and hook are keyed by', () => {
  expectTypeOf<keyof Handlers>().toEqualTypeOf<RequestName>();
  expectTypeOf<Parameters<EngineClient['ask']>[0]>().toEqualTypeOf<RequestName>();
  expectTypeOf<Parameters<typeof useQuestion>[0]>().toEqualTypeOf<RequestName>();
});

it('has a handler for every name, and none for others', () => {
  const handlers = handlersOf({} as HandlerParts);
  expect(Object.keys(handlers).sort()).toEqual([...names].sort());
});

it('moves the bytes of a file that was written for the page, and copies all else', () => {
  const bytes = new ArrayBuffer(8);
  expect(Object.keys(MOVED)).toEqual(['export', 'make_moves']);
  const file = { step: 1, filename: 'a.csv', mimeType: 'text/csv', bytes };
  expect(MOVED.export?.(file)).toEqual([bytes]);
  expect(MOVED.make_moves?.({ made: [], folder: file })).toEqual([bytes]);
  expect(MOVED.make_moves?.({ made: [], folder: null })).toEqual([]);
});

it('is answered by the engine name by name, each question once', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('there is no network')));
  const worker = new HostWorker();
  const outcomes = await askAll(new EngineClient(() => worker));
  const failures = outcomes.map((outcome): unknown =>
    outcome.status === 'rejected' ? outcome.reason : null,
  );
  const codes = Object.fromEntries(
    names.map((name, index) => [name, (failures[index] as { code?: string } | null)?.code]),
  );
  // No run is there, and made data need no GPU.
  expect(codes).toMatchObject({
    estimate: 'no_webgpu',
    groups: 'not_found',
    group_card: 'not_found',
    diagnose: 'not_found',
    evaluate: 'not_found',
    export: 'not_found',
    load_language_model: 'no_webgpu',
    delete_language_model: 'no_webgpu',
    read_text: 'not_found',
    steer_text: 'not_found',
    splice: 'not_found',
    attribute_logits: 'not_found',
  });
  expect(codes.preview).toBeUndefined();
  const ended = worker.events.flatMap((event) =>
    event.kind === 'answer' || event.kind === 'request_failed' ? [event.requestId] : [],
  );
  const asked = worker.commands.flatMap((sent) => (sent.kind === 'ask' ? [sent.requestId] : []));
  expect(ended.sort((a, b) => a - b)).toEqual(asked);
});

it('is answered by the scripted engine name by name', async () => {
  const fake = new FakeEngine({ interval: 0, stepsPerTurn: 1, adapter: FAKE_ADAPTER });
  const client = new EngineClient(() => fake);
  client.send({ kind: 'start', runId: 'run', config });
  const asked = askAll(client);
  await expect.poll(() => fake.commands.length).toBe(names.length + 1);
  fake.turn();
  const failed = (await asked).flatMap(({ status }, index) =>
    status === 'rejected' ? [names[index]] : [],
  );
  expect(failed).toEqual([]);
});
