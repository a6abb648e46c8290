/**
 * Getting numbers back from the GPU: one-off reads for analyses and exports, and a ring of mapped
 * buffers for metrics so that the training loop never waits for a read.
 */
import { LabError } from '../base/lab_error';

/** Copies a whole buffer (or its first `bytes` bytes) to the CPU. */
export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes = buffer.size,
): Promise<ArrayBuffer> {
  const staging = device.createBuffer({
    size: Math.ceil(bytes / 4) * 4,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, staging.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const copy = staging.getMappedRange().slice(0, bytes);
  staging.destroy();
  return copy;
}

/** One source region of a ring slot. */
export interface RingRegion {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** First byte of the region; 0 when absent. */
  readonly offset?: number;
}

/**
 * A ring of staging buffers that each hold the same regions. `record` copies into a free slot, `read`
 * maps it after the submit. When every slot is in flight `record` says so and the caller waits.
 */
export class ReadbackRing {
  private readonly free: GPUBuffer[] = [];
  private readonly all: GPUBuffer[] = [];

  constructor(
    device: GPUDevice,
    private readonly regions: readonly RingRegion[],
    slots = 3,
  ) {
    const size = regions.reduce((sum, region) => sum + region.bytes, 0);
    for (let i = 0; i < slots; i += 1) {
      const buffer = device.createBuffer({
        label: 'readback ring',
        size,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      this.free.push(buffer);
      this.all.push(buffer);
    }
  }

  get available(): boolean {
    return this.free.length > 0;
  }

  /** Records the copies into a free slot and returns it. */
  record(encoder: GPUCommandEncoder): GPUBuffer {
    const slot = this.free.pop();
    if (slot === undefined) {
      throw new LabError('internal', 'every readback slot is in flight', 'Wait for one first.');
    }
    let offset = 0;
    for (const { buffer, bytes, offset: from } of this.regions) {
      encoder.copyBufferToBuffer(buffer, from ?? 0, slot, offset, bytes);
      offset += bytes;
    }
    return slot;
  }

  /** Waits for a recorded slot, copies each region out and frees the slot. */
  async read(slot: GPUBuffer): Promise<ArrayBuffer[]> {
    await slot.mapAsync(GPUMapMode.READ);
    const mapped = slot.getMappedRange();
    let offset = 0;
    const parts = this.regions.map(({ bytes }) => {
      const part = mapped.slice(offset, offset + bytes);
      offset += bytes;
      return part;
    });
    slot.unmap();
    this.free.push(slot);
    return parts;
  }

  destroy(): void {
    for (const buffer of this.all) buffer.destroy();
  }
}
