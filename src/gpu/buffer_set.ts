/**
 * Buffers on one device that belong together: found, written and read by name, and freed at once.
 */
import { LabError } from '../base/lab_error';
import { readBuffer } from './readback';

/** Named GPU buffers. */
export type BufferMap = ReadonlyMap<string, GPUBuffer>;

/** A buffer by its name; `owner` is whose it should be. Throws LabError `internal` when there is none. */
export function bufferOf(buffers: BufferMap, name: string, owner: string): GPUBuffer {
  const buffer = buffers.get(name);
  if (buffer !== undefined) return buffer;
  throw new LabError('internal', `${owner} has no buffer "${name}"`, 'Fix the plan.');
}

/** Whoever makes one destroys it. */
export class BufferSet extends Map<string, GPUBuffer> {
  constructor(
    private readonly device: GPUDevice,
    /** Whose buffers they are, for labels and sentences. */
    readonly owner: string,
  ) {
    super();
  }

  /** Adds a buffer of at least `bytes` bytes that kernels can read and write, zero at first. */
  create(name: string, bytes: number): GPUBuffer {
    const buffer = this.device.createBuffer({
      label: `${this.owner}.${name}`,
      size: Math.max(16, bytes),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.set(name, buffer);
    return buffer;
  }

  /** Throws LabError `internal` when there is none of this name. */
  named(name: string): GPUBuffer {
    return bufferOf(this, name, this.owner);
  }

  /** Writes `values` from element `first` (of 4 bytes) on. */
  write(
    name: string,
    values: Float32Array | Uint32Array | Uint8Array<ArrayBuffer>,
    first = 0,
  ): void {
    const { buffer, byteOffset, byteLength } = values;
    this.device.queue.writeBuffer(this.named(name), first * 4, buffer, byteOffset, byteLength);
  }

  /** Copies a buffer, or its first `bytes` bytes, to the CPU. */
  read(name: string, bytes?: number): Promise<ArrayBuffer> {
    return readBuffer(this.device, this.named(name), bytes);
  }

  /** Frees all of them. */
  destroy(): void {
    for (const buffer of this.values()) buffer.destroy();
  }
}
