/**
 * A worker that loads a model of a hub into the browser's private files, for the test of those.
 */
import { describeError } from '../../src/base/lab_error';
import { HubFiles } from '../../src/io/hub_files';
import { openPrivateFiles } from '../../src/io/private_files';

interface Order {
  readonly hub: string;
  readonly id: string;
  readonly name: string;
  readonly remove?: boolean;
}

/** What the worker answers. */
export interface Outcome {
  /** A checksum of the file's bytes. */
  readonly sum: number | null;
  readonly error: string | null;
  readonly kept: readonly string[];
}

globalThis.onmessage = ({ data }: MessageEvent<Order>) => {
  void carryOut(data).then((outcome) => globalThis.postMessage(outcome));
};

async function carryOut({ hub, id, name, remove }: Order): Promise<Outcome> {
  const store = await openPrivateFiles('models-of-a-test');
  const files = new HubFiles({ store, hub, pause: () => Promise.resolve() });
  let sum: number | null = null;
  let error: string | null = null;
  try {
    if (remove === true) await files.remove(id);
    else {
      const bytes = await (await files.open(id, [name])).read(name);
      sum =
        bytes?.reduce((total, byte, place) => (total * 31 + byte + place) % 1_000_003, 0) ?? null;
    }
  } catch (failure) {
    error = describeError(failure).message;
  }
  const kept = (await files.list()).map((model) => `${model.id} ${String(model.isWhole)}`);
  return { sum, error, kept };
}
