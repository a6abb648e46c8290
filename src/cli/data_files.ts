/**
 * The files behind the data of a command: where a path means them, what they are (SHA-256, read as a stream), and
 * whether they are still what a run was trained on. Every file is written down as it is read, so that the run can
 * say afterwards what its data were. Knows no format and no device.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { LabError } from '../base/lab_error';
import {
  fileText,
  otherFile,
  placeOf,
  type DataFile,
  type FileSetting,
} from '../lab/run/data_identity';
import type { DataConfig } from '../lab/run/run_config';
import { notRead } from './file_errors';
import { exists, shippedPath } from './files';

/** What is known of data before they are opened. */
interface KnownFiles {
  readonly files: readonly DataFile[];
  /** The folder in which it is written down. */
  readonly folder: string;
}

export interface DataFilesOptions {
  /** The folder whose files are meant first, before those of the working folder. */
  readonly beside?: string;
  readonly known?: KnownFiles;
  /**
   * Whether somebody wrote the paths down for this command. Then a path that leads to another file is refused; paths
   * that a folder remembers give way to other places where the right file lies.
   */
  readonly asked: boolean;
}

type Fingerprint = Pick<DataFile, 'bytes' | 'sha256'>;

export class DataFiles {
  private readonly files = new Map<string, DataFile>();
  private readonly fingerprints = new Map<string, Promise<Fingerprint>>();

  constructor(private readonly options: DataFilesOptions) {}

  /** The file that a setting of `data` names. Throws LabError `not_found` or `bad_data`. */
  async file(setting: 'path' | 'corpus', written: string): Promise<string> {
    const known = this.known(setting)[0];
    const path = await this.choose(written, known === undefined ? [] : [known]);
    return this.seen({ setting, name: basename(path), path }, known);
  }

  /** The folder of a language model; null when there is none. */
  async modelFolder(written: string): Promise<string | null> {
    const known = this.known('model');
    const inFolder = known.map((file) => ({
      ...file,
      ...(file.path === undefined ? {} : { path: dirname(file.path) }),
      ...(file.relative === undefined ? {} : { relative: dirname(file.relative) }),
    }));
    const folder = await this.choose(written, inFolder, (place, { name }) => join(place, name));
    return (await exists(folder)) ? folder : null;
  }

  /** A file of a language model's folder; null when there is none of that name. */
  async modelFile(folder: string, name: string): Promise<string | null> {
    const path = join(folder, name);
    if (!(await exists(path))) return null;
    const known = this.known('model').find((file) => file.name === name);
    return this.seen({ setting: 'model', name, path }, known);
  }

  /** A file that comes with the lab, by its path below `public`. */
  async shipped(name: string): Promise<string> {
    const known = this.known('shipped').find((file) => file.name === name);
    const path = shippedPath(name);
    const fingerprint = await this.fingerprint(path);
    if (known !== undefined && known.sha256 !== fingerprint.sha256) {
      throw new LabError(
        'bad_data',
        `This was trained on ${name} as an earlier version of the lab had it (${fileText(known)}); now it has ${fileText(fingerprint)}.`,
        'Use that version, or start a new run.',
      );
    }
    this.files.set(`shipped ${name}`, { setting: 'shipped', name, ...fingerprint });
    return path;
  }

  /** Every file that was read, for a record that is kept in `folder`. */
  list(folder: string): DataFile[] {
    return Array.from(this.files.values(), (file) =>
      file.path === undefined
        ? file
        : {
            ...file,
            relative: relative(resolve(folder), file.path).split(sep).join('/'),
          },
    );
  }

  /** The paths of everything that was read. */
  get paths(): string[] {
    return Array.from(this.files.values(), ({ path }) => path ?? '').filter((path) => path !== '');
  }

  /** The settings with the places where the files were found, which mean the same from any folder. */
  located(data: DataConfig): DataConfig {
    const placed = (setting: FileSetting): string | undefined =>
      [...this.files.values()].find((file) => file.setting === setting)?.path;
    if (data.kind === 'npy') return { ...data, path: placed('path') ?? data.path };
    if (data.kind !== 'lm') return data;
    const model = placed('model');
    return {
      ...data,
      model: model === undefined ? data.model : dirname(model),
      corpus: placed('corpus') ?? data.corpus,
    };
  }

  private known(setting: FileSetting): DataFile[] {
    return this.options.known?.files.filter((file) => file.setting === setting) ?? [];
  }

  /** The first place that holds what is known; the first that is there when nothing is. */
  private async choose(
    written: string,
    known: readonly DataFile[],
    fileAt: (place: string, file: DataFile) => string = (place) => place,
  ): Promise<string> {
    const [first, ...others] = await this.places(written, known[0]);
    if (first === undefined) return written;
    if (this.options.asked || known.length === 0) return first;
    for (const place of [first, ...others]) {
      const same = known.map(async (file) => {
        const path = fileAt(place, file);
        return (await exists(path)) && (await this.fingerprint(path)).sha256 === file.sha256;
      });
      if ((await Promise.all(same)).every(Boolean)) return place;
    }
    return first;
  }

  /** The places that are there, in the order in which they are meant. */
  private async places(written: string, known: DataFile | undefined): Promise<string[]> {
    const { beside, known: record } = this.options;
    const remembered = [
      ...(known?.relative === undefined || record === undefined
        ? []
        : [join(record.folder, known.relative)]),
      ...(known?.path === undefined ? [] : [known.path]),
    ];
    const places = [
      ...(beside === undefined || isAbsolute(written) ? [] : [join(beside, written)]),
      written,
      ...remembered,
    ];
    const there = await Promise.all(places.map(exists));
    const found = places.filter((_, place) => there[place] === true);
    if (found.length > 0 || known === undefined) return found;
    throw new LabError(
      'not_found',
      `${placeOf(known)}, which this was trained on, is not there, nor is ${[...new Set(places)].filter((place) => place !== known.path).join(' or ')}; it had ${fileText(known)}.`,
      'Put it back, or name its new place in the run file.',
    );
  }

  private async seen(
    file: Pick<DataFile, 'setting' | 'name'> & { path: string },
    known: DataFile | undefined,
  ): Promise<string> {
    const fingerprint = await this.fingerprint(file.path);
    if (known !== undefined && known.sha256 !== fingerprint.sha256) {
      throw otherFile(known, fingerprint, file.path);
    }
    const path = resolve(file.path);
    this.files.set(`${file.setting} ${file.name}`, { ...file, path, ...fingerprint });
    return file.path;
  }

  private fingerprint(path: string): Promise<Fingerprint> {
    const known = this.fingerprints.get(path) ?? sha256OfFile(path);
    this.fingerprints.set(path, known);
    return known;
  }
}

/** Size and SHA-256 of a file of any size. Throws LabError `not_found` when it cannot be read. */
async function sha256OfFile(path: string): Promise<Fingerprint> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      const part = piece as Buffer;
      hash.update(part);
      bytes += part.length;
    }
  } catch (error) {
    throw notRead(path, error);
  }
  return { bytes, sha256: hash.digest('hex') };
}
