/**
 * The engine's side of the person's own files that runs need: it says what the data of a new run are, and finds those of
 * a kept one again: in memory, among what the page gave in this visit, or as a copy in this browser. A file is known by
 * its SHA-256. Handles are the page's: only a window may ask for permission.
 */
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { npyRows } from '../../io/npy';
import { readBlob } from '../../io/private_files';
import { sha256Of } from '../../io/sha256';
import type { KeptData } from '../keep/kept_data';
import type {
  DataFilesList,
  GivenFiles,
  RememberedFile,
  WrongFile,
} from '../protocol/data_files_protocol';
import { neededText, type DataFile, type DataIdentity } from '../run/data_identity';
import { fileSetting } from '../run/data_kinds';
import type { RunConfig } from '../run/run_config';
import type { GivenData, RunData } from '../train/run_data';
import type { PageModels } from './page_models';

/** First bytes of a file, in which a .npy says its shape. */
const HEAD = 2 ** 14;

export interface RunFilesOptions {
  readonly data: Pick<RunData, 'fileBytes' | 'fileHash'>;
  readonly models: Pick<PageModels, 'droppedFiles' | 'droppedIdentity'>;
  /** Makes files the language model of an id, for a run. */
  placeModel(id: string, files: readonly File[], runId: string): Promise<void>;
  /** What this browser keeps of files; null where it keeps nothing. */
  kept(): Promise<KeptData | null>;
}

export class RunFilesHost {
  /** Files that were given or dropped in this visit, by their SHA-256. */
  private readonly given = new Map<string, Blob>();

  constructor(private readonly options: RunFilesOptions) {}

  /** What the data of a new run are; null where they open by themselves. `file` is what was dropped for them. */
  async identityOf(
    config: RunConfig,
    source: { readonly width: number; readonly size: { readonly all: number | null } },
    file: Blob | undefined,
  ): Promise<DataIdentity | null> {
    const { data, models } = this.options;
    const files: DataFile[] = [];
    const own = fileSetting(config.data);
    const bytes = data.fileBytes(config)?.length;
    const sha256 = await data.fileHash(config);
    if (own !== null && sha256 !== null && bytes !== undefined) {
      files.push({ ...own, bytes, sha256 });
      if (file?.size === bytes) this.given.set(sha256, file);
    }
    if (config.data.kind === 'lm') {
      const dropped = models.droppedFiles(config.data.model);
      (await models.droppedIdentity(config.data.model)).forEach((each, place) => {
        files.push(each);
        this.given.set(each.sha256, at(dropped, place));
      });
    }
    return files.length === 0 ? null : { rows: source.size.all, width: source.width, files };
  }

  /** Takes files that a run needs; what is not one of them is said to be another. */
  async give({ files: needed }: DataIdentity, given: readonly File[]): Promise<GivenFiles> {
    const wrong: WrongFile[] = [];
    for (const file of given) {
      const sha256 = needed.some(({ bytes }) => bytes === file.size) ? await hashOf(file) : null;
      if (needed.some((each) => each.sha256 === sha256) && sha256 !== null) {
        this.given.set(sha256, file);
        continue;
      }
      const meant = needed.find(({ name }) => name === file.name) ?? needed[0];
      if (meant === undefined) continue;
      const { name, size: bytes } = file;
      const rows = npyRows(await readBlob(file.slice(0, HEAD)));
      wrong.push({ needed: meant.sha256, name, bytes, sha256, rows });
    }
    const lacking: DataFile[] = [];
    for (const each of needed) if (!(await this.has(each))) lacking.push(each);
    return { lacking, wrong };
  }

  /**
   * Has the files of a kept run ready: a language model is in its place, and the answer is what its data are opened
   * with, undefined for what is open. Throws LabError `needs_data`, `bad_file` for a file that cannot be read any more.
   */
  async find(
    runId: string,
    settings: RunConfig,
    identity: DataIdentity,
  ): Promise<GivenData | undefined> {
    const { data } = settings;
    const [own] = identity.files.filter(({ setting }) => setting !== 'model');
    const open = own === undefined || own.sha256 === (await this.options.data.fileHash(settings));
    const content = open ? undefined : await this.read(own, identity);
    if (data.kind === 'lm') await this.place(runId, data.model, identity);
    return content;
  }

  async list(): Promise<DataFilesList> {
    const kept = await this.options.kept();
    return kept === null ? { copies: [], remembered: [], available: null } : kept.list();
  }

  /** Keeps copies of files. Throws LabError `out_of_memory`, `needs_data` for one that is not at hand. */
  async copy(settings: RunConfig, identity: DataIdentity): Promise<DataFilesList> {
    const kept = await this.options.kept();
    for (const file of kept === null ? [] : identity.files) {
      const bytes = await this.inMemory(file, settings);
      await kept?.copy(file, bytes ?? (await this.read(file, identity)));
    }
    return this.list();
  }

  async remember(file: RememberedFile): Promise<null> {
    await (await this.options.kept())?.remember(file);
    return null;
  }

  async removeCopy(sha256: string): Promise<DataFilesList> {
    await (await this.options.kept())?.remove(sha256);
    return this.list();
  }

  private async has({ sha256 }: DataFile): Promise<boolean> {
    if (this.given.has(sha256)) return true;
    const kept = await this.options.kept();
    return (await kept?.list())?.copies.some((copy) => copy.sha256 === sha256) === true;
  }

  /** A file that is open in this engine; null for another. */
  private async inMemory({ sha256 }: DataFile, settings: RunConfig): Promise<Uint8Array | null> {
    const { data, models } = this.options;
    if ((await data.fileHash(settings)) === sha256) return data.fileBytes(settings);
    const id = settings.data.kind === 'lm' ? settings.data.model : '';
    const place = (await models.droppedIdentity(id)).findIndex((each) => each.sha256 === sha256);
    const file = models.droppedFiles(id)[place];
    return file === undefined ? null : readBlob(file);
  }

  private async place(runId: string, id: string, identity: DataIdentity): Promise<void> {
    const { models } = this.options;
    const needed = identity.files.filter(({ setting }) => setting === 'model');
    const there = (await models.droppedIdentity(id)).map(({ sha256 }) => sha256);
    if (needed.every(({ sha256 }) => there.includes(sha256))) return;
    const files: File[] = [];
    // Contents are read when the model is; a copy is in memory until then.
    for (const each of needed) {
      const blob = this.given.get(each.sha256);
      const content = blob ?? Uint8Array.from(await this.read(each, identity));
      files.push(new File([content], each.name));
    }
    await this.options.placeModel(id, files, runId);
  }

  /** Bytes of a file that is needed, known to be its own. */
  private async read(file: DataFile, identity: DataIdentity): Promise<Uint8Array> {
    const blob = this.given.get(file.sha256);
    if (blob !== undefined) {
      const bytes = await readBlob(blob).catch(() => null);
      if (bytes !== null && (await sha256Of(bytes)) === file.sha256) return bytes;
      // It was changed or moved since it was given.
      this.given.delete(file.sha256);
    }
    const copy = await (await this.options.kept())?.read(file.sha256);
    if (copy != null) return copy;
    throw new LabError(
      'needs_data',
      `This run needs ${neededText(file, identity.rows)}, which is not open in this page.`,
      'Give it that file to go on.',
    );
  }
}

/** SHA-256 of a file; null where it cannot be read. */
async function hashOf(file: Blob): Promise<string | null> {
  try {
    return await sha256Of(await readBlob(file));
  } catch {
    return null;
  }
}
