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

/** Held to the end, of which a worker that is ended tells nobody. */
if ('locks' in navigator) {
  const lock = `sasa-lab engine ${crypto.randomUUID()}`;
  void navigator.locks.request(lock, () => {
    post({ kind: 'alive', lock });
    return new Promise<never>(() => undefined);
  });
}
