/**
 * Models of the Hugging Face hub, kept in a file store: each file is downloaded once, continued where it
 * stopped, checked by size and, where the hub gives it, SHA-256. A manifest beside the files remembers the
 * commit, so that a kept model needs no network and a resumed file cannot be mixed from two commits; that is
 * why no `If-Range` is sent (which would also need a preflight). It knows no model.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import type { FileStore } from './file_store';
import { downloadFile, noRoom } from './hub_download';
import { fetchListing, HUB, requireHubId } from './hub_listing';
import { languageModelInstead, someOf } from './other_weights';
import { sha256Of } from './sha256';

/** Told as a file comes in. */
export type OnFileBytes = (file: string, received: number, total: number) => void;

export interface HubOptions {
  readonly store: FileStore;
  /** Address of the hub. */
  readonly hub?: string;
  /** Waits between two tries, ms. */
  readonly pause?: (ms: number) => Promise<void>;
}

/** A model that is kept in part or whole. */
export interface KeptModel {
  readonly id: string;
  /** Bytes of its files when whole. */
  readonly bytes: number;
  readonly isWhole: boolean;
}

/** The files of a model by name, whole. */
export interface ModelFiles {
  /** How a person calls the place that they come from. */
  readonly label: string;
  /** Names of the files there, for saying what lies there instead of one that is missing. */
  readonly names: readonly string[];
  /** A file, downloaded if need be; null when the model has none of that name. */
  read(name: string): Promise<Uint8Array | null>;
}

const MANIFEST = 'manifest.json';

const manifestSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  revision: z.string(),
  files: z.record(
    z.string(),
    z.object({
      size: z.int().check(z.gte(0)),
      sha256: z.nullable(z.string()),
      /** Arrived, and checked. */
      complete: z.boolean(),
    }),
  ),
});

type Manifest = z.infer<typeof manifestSchema>;

const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

export class HubFiles {
  private readonly store: FileStore;
  private readonly hub: string;
  private readonly pause: (ms: number) => Promise<void>;

  constructor({ store, hub = HUB, pause = wait }: HubOptions) {
    this.store = store;
    this.hub = hub;
    this.pause = pause;
  }

  /**
   * Opens the files `names` of a model; nothing large is downloaded before it is read. Throws LabError
   * `not_found` when the hub has not all of them or cannot be reached, `out_of_memory` when they cannot be
   * kept (with MiB needed and available), and `cancelled`; reading throws these and `bad_data` for a file
   * that arrives damaged.
   */
  async open(
    id: string,
    names: readonly string[],
    onBytes: OnFileBytes = () => undefined,
    signal?: AbortSignal,
  ): Promise<ModelFiles> {
    requireHubId(id);
    const kept = await this.manifest(id, names);
    const manifest = kept ?? (await this.listed(id, names, signal));
    await this.requireRoom(manifest);
    if (kept === null) {
      await this.store.remove(id);
      await this.write(manifest);
    }
    // One file at a time: each tells the manifest when it is whole.
    let last: Promise<unknown> = Promise.resolve();
    return {
      label: id,
      names,
      read: (name) => {
        if (!Object.hasOwn(manifest.files, name)) return Promise.resolve(null);
        const tell = (received: number, total: number) => onBytes(name, received, total);
        const next = last.then(() => this.read(manifest, name, tell, signal));
        last = next.catch(() => undefined);
        return next;
      },
    };
  }

  /** Models that are kept, those in part among them. */
  async list(): Promise<KeptModel[]> {
    const manifests = await Promise.all(
      (await this.store.folders()).map((folder) => this.manifest(folder, [])),
    );
    return manifests.flatMap((manifest) => {
      if (manifest === null) return [];
      const files = Object.values(manifest.files);
      return [
        {
          id: manifest.id,
          bytes: files.reduce((sum, { size }) => sum + size, 0),
          isWhole: files.every(({ complete }) => complete),
        },
      ];
    });
  }

  /** Forgets a model. */
  async remove(id: string): Promise<void> {
    await this.store.remove(id);
  }

  /** What is kept of a model; null when nothing that has all these files. */
  private async manifest(id: string, names: readonly string[]): Promise<Manifest | null> {
    if ((await this.store.size(id, MANIFEST)) === null) return null;
    const text = new TextDecoder().decode(await this.store.read(id, MANIFEST));
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = null;
    }
    const parsed = manifestSchema.safeParse(json);
    if (!parsed.success || parsed.data.id !== id) return null;
    return names.every((name) => Object.hasOwn(parsed.data.files, name)) ? parsed.data : null;
  }

  /** The manifest of a model as the hub has it now. */
  private async listed(
    id: string,
    names: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Manifest> {
    const { revision, files } = await fetchListing(id, this.hub, signal);
    const wanted = names.map((name) => {
      const file = files.get(name);
      if (file !== undefined) return [name, { ...file, complete: false }] as const;
      const others = [...files.keys()].filter((other) => !other.startsWith('.'));
      const instead = languageModelInstead(others, name, id);
      throw new LabError(
        'not_found',
        `${id} on the Hugging Face hub has no ${name}; it has ${instead?.found ?? (someOf(others) || 'no files')}.`,
        instead?.wayOut ?? 'Choose a model with config.json, tokenizer.json and model.safetensors.',
      );
    });
    return { version: 1, id, revision, files: Object.fromEntries(wanted) };
  }

  private async write(manifest: Manifest): Promise<void> {
    const file = await this.store.continueAfter(manifest.id, MANIFEST, 0);
    try {
      file.append(new TextEncoder().encode(JSON.stringify(manifest)));
    } finally {
      file.close();
    }
  }

  private async requireRoom({ id, files }: Manifest): Promise<void> {
    const missing = await Promise.all(
      Object.entries(files).map(async ([name, { size, complete }]) =>
        complete ? 0 : size - Math.min(size, (await this.store.size(id, name)) ?? 0),
      ),
    );
    const needed = missing.reduce((sum, bytes) => sum + bytes, 0);
    const available = await this.store.available();
    if (available !== null && needed > available) throw noRoom(id, needed, available);
  }

  private async read(
    manifest: Manifest,
    name: string,
    onBytes: (received: number, total: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const { id, revision, files } = manifest;
    const file = files[name];
    if (file === undefined) throw new RangeError(`${id} has no ${name}`);
    // A store may have lost what the manifest promises.
    const kept = await this.store.size(id, name);
    const isKept = file.complete && kept === file.size;
    if (isKept) onBytes(file.size, file.size);
    else {
      await downloadFile({
        address: `${this.hub}/${id}/resolve/${revision}/${name}`,
        store: this.store,
        id,
        name,
        total: file.size,
        onBytes,
        signal,
        pause: this.pause,
      });
    }
    const bytes = await this.store.read(id, name);
    if (isKept) return bytes;
    const found = file.sha256 === null ? null : await sha256Of(bytes);
    if (bytes.length !== file.size || found !== file.sha256) {
      (await this.store.continueAfter(id, name, 0)).close();
      throw new LabError(
        'bad_data',
        `${name} of ${id} arrived damaged: its SHA-256 is ${found ?? 'unknown'} and should be ${file.sha256 ?? 'unknown'}.`,
        'Choose the model again; the file will be fetched anew.',
      );
    }
    file.complete = true;
    await this.write(manifest);
    return bytes;
  }
}
