/**
 * A shuffle buffer on the GPU as a stream of batches: rows that a producer makes in their natural order
 * (token after token of a text) are mixed, as training wants them. The buffer is refilled between submits
 * with as many rows as were used, so its work is spread evenly. The order depends on the seed alone, not
 * on how many rows a production holds or when it comes. It knows no language model.
 */
import { at } from '../base/array';
import { RandomStream } from '../base/random';
import type { BufferMap } from '../gpu/buffer_set';
import { inPass } from '../gpu/in_pass';
import { openPlan, type OpenPlan } from '../gpu/open_plan';
import type { Plan } from '../gpu/plan';
import { batchBuffer } from './batch_buffer';
import { defineUniforms } from '../gpu/uniforms';
import type { WorkClock } from '../gpu/work_clock';
import { across } from '../gpu/workgroups';
import { gatherRowsKernel, scatterRowsKernel } from './kernels';
import { vectorsPerRow } from '../base/padded_rows';
import { domainBits } from './row_order';
import type { BufferOrder } from './shuffle_order';
import type { FeedPart, StreamFeeder, StreamPlan } from './source';

/** Makes rows on the GPU, a production at a time, always the same ones in the same order. */
export interface RowProducer {
  /** [rowsPerProduction, 4·ceil(width/4)] f32, what `record` fills. */
  readonly rows: GPUBuffer;
  readonly rowsPerProduction: number;
  /**
   * Goes on to the next production. Resolves to the places in `rows` of those to train on, in order (valid
   * until the next call); may wait for what it is made from.
   */
  next(): Promise<Uint32Array>;
  /** Records what fills `rows`. Called at most once after `next`, and once a submit. */
  record(encoder: GPUCommandEncoder): void;
  /** Begins again: `next` gives the first production. */
  restart(): void;
  destroy(): void;
}

export interface ShuffleOptions {
  readonly label: string;
  /** d. */
  readonly width: number;
  readonly order: BufferOrder;
  readonly batchRows: number;
  open(device: GPUDevice): Promise<RowProducer>;
}

/** Rows that one workgroup of either kernel copies. */
const ROWS_PER_GROUP = 8;
/** Productions that may wait on the queue, so that nobody else has to wait long. */
const IN_FLIGHT = 2;

const gatherUniform = defineUniforms([
  ['seed', 'u32'],
  ['epoch', 'u32'],
  ['position', 'u32'],
]);
const scatterUniform = defineUniforms([['count', 'u32']]);

/** The stream of batches that a shuffle buffer gives. */
export function shuffleStream(options: ShuffleOptions): StreamPlan {
  const { order, batchRows } = options;
  return {
    plan: gatherPlan(options),
    output: 'x',
    uniforms: (batchIndex) => {
      const place = batchIndex * batchRows;
      return { seed: order.seed, epoch: order.mixingOf(place), position: order.positionOf(place) };
    },
    openFeeder: (device, buffers, clock) => ShuffleFeeder.open(device, buffers, clock, options),
  };
}

function gatherPlan({ label, width, order, batchRows }: ShuffleOptions): Plan {
  const vectors = vectorsPerRow(width);
  return {
    name: label,
    uniform: gatherUniform,
    buffers: [
      {
        name: 'pool',
        type: 'f32',
        length: order.capacity * 4 * vectors,
        shape: `[${order.capacity} rows, ${4 * vectors}]`,
      },
      batchBuffer(batchRows, vectors),
    ],
    imports: [],
    clears: [],
    passes: [
      {
        name: 'gather batch',
        kernel: gatherRowsKernel,
        bindings: { table: 'pool', x: 'x' },
        constants: {
          BATCH_ROWS: batchRows,
          VECTORS: vectors,
          TRAIN_ROWS: order.capacity,
          SHUFFLED: 1,
          HOLD_OUT: 0,
          DOMAIN_BITS: domainBits(order.capacity),
          ORDER_STREAM: RandomStream.rowOrder,
          HELD_OUT_STREAM: RandomStream.heldOutRows,
        },
        workgroups: [Math.ceil(batchRows / ROWS_PER_GROUP), 1, 1],
      },
    ],
  };
}

/** Moves up to `moves` rows of `width` numbers into the buffer. */
export function scatterPlan(width: number, moves: number): Plan {
  return {
    name: 'shuffle buffer',
    uniform: scatterUniform,
    buffers: [{ name: 'moves', type: 'u32', length: 2 * moves, shape: `[${moves}, 2]` }],
    imports: ['rows', 'pool'],
    clears: [],
    passes: [
      {
        name: 'scatter rows',
        kernel: scatterRowsKernel,
        bindings: { rows: 'rows', moves: 'moves', pool: 'pool' },
        constants: { MOVES: moves, VECTORS: vectorsPerRow(width) },
        workgroups: across(Math.ceil(moves / ROWS_PER_GROUP)),
      },
    ],
  };
}

/** What a resumed run needs of the rows made before: the slot of each that is still in the buffer. */
interface Survivors {
  readonly slots: ReadonlyMap<number, number>;
  /** Rows up to here have gone into the buffer. */
  readonly end: number;
}

