/**
 * The page's one engine and what is known of it: whether WebGPU is there, which adapter, and what
 * became of it. Starting it twice does nothing.
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
import { lossNotice } from './loss_notice';
import { followRunFiles } from './run_files';
import { followEngine, runOf } from './runs_store';
import { followDeaths } from './worker_deaths';

type EngineState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'ready'; readonly adapter: AdapterReport }
  /** No WebGPU here: the page shows how to get it, and the recorded run. */
  | { readonly kind: 'unavailable'; readonly error: LabErrorData };

export interface EngineStore {
  readonly connection: EngineState;
}

export const useEngine = create<EngineStore>()(() => ({ connection: { kind: 'connecting' } }));

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
    } else if (event.kind === 'device_lost') {
      const nameOf = (runId: string) => runOf(runId)?.name ?? 'A run';
      notify(lossNotice(['The graphics device was lost', ''], event.fates, nameOf));
    }
  });
  followDeaths(engine, {
    restart: () => {
      useEngine.setState({ connection: { kind: 'connecting' } });
      engine.connect(document.baseURI);
    },
    onEnd: (error) => {
      engine.end(error);
      useEngine.setState({ connection: { kind: 'unavailable', error } });
    },
  });
  followEngine(engine);
  followEndedRuns(engine);
  followDownloads(engine);
  followKeptRuns(engine);
  followRunFiles(engine);
  followNewFiles(engine);
  engine.connect(document.baseURI);
  followDraft(engine);
}
