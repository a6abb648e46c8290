/** The engine's worker: hands commands to the engine host and its events to the page. */
import { EngineHost } from './engine_host';
import { openKeptRuns } from '../keep/browser_index';
import type { Command, Event } from '../protocol/protocol';

const post = (event: Event, transfer: Transferable[] = []) => {
  globalThis.postMessage(event, { transfer });
};
const host = new EngineHost(navigator.gpu, post, openKeptRuns);

globalThis.onmessage = ({ data }: MessageEvent<Command>) => {
  void host.handle(data);
};
