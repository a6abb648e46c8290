/**
 * Files that are there whole or not at all, over a store that promises neither: the browser's private files may be cut
 * off in the middle of a write by a closed tab or a power cut, and have no rename in all browsers. So every file has two
 * slots, which are written in turn. A slot begins with a line that says its number, its length and its SHA-256; the one
 * with the higher number whose content agrees is the file. What is torn is thus what was there before. The cost is room
 * for two of each. Knows nothing of what the files hold.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import type { FileStore } from './file_store';
import { sha256Of } from './sha256';
import type { FileChanges, WholeFiles } from './whole_files';

/** Bytes before the content, a multiple of what numbers in it are aligned to. */
const HEAD_BYTES = 256;
const SLOTS = ['0', '1'] as const;
type Slot = (typeof SLOTS)[number];

const headSchema = z.strictObject({
  version: z.literal(1),
  /** Counts the times that the file was written. */
  generation: z.int().check(z.gte(1)),
  /** Bytes of the content; null: there is no such file any more. */
  bytes: z.nullable(z.int().check(z.gte(0))),
  sha256: z.string(),
});

/** Which slot of a file was written how many times. */
interface Place {
  readonly slot: Slot;
  readonly generation: number;
}

/** A file as it is in one slot; null where it was removed. */
interface Written extends Place {
  readonly content: Uint8Array | null;
}

export class CheckedFiles implements WholeFiles {
  /** Where the newest of each file is, once it was looked for. */
  private readonly newest = new Map<string, Place | null>();

  /** Files below `folder` of a store; this is their only writer. */
  constructor(
    private readonly store: FileStore,
    private readonly folder: string,
  ) {}

  async read(path: string): Promise<Uint8Array | null> {
    return (await this.find(path))?.content ?? null;
  }

  async write(files: FileChanges): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const known = this.newest.get(path);
      const before = known === undefined ? await this.find(path) : known;
      if (content === null && before === null) continue;
      const slot = before?.slot === '0' ? '1' : '0';
      const generation = (before?.generation ?? 0) + 1;
      await this.put(path, { slot, generation, content });
      this.newest.set(path, { slot, generation });
    }
  }

  /** Takes a file away with the room that it takes; what is torn by that is no file either. */
  async remove(path: string): Promise<void> {
    this.newest.set(path, null);
    for (const slot of SLOTS) await this.store.removeFile(this.folder, slotName(path, slot));
  }

  place(path: string): string {
    return `${this.folder}/${path}`;
  }

  /** The newest whole slot of a file. */
  private async find(path: string): Promise<Written | null> {
    const slots = await Promise.all(SLOTS.map((slot) => this.slot(path, slot)));
    const [newest = null] = slots
      .flatMap((written) => written ?? [])
      .sort((a, b) => b.generation - a.generation);
    const place = newest === null ? null : { slot: newest.slot, generation: newest.generation };
    this.newest.set(path, place);
    return newest;
  }

  private async slot(path: string, slot: Slot): Promise<Written | null> {
    const name = slotName(path, slot);
    if ((await this.store.size(this.folder, name)) === null) return null;
    const bytes = await this.store.read(this.folder, name);
    const head = headSchema.safeParse(headOf(bytes));
    if (!head.success) return null;
    const { generation, bytes: length, sha256 } = head.data;
    const content = bytes.subarray(HEAD_BYTES);
    if (content.length !== (length ?? 0) || (await sha256Of(content)) !== sha256) return null;
    return { slot, generation, content: length === null ? null : content };
  }

  private async put(path: string, { slot, generation, content }: Written): Promise<void> {
    const bytes = content ?? new Uint8Array();
    const head: z.output<typeof headSchema> = {
      version: 1,
      generation,
      bytes: content === null ? null : bytes.length,
      sha256: await sha256Of(bytes),
    };
    const line = new TextEncoder().encode(JSON.stringify(head).padEnd(HEAD_BYTES - 1) + '\n');
    const name = slotName(path, slot);
    try {
      await this.fill(name, [line, bytes]);
    } catch (error) {
      const told = isFull(error) ? await this.full(path, bytes.length, error) : error;
      // Half a file would only take room; that it cannot be taken away changes nothing about what went wrong.
      await this.store.removeFile(this.folder, name).catch(() => undefined);
      throw told;
    }
  }

  private async fill(name: string, pieces: readonly Uint8Array[]): Promise<void> {
    const file = await this.store.continueAfter(this.folder, name, 0);
    try {
      for (const piece of pieces) file.append(piece);
    } finally {
      file.close();
    }
    // A browser may write less than it was given, without a word.
    const whole = pieces.reduce((sum, { length }) => sum + length, 0);
    if ((await this.store.size(this.folder, name)) !== whole) {
      throw new DOMException('less was written than was given', 'QuotaExceededError');
    }
  }

  private async full(path: string, bytes: number, cause?: unknown): Promise<LabError> {
    const available = await this.store.available();
    const room = available === null ? '' : `, and ${mebibytes(available)} MiB are available`;
    return new LabError(
      'out_of_memory',
      `${this.place(path)} needs ${mebibytes(bytes)} MiB of this browser's storage${room}.`,
      'Delete runs or language models that are kept here, or free space on the disk.',
      { cause },
    );
  }
}

const slotName = (path: string, slot: Slot): string => `${path}.${slot}`;
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

function headOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
  } catch {
    return undefined;
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'QuotaExceededError';
