/**
 * The data that the engine has open, by their settings: opened once, however many runs, previews and
 * estimates ask. The last file that the person dropped is kept by its name, since settings hold only that.
 * Knows neither runs nor device.
 */
import { SharedWorks, type Work } from '../base/work';
import type { ActivationSource } from '../data/source';
import { openData, type DataAccess } from './open_data';
import type { DataConfig, RunConfig } from './run_config';

interface DroppedFile {
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

export class RunData {
  private readonly opened = new SharedWorks<ActivationSource>();
  private dropped: DroppedFile | null = null;

  /** `access` gives access to everything; `file` is what was dropped for these data. */
  constructor(private readonly access: (file: ArrayBuffer | undefined) => DataAccess) {}

  /**
   * The data of a run. `file` is what the person dropped for it, when the settings name a file; without
   * it, the last one of that name serves. Rejects with LabError as `openData` does.
   */
  open({ data, training }: RunConfig, file?: ArrayBuffer, work?: Work): Promise<ActivationSource> {
    const name = fileNameOf(data);
    if (file !== undefined && name !== null) this.keep({ name, bytes: file });
    const bytes = name !== null && name === this.dropped?.name ? this.dropped.bytes : undefined;
    return this.opened.join(
      `${kindOf(data)} ${JSON.stringify([data, training.seed])}`,
      (opening) => openData(data, this.access(bytes), training.seed, opening),
      work,
    );
  }

  /** Data that a language model makes on the device are made anew when asked for: model or device is gone. */
  forgetMadeData(): void {
    this.opened.forget((name) => name.startsWith('made'));
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
  return fileNameOf(data) === null ? kind : `${kind} from a file`;
}

/** The file that settings name; null for data that need none of the person's. */
function fileNameOf(data: DataConfig): string | null {
  switch (data.kind) {
    case 'npy':
      return data.path;
    case 'lm':
      return data.corpus === 'shipped' || data.corpus === 'generated' ? null : data.corpus;
    default:
      return null;
  }
}
