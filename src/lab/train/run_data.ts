/**
 * The data that the engine has open, by their settings: opened once, however many runs, previews and
 * estimates ask. The last file that the person dropped is kept by its name, since settings hold only that.
 * Knows neither runs nor device.
 */
import { canonicalJson } from '../../base/canonical';
import { LabError } from '../../base/lab_error';
import { SharedWorks, type Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { readBlob } from '../../io/private_files';
import { sha256Of } from '../../io/sha256';
import { openData, type DataAccess } from '../language/open_data';
import { fileNeeded } from '../run/data_kinds';
import type { DataConfig, RunConfig } from '../run/run_config';

/** Contents of a file, or the file itself. */
export type GivenData = Uint8Array | Blob;

interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Tells it from another file of that name. */
  readonly version: number;
  /** Once somebody has asked for it. */
  sha256: Promise<string> | null;
}

export class RunData {
  private readonly opened = new SharedWorks<ActivationSource>();
  private dropped: DroppedFile | null = null;
  private drops = 0;

  /** `access` gives access to everything; `file` is what was dropped for these data. */
  constructor(private readonly access: (file: Uint8Array | undefined) => DataAccess) {}

  /**
   * The data of a run. `file` is what the person dropped for it, when the settings name a file; without
   * it, the last one of that name serves. Rejects with LabError as `openData` does.
   */
  async open(config: RunConfig, file?: GivenData, work?: Work): Promise<ActivationSource> {
    const name = fileNeeded(config.data);
    if (file === undefined || name === null)
      return this.openWith(config, this.fileOf(config), work);
    this.drops += 1;
    const version = this.drops;
    const bytes = file instanceof Blob ? await readFile(file, name) : file;
    const given = { name, bytes, version, sha256: null };
    // One that was given later may have been read sooner.
    if (version === this.drops) this.keep(given);
    return this.openWith(config, given, work);
  }

  /**
   * How to open the data of a run again when model or device is gone, from the file that they have now, whatever is
   * dropped meanwhile. Rows of a file need none of it: they outlive the device.
   */
  again(config: RunConfig): () => Promise<ActivationSource> {
    const file = config.data.kind === 'lm' ? this.fileOf(config) : null;
    return () => this.openWith(config, file);
  }

  /** Contents of the file that these data name, as the person dropped it last; null when there is none. */
  fileBytes(config: RunConfig): Uint8Array | null {
    return this.fileOf(config)?.bytes ?? null;
  }

  /** SHA-256 of that file, computed once. */
  async fileHash(config: RunConfig): Promise<string | null> {
    const file = this.fileOf(config);
    if (file === null) return null;
    file.sha256 ??= sha256Of(file.bytes);
    return file.sha256;
  }

  /** Data that a language model makes on the device are made anew when asked for: model or device is gone. */
  forgetMadeData(): void {
    this.opened.forget((name) => name.startsWith('made'));
  }

  private openWith(
    { data, training }: RunConfig,
    file: DroppedFile | null,
    work?: Work,
  ): Promise<ActivationSource> {
    return this.opened.join(
      `${kindOf(data)} ${canonicalJson([data, training.seed, file?.version ?? null])}`,
      (opening) => openData(data, this.access(file?.bytes), training.seed, opening),
      work,
    );
  }

  /** What was dropped for these data, null when nothing was or they need nothing. */
  private fileOf({ data }: RunConfig): DroppedFile | null {
    const { dropped } = this;
    return dropped !== null && dropped.name === fileNeeded(data) ? dropped : null;
  }

  /** One file at a time: a large one should not stay in memory beside the next. */
  private keep(file: DroppedFile): void {
    this.dropped = file;
    this.opened.forget((name) => /^\w+ from a file /.test(name));
  }
}

/** All of a file. Throws LabError `bad_file` for one that is gone, was changed, or is larger than memory. */
async function readFile(file: Blob, name: string): Promise<Uint8Array> {
  try {
    return await readBlob(file);
  } catch (cause) {
    throw new LabError(
      'bad_file',
      `${name} cannot be read any more: it was changed or moved, or it is larger than memory.`,
      'Choose it again.',
      { cause },
    );
  }
}

/** Words by which opened data are told apart when some of them must be forgotten. */
function kindOf(data: DataConfig): string {
  const kind = data.kind === 'lm' ? 'made' : 'ready';
  return fileNeeded(data) === null ? kind : `${kind} from a file`;
}
