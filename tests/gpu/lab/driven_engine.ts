/** An engine over a store of kept runs, driven by commands, and a GPU whose devices can be lost on demand. */
import { unzipSync } from 'fflate';
import { at } from '../../../src/base/array';
import type { MemoryFileStore } from '../../../src/io/file_store';
import { KeptRuns } from '../../../src/lab/keep/kept_runs';
import type { Command, Event } from '../../../src/lab/protocol/protocol';
import type { AnswerOf, AskOf, RequestName } from '../../../src/lab/protocol/requests';
import { EngineHost } from '../../../src/lab/worker/engine_host';
import { MemoryLocks, type MemoryIndex } from '../../support/memory_runs';
import { testGpu } from '../adapter';

/** Where runs are kept; null where nothing is. */
export interface Places {
  readonly files: MemoryFileStore;
  readonly index: MemoryIndex;
}

/** An engine over some files, which another tab may have written. */
export function drivenEngine(places: Places | null, gpu: GPU = testGpu()) {
  const events: Event[] = [];
  let listeners: ((event: Event) => void)[] = [];
  const open = (kept: Places) => () =>
    Promise.resolve(new KeptRuns({ ...kept, locks: new MemoryLocks(), now: () => 1 }));
  const host = new EngineHost(
    gpu,
    (event) => {
      events.push(event);
      for (const listen of listeners) listen(event);
    },
    places === null ? null : open(places),
  );
  /** Resolves at an event that was there, or comes after `since` others. */
  const until = (test: (event: Event) => boolean, since = 0) =>
    new Promise<void>((done) => {
      if (events.slice(since).some(test)) {
        done();
        return;
      }
      const listen = (event: Event) => {
        if (!test(event)) return;
        listeners = listeners.filter((other) => other !== listen);
        done();
      };
      listeners.push(listen);
    });
  let requestId = 0;
  const ask = async <Name extends RequestName>(name: Name, about: AskOf<Name>) => {
    requestId += 1;
    const id = requestId;
    await host.handle({ kind: 'ask', requestId: id, name, ask: about } as Command);
    const answer = events.find(
      (event) =>
        'requestId' in event && event.requestId === id && event.kind !== 'analysis_progress',
    );
    if (answer?.kind === 'request_failed') throw new Error(JSON.stringify(answer.error));
    if (answer?.kind !== 'answer') throw new Error(`${name} was not answered`);
    return answer.answer as AnswerOf<Name>;
  };
  /** Files of a model's folder by name. */
  const folder = async (runId: string, model: number) => {
    const format = 'saelens_folder';
    const { bytes } = await ask('export', { runId, model, format });
    return unzipSync(new Uint8Array(bytes));
  };
  /** The weights of the first `count` models. */
  const weights = async (runId: string, count: number) => {
    const models: Buffer[] = [];
    for (let model = 0; model < count; model++) {
      const files = Object.entries(await folder(runId, model));
      const saved = files.filter(([name]) => name.endsWith('sae_weights.safetensors'));
      models.push(Buffer.from(at(saved, 0)[1]));
    }
    return models;
  };
  /** Events of a kind so far. */
  const heard = <Kind extends Event['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<Event, { kind: Kind }> => event.kind === kind);
  return { host, events, heard, until, ask, folder, weights };
}

/** The adapter's GPU. `lose` takes away the device that was opened last; `refuse` says that there is no adapter. */
export function losableGpu(): { gpu: GPU; lose: () => void; refuse: (refused: boolean) => void } {
  let lose = (): void => undefined;
  let isRefused = false;
  const requestAdapter = async (): Promise<GPUAdapter | null> => {
    const adapter = isRefused ? null : await testGpu().requestAdapter();
    if (adapter === null) return null;
    const requestDevice = async (descriptor: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      const lost = new Promise((resolve) => {
        lose = () => {
          device.destroy();
          resolve({ reason: 'unknown', message: 'pulled out' });
        };
      });
      Object.defineProperty(device, 'lost', { value: lost });
      return device;
    };
    return new Proxy(adapter, {
      get: (own, name) =>
        name === 'requestDevice' ? requestDevice : (Reflect.get(own, name, own) as unknown),
    });
  };
  const gpu = Object.create(testGpu(), { requestAdapter: { value: requestAdapter } }) as GPU;
  const refuse = (refused: boolean) => {
    isRefused = refused;
  };
  return { gpu, lose: () => lose(), refuse };
}
