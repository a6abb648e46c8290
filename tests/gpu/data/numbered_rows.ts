/**
 * A producer of rows for tests of the shuffle buffer: row n holds n in every column, and between the rows
 * that count lie others that must never be seen.
 */
import { vectorsPerRow } from '../../../src/base/padded_rows';
import type { RowProducer } from '../../../src/data/shuffle_buffer';

/** Stands in every column of a row that is not trained on. */
export const FORBIDDEN = -1;

export class NumberedRows implements RowProducer {
  readonly rows: GPUBuffer;
  /** Productions recorded, and made without being recorded. */
  recorded = 0;
  made = 0;
  restarts = 0;
  private row = 0;
  private contents: Float32Array<ArrayBuffer> = new Float32Array(0);

  constructor(
    private readonly device: GPUDevice,
    private readonly width: number,
    readonly rowsPerProduction: number,
  ) {
    this.rows = device.createBuffer({
      size: rowsPerProduction * vectorsPerRow(width) * 16,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
  }

  next(): Promise<Uint32Array> {
    const padded = 4 * vectorsPerRow(this.width);
    this.contents = new Float32Array(this.rowsPerProduction * padded).fill(FORBIDDEN);
    const used: number[] = [];
    // The first of every three places is left out, and sometimes more, as short documents would.
    for (let place = 0; place < this.rowsPerProduction; place += 1) {
      if (place % 3 === 0 || (this.made % 4 === 1 && place > this.rowsPerProduction / 2)) continue;
      this.contents.fill(0, place * padded, (place + 1) * padded);
      this.contents.fill(this.row, place * padded, place * padded + this.width);
      used.push(place);
      this.row += 1;
    }
    this.made += 1;
    return Promise.resolve(Uint32Array.from(used));
  }

  record(): void {
    this.recorded += 1;
    this.device.queue.writeBuffer(this.rows, 0, this.contents);
  }

  restart(): void {
    this.restarts += 1;
    this.row = 0;
    this.made = 0;
  }

  destroy(): void {
    this.rows.destroy();
  }
}
