/** The engine's worker: hands commands to the engine host and its events to the page. */
import { EngineHost } from './engine_host';
import type { Command } from '../protocol/protocol';

const host = new EngineHost(navigator.gpu, (event, transfer = []) => {
  globalThis.postMessage(event, { transfer });
});

globalThis.onmessage = ({ data }: MessageEvent<Command>) => {
  void host.handle(data);
};