class ShuffleFeeder implements StreamFeeder {
  /** Rows that have gone into the buffer. */
  private placed = 0;
  /** Rows of the current production, and how many of them have been placed. */
  private production: Uint32Array = new Uint32Array(0);
  private taken = 0;
  /** Batches that can be asked for next without making anything again: all that were granted last. */
  private granted = { from: 0, to: 0 };
  private readonly inFlight: Promise<void>[] = [];
  private readonly moves: Uint32Array<ArrayBuffer>;

  private constructor(
    private readonly device: GPUDevice,
    private readonly clock: WorkClock<FeedPart>,
    private readonly options: ShuffleOptions,
    private readonly producer: RowProducer,
    private readonly scatter: OpenPlan,
  ) {
    this.moves = new Uint32Array(2 * producer.rowsPerProduction);
  }

  static async open(
    device: GPUDevice,
    buffers: BufferMap,
    clock: WorkClock<FeedPart>,
    options: ShuffleOptions,
  ): Promise<ShuffleFeeder> {
    const producer = await options.open(device);
    const plan = scatterPlan(options.width, producer.rowsPerProduction);
    try {
      const scatter = await openPlan(device, plan, new Map([...buffers, ['rows', producer.rows]]));
      return new ShuffleFeeder(device, clock, options, producer, scatter);
    } catch (error) {
      producer.destroy();
      throw error;
    }
  }

  get rowsMade(): number {
    return this.placed + this.production.length - this.taken;
  }

  get filled(): number {
    return Math.min(1, this.placed / this.options.order.capacity);
  }

  async feed(batchIndex: number, wanted: number): Promise<number> {
    const { order, batchRows } = this.options;
    const place = batchIndex * batchRows;
    const { from, to } = this.granted;
    if (batchIndex < from || batchIndex > to) await this.goTo(place);
    this.granted = { from: batchIndex, to: batchIndex };
    const allowed = order.allowed(place);
    const needed = order.needed(place);
    // Beyond what the next batch needs, a production is made when all of it has room.
    while (this.placed < allowed) {
      if (this.taken === this.production.length) {
        const room = allowed - this.placed;
        if (this.placed >= needed && room < this.producer.rowsPerProduction) break;
        await this.produce();
      }
      this.place(Math.min(allowed - this.placed, this.production.length - this.taken));
      if (this.placed < needed) return 0;
    }
    const ready = Math.min(wanted, order.reach(place) / batchRows);
    this.granted = { from: batchIndex, to: batchIndex + ready };
    return ready;
  }

  destroy(): void {
    this.producer.destroy();
    this.scatter.destroy();
  }

  /** Makes the next production, once the queue has room for it. */
  private async produce(): Promise<void> {
    this.production = await this.producer.next();
    this.taken = 0;
    await this.submitProduction();
  }

  private async submitProduction(): Promise<void> {
    if (this.inFlight.length >= IN_FLIGHT) await this.inFlight.shift();
    this.submit((encoder) => this.producer.record(encoder), 'source');
  }

  /** Places the next `count` rows of the production in the slots that are theirs. */
  private place(count: number): void {
    const { order } = this.options;
    for (let i = 0; i < count; i += 1) {
      this.moves[2 * i] = at(this.production, this.taken + i);
      this.moves[2 * i + 1] = order.slotOf(this.placed + i);
    }
    this.submitMoves(count);
    this.taken += count;
    this.placed += count;
  }

  private submitMoves(count: number): void {
    if (count === 0) return;
    const { own, runner } = this.scatter;
    own.write('moves', this.moves.subarray(0, 2 * count));
    runner.setUniforms(0, { count });
    runner.upload();
    this.submit((encoder) => inPass(encoder, (pass) => runner.record(pass)), 'shuffle');
  }

  private submit(record: (encoder: GPUCommandEncoder) => void, part: FeedPart): void {
    const encoder = this.device.createCommandEncoder();
    record(encoder);
    this.device.queue.submit([encoder.finish()]);
    const done = this.clock.mark(part);
    // It fails when the device is gone, which whoever holds the device is told.
    done.catch(() => undefined);
    if (part === 'source') this.inFlight.push(done);
  }

  /**
   * Fills the buffer as it was before the batch at `place`, for a run that goes on from there. Only the rows
   * that are still in it are made: about half of a half for every mixing further back.
   */
  private async goTo(place: number): Promise<void> {
    const { order } = this.options;
    const mixing = order.mixingOf(place);
    const slots = new Map(Array.from(order.rowsDuring(mixing), (row, slot) => [row, slot]));
    this.producer.restart();
    this.placed = 0;
    this.production = new Uint32Array(0);
    this.taken = 0;
    const survivors = { slots, end: order.needed(place) };
    while (this.placed < survivors.end) await this.replay(survivors);
  }

  private async replay({ slots, end }: Survivors): Promise<void> {
    this.production = await this.producer.next();
    this.taken = Math.min(this.production.length, end - this.placed);
    let count = 0;
    for (let i = 0; i < this.taken; i += 1) {
      const slot = slots.get(this.placed + i);
      if (slot === undefined) continue;
      this.moves[2 * count] = at(this.production, i);
      this.moves[2 * count + 1] = slot;
      count += 1;
    }
    if (count > 0 || this.taken < this.production.length) await this.submitProduction();
    this.submitMoves(count);
    this.placed += this.taken;
  }
}
