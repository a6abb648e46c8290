/** Files of a person's own for tests: a .npy, what it is, and handles as browsers give them. */
import { writeNpy } from '../../src/io/npy';
import { sha256Of } from '../../src/io/sha256';
import type { FileHandle } from '../../src/lab/protocol/protocol';
import type { DataFile, DataIdentity } from '../../src/lab/run/data_identity';

/** A .npy of rows that begin with a number. */
export function npyFile(name: string, rows: number, first = 0): File {
  const values = Float32Array.from({ length: rows * 2 }, (_, i) => first + i);
  return new File([Uint8Array.from(writeNpy({ rows, width: 2, values }))], name);
}

/** What a file is, as a record says it. */
export async function identityOf(file: File, rows: number | null): Promise<DataIdentity> {
  return { rows, width: 2, files: [await dataFile(file)] };
}

export async function dataFile(
  file: File,
  setting: DataFile['setting'] = 'path',
): Promise<DataFile> {
  const sha256 = await sha256Of(new Uint8Array(await file.arrayBuffer()));
  return { setting, name: file.name, bytes: file.size, sha256 };
}

/** A handle on a file of a disk, which may be changed or taken away. */
export class FakeHandle implements FileHandle {
  prompts = 0;
  readonly name: string;

  constructor(
    public file: File | null,
    public permission: PermissionState,
    /** What the person answers. */
    private readonly answer: PermissionState = 'granted',
  ) {
    this.name = file?.name ?? '';
  }

  getFile(): Promise<File> {
    return this.file === null
      ? Promise.reject(new DOMException('it is gone', 'NotFoundError'))
      : Promise.resolve(this.file);
  }

  queryPermission(): Promise<PermissionState> {
    return Promise.resolve(this.permission);
  }

  requestPermission(): Promise<PermissionState> {
    this.prompts += 1;
    this.permission = this.answer;
    return Promise.resolve(this.permission);
  }
}
