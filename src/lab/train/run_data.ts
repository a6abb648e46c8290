/**
 * The data that the engine has open, by their settings: opened once, however many runs, previews and
 * estimates ask. The last file that the person dropped is kept by its name, since settings hold only that.
 * Knows neither runs nor device.
 */
import { canonicalJson } from '../../base/canonical';
import { SharedWorks, type Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { openData, type DataAccess } from '../language/open_data';
import { fileNeeded } from '../run/data_kinds';
import type { DataConfig, RunConfig } from '../run/run_config';

interface DroppedFile {
  readonly name: string;
  readonly bytes: ArrayBuffer;
  /** Tells it from another file of that name. */
  readonly version: number;
}

export class RunData {
  private readonly opened = new SharedWorks<ActivationSource>();
  private dropped: DroppedFile | null = null;
  private drops = 0;

  /** `access` gives access to everything; `file` is what was dropped for these data. */
  constructor(private readonly access: (file: ArrayBuffer | undefined) => DataAccess) {}

  /**
   * The data of a run. `file` is what the person dropped for it, when the settings name a file; without
   * it, the last one of that name serves. Rejects with LabError as `openData` does.
   */
  open(config: RunConfig, file?: ArrayBuffer, work?: Work): Promise<ActivationSource> {
    const name = fileNeeded(config.data);
    if (file !== undefined && name !== null) {
      this.drops += 1;
      this.keep({ name, bytes: file, version: this.drops });
    }
    return this.openWith(config, this.fileOf(config), work);
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
  fileBytes(config: RunConfig): ArrayBuffer | null {
    return this.fileOf(config)?.bytes ?? null;
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

/** Words by which opened data are told apart when some of them must be forgotten. */
function kindOf(data: DataConfig): string {
  const kind = data.kind === 'lm' ? 'made' : 'ready';
  return fileNeeded(data) === null ? kind : `${kind} from a file`;
}
