/**
 * The data that the engine has open, by their settings: opened once, however many runs, previews and
 * estimates ask. The last file that the person dropped is kept by its name, since settings hold only that.
 * Knows neither runs nor device.
 */
import type { ActivationSource } from '../data/source';
import { openData, type DataAccess } from './open_data';
import type { DataConfig, RunConfig } from './run_config';

interface DroppedFile {
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

interface OpenData {
  readonly data: DataConfig;
  readonly source: Promise<ActivationSource>;
}

export class RunData {
  private readonly opened = new Map<string, OpenData>();
  private dropped: DroppedFile | null = null;

  /** `access` gives access to everything; `file` is what was dropped for these data. */
  constructor(private readonly access: (file: ArrayBuffer | undefined) => DataAccess) {}

  /**
   * The data of a run. `file` is what the person dropped for it, when the settings name a file; without
   * it, the last one of that name serves. Throws LabError as `openData` does.
   */
  open({ data, training }: RunConfig, file?: ArrayBuffer): Promise<ActivationSource> {
    const name = fileNameOf(data);
    if (file !== undefined && name !== null) this.keep({ name, bytes: file });
    const key = JSON.stringify([data, training.seed]);
    const known = this.opened.get(key);
    if (known !== undefined) return known.source;
    const bytes = name !== null && name === this.dropped?.name ? this.dropped.bytes : undefined;
    const source = openData(data, this.access(bytes), training.seed);
    this.opened.set(key, { data, source });
    source.catch(() => this.opened.delete(key));
    return source;
  }

  /** Data that a language model makes on the device are made anew when asked for: the device is gone. */
  forgetMadeData(): void {
    this.forget((data) => data.kind === 'lm');
  }

  /** One file at a time: a large one should not stay in memory beside the next. */
  private keep(file: DroppedFile): void {
    this.dropped = file;
    this.forget((data) => fileNameOf(data) !== null);
  }

  private forget(which: (data: DataConfig) => boolean): void {
    for (const [key, { data }] of this.opened) if (which(data)) this.opened.delete(key);
  }
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
