/**
 * The page's one engine and what is known of it: whether WebGPU is there, which adapter, and the last
 * trouble. Starting it twice does nothing.
 */
import { create } from 'zustand';
import type { LabErrorData } from '../base/lab_error';
import type { AdapterReport } from '../lab/protocol/protocol';
import { EngineClient, type EngineWorker } from './engine_client';
import { followNewFiles } from './copy_offers';
import { followDraft } from './draft_facts';
import { followDownloads } from './language_models_store';
import { notify } from './notices_store';
import { followEndedRuns } from './final_evaluations';
import { followKeptRuns } from './kept_runs';
import { followRunFiles } from './run_files';
import { followEngine } from './runs_store';

type EngineState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'ready'; readonly adapter: AdapterReport }
  /** No WebGPU here: the page shows how to get it, and the recorded run. */
  | { readonly kind: 'unavailable'; readonly error: LabErrorData };

export interface EngineStore {
  readonly connection: EngineState;
  /** The latest crash or lost device, for a notice; null once dismissed. */
  readonly trouble: LabErrorData | null;
  readonly dismissTrouble: () => void;
}

export const useEngine = create<EngineStore>()((set) => ({
  connection: { kind: 'connecting' },
  trouble: null,
  dismissTrouble: () => set({ trouble: null }),
}));

let startWorker = (): EngineWorker =>
  new Worker(new URL('../lab/worker/worker.ts', import.meta.url), { type: 'module' });

/** Replaces the worker by another engine; for tests. Must come before the first command. */
export function setWorkerFactory(factory: () => EngineWorker): void {
  startWorker = factory;
}

/** The one engine of the page. */
export const engine = new EngineClient(() => startWorker());

let started = false;

/** Starts the engine and keeps the stores in step with it. */
export function startEngine(): void {
  if (started) return;
  started = true;
  engine.subscribe((event) => {
    if (event.kind === 'connected') {
      useEngine.setState({ connection: { kind: 'ready', adapter: event.adapter } });
    } else if (event.kind === 'unavailable') {
      useEngine.setState({ connection: { kind: 'unavailable', error: event.error } });
    } else if (event.kind === 'command_failed') {
      notify({ tone: 'error', title: event.error.message, detail: event.error.wayOut });
    } else if (event.kind === 'crashed') {
      restart(event.error);
    } else if (event.kind === 'device_lost') {
      useEngine.setState({ trouble: event.error });
    }
  });
  followEngine(engine);
  followEndedRuns(engine);
  followDownloads(engine);
  followKeptRuns(engine);
  followRunFiles(engine);
  followNewFiles(engine);
  engine.send({ kind: 'connect', base: document.baseURI });
  followDraft(engine);
}

/** A worker that ran is started again; one that never came up would only crash again. */
function restart(error: LabErrorData): void {
  if (useEngine.getState().connection.kind === 'ready') {
    useEngine.setState({ connection: { kind: 'connecting' }, trouble: error });
    engine.send({ kind: 'connect', base: document.baseURI });
  } else {
    useEngine.setState({ connection: { kind: 'unavailable', error } });
  }
}
