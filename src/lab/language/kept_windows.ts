/**
 * The rows of windows that training reads again, kept on the GPU: a language model takes longer to make a row than many
 * models take to train on it, and gives the same numbers each time. Knows no language model.
 */
import type { Window } from '../../data/documents';

/** Most bytes that are kept; a longer text is read again in every pass. */
const MOST_BYTES = 512 * 2 ** 20;

/** Bytes that keeping a text's rows takes; 0 for one that is not kept. `rows` is null for a text without end. */
export function keptBytes(
  rows: number | null,
  rowBytes: number,
  { maxBufferSize }: Pick<GPUSupportedLimits, 'maxBufferSize'>,
): number {
  const bytes = (rows ?? 0) * rowBytes;
  return bytes <= Math.min(MOST_BYTES, maxBufferSize) ? bytes : 0;
}

export class KeptWindows {
  /** Where the rows of a window begin, by the number of its first row. */
  private readonly places = new Map<number, number>();
  /** Bytes that windows take. */
  private used = 0;

  private constructor(
    private readonly buffer: GPUBuffer,
    private readonly rowBytes: number,
  ) {}

  /** Room for `bytes`; null where there is none, and every window is made each time. */
  static async open(
    device: GPUDevice,
    bytes: number,
    rowBytes: number,
  ): Promise<KeptWindows | null> {
    if (bytes === 0) return null;
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({
      label: 'kept rows',
      size: bytes,
      usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    if ((await device.popErrorScope()) === null) return new KeptWindows(buffer, rowBytes);
    buffer.destroy();
    return null;
  }

  has(window: Window): boolean {
    return this.places.has(window.firstRow);
  }

  /** Keeps a window whose rows lie in `made` from `row` on. */
  keep(encoder: GPUCommandEncoder, window: Window, made: GPUBuffer, row: number): void {
    if (this.has(window)) return;
    const place = this.used;
    const bytes = window.rows * this.rowBytes;
    encoder.copyBufferToBuffer(made, row * this.rowBytes, this.buffer, place, bytes);
    this.places.set(window.firstRow, place);
    this.used += bytes;
  }

  /** Puts the rows of a window that is kept to where they would have been made. */
  give(encoder: GPUCommandEncoder, window: Window, made: GPUBuffer, row: number): void {
    const place = this.places.get(window.firstRow);
    if (place === undefined) throw new RangeError(`window ${window.firstRow} is not kept`);
    const bytes = window.rows * this.rowBytes;
    encoder.copyBufferToBuffer(this.buffer, place, made, row * this.rowBytes, bytes);
  }

  destroy(): void {
    this.buffer.destroy();
  }
}
