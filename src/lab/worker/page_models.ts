/**
 * Where the page's language models come from and which of them are at hand: the one that ships, models of
 * the hub kept in the browser's private files, and files that the person dropped, which last for this visit.
 */
import { LabError } from '../../base/lab_error';
import { requireWanted } from '../../base/work';
import { httpReader } from '../../data/shipped_files';
import { HubFiles, type ModelFiles } from '../../io/hub_files';
import { isShard } from '../../io/other_weights';
import { openPrivateFiles, readBlob } from '../../io/private_files';
import { WEIGHTS_FILE } from '../../io/sae_folder';
import { sha256Of } from '../../io/sha256';
import {
  describeLanguageModel,
  loadLanguageModel,
  MODEL_FILES,
  SHIPPED_BYTES,
  shippedStories,
  STORIES,
  type LanguageModelAccess,
  type LoadedLanguageModel,
  type OnModelBytes,
} from '../language/language_models';
import type { LanguageModelInfo, ListedLanguageModel } from '../protocol/lm_protocol';
import type { DataFile } from '../run/data_identity';

/** Folder of the private file system. */
const FOLDER = 'language-models';

/** A dropped model, with what its files are once somebody has asked. */
interface DroppedModel {
  readonly files: readonly File[];
  identity: Promise<readonly DataFile[]> | null;
}

export class PageModels {
  private readonly dropped = new Map<string, DroppedModel>();
  private kept: Promise<HubFiles> | null = null;

  /** `openHub` opens the models of the hub; the browser's private files when absent. */
  constructor(private readonly openHub: () => Promise<HubFiles> = openKeptHub) {}

  /** Makes dropped files the model of that id. */
  keepDropped(id: string, files: readonly File[]): void {
    this.dropped.set(id, { files, identity: null });
  }

  /** Files of a dropped model; none for one that is found by its id. */
  droppedFiles(id: string): readonly File[] {
    return this.dropped.get(id)?.files ?? [];
  }

  /** What those files are, computed once. */
  async droppedIdentity(id: string): Promise<readonly DataFile[]> {
    const model = this.dropped.get(id);
    if (model === undefined) return [];
    model.identity ??= Promise.all(model.files.map(identify));
    return model.identity;
  }

  /**
   * Loads a model by its id; `base` is the address of the page's shipped files. Throws LabError as
   * loadLanguageModel, and as HubFiles for a model of the hub.
   */
  load(
    id: string,
    base: string,
    onBytes: OnModelBytes,
    signal?: AbortSignal,
  ): Promise<LoadedLanguageModel> {
    const onShipped = (path: string, received: number, total: number | null) =>
      onBytes(path.slice(path.lastIndexOf('/') + 1), received, total);
    const access: LanguageModelAccess = {
      shipped: httpReader(base, onShipped, signal),
      files: (model) => this.files(model, onBytes, signal),
    };
    return loadLanguageModel(id, access, onBytes);
  }

  /** Models that need no download. */
  async list(base: string): Promise<ListedLanguageModel[]> {
    const hub = await this.hub();
    const whole = (await hub.list()).filter(({ isWhole }) => isWhole);
    const shipped = describeLanguageModel(
      STORIES,
      shippedStories(httpReader(base)),
      SHIPPED_BYTES,
    ).then((info) => ({ ...info, cached: false }));
    const dropped = [...this.dropped].map(([id, { files }]) =>
      listedOrNot(describeLanguageModel(id, filesOf(id, files), sizeOf(files)), false),
    );
    // What is whole needs no network.
    const kept = whole.map(({ id, bytes }) => {
      const opened = hub.open(id, MODEL_FILES);
      return listedOrNot(
        opened.then((files) => describeLanguageModel(id, files, bytes)),
        true,
      );
    });
    const listed = await Promise.all([shipped, ...dropped, ...kept]);
    return listed.filter((info) => info !== null);
  }

  /** Forgets a dropped model, or removes the files of a kept one. */
  async remove(id: string): Promise<void> {
    if (!this.dropped.delete(id)) await (await this.hub()).remove(id);
  }

  private async files(
    id: string,
    onBytes: OnModelBytes,
    signal: AbortSignal | undefined,
  ): Promise<ModelFiles> {
    const dropped = this.dropped.get(id);
    if (dropped !== undefined) return filesOf(id, dropped.files, onBytes, signal);
    return (await this.hub()).open(id, MODEL_FILES, onBytes, signal);
  }

  private hub(): Promise<HubFiles> {
    this.kept ??= this.openHub();
    return this.kept;
  }
}

async function openKeptHub(): Promise<HubFiles> {
  return new HubFiles({ store: await openPrivateFiles(FOLDER) });
}

/** A model of the list; null where its files cannot be read, which is no reason to list nothing. */
async function listedOrNot(
  described: Promise<LanguageModelInfo>,
  cached: boolean,
): Promise<ListedLanguageModel | null> {
  const info = await described.catch(() => null);
  return info === null ? null : { ...info, cached };
}

const sizeOf = (files: readonly File[]): number => files.reduce((sum, { size }) => sum + size, 0);

async function identify(file: File): Promise<DataFile> {
  const sha256 = await sha256Of(await readBlob(file));
  return { setting: 'model', name: file.name, bytes: file.size, sha256 };
}

/** Dropped files by name; a lone .safetensors file is the model whatever it is called, unless it is a part of one. */
function filesOf(
  id: string,
  files: readonly File[],
  onBytes?: OnModelBytes,
  signal?: AbortSignal,
): ModelFiles {
  const weights = files.filter(
    ({ name }) => name.endsWith('.safetensors') && !isShard(name) && name !== WEIGHTS_FILE,
  );
  return {
    label: id,
    names: files.map(({ name }) => name),
    read: async (name) => {
      const lone = name === 'model.safetensors' && weights.length === 1 ? weights[0] : undefined;
      const file = files.find((candidate) => candidate.name === name) ?? lone;
      if (file === undefined) return null;
      try {
        return await readBlob(file, (received) => {
          requireWanted({ signal });
          onBytes?.(name, received, file.size);
        });
      } catch (cause) {
        if (signal?.aborted === true) throw cause;
        throw new LabError(
          'bad_file',
          `${file.name} cannot be read any more: it was changed or moved, or it is larger than memory.`,
          'Drop the files again.',
          { cause },
        );
      }
    },
  };
}
