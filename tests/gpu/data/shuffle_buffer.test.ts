/**
 * The shuffle buffer on the GPU against the order on the CPU: the same rows in the same places, bit for bit,
 * over several mixings, for ragged shapes, whatever a production holds, and from the middle of a run.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { padRows } from '../../../src/base/padded_rows';
import { shuffleStream } from '../../../src/data/shuffle_buffer';
import { bufferOrder, type BufferOrder } from '../../../src/data/shuffle_order';
import { testDevice } from '../adapter';
import { feedBatches } from './feed_batches';
import { FORBIDDEN, NumberedRows } from './numbered_rows';

interface Shape {
  readonly width: number;
  readonly capacity: number;
  readonly batchRows: number;
  readonly production: number;
}

const shapes: Shape[] = [
  { width: 1, capacity: 2, batchRows: 1, production: 2 },
  { width: 3, capacity: 12, batchRows: 3, production: 5 },
  { width: 5, capacity: 40, batchRows: 5, production: 17 },
  { width: 17, capacity: 100, batchRows: 17, production: 33 },
  { width: 33, capacity: 130, batchRows: 32, production: 64 },
  { width: 8, capacity: 64, batchRows: 64, production: 300 },
];

async function open(shape: Shape, order: BufferOrder) {
  const device = await testDevice();
  const producers: NumberedRows[] = [];
  const stream = shuffleStream({
    label: 'numbers',
    width: shape.width,
    order,
    batchRows: shape.batchRows,
    open: (own) => {
      const producer = new NumberedRows(own, shape.width, shape.production);
      producers.push(producer);
      return Promise.resolve(producer);
    },
  });
  return { device, stream, producers };
}

/** What the batch should hold: row n is n in every column. */
function expected(order: BufferOrder, { width, batchRows }: Shape, batch: number): Float32Array {
  const rows = order.rowsAt(batch * batchRows, batchRows);
  const x = new Float32Array(batchRows * width);
  rows.forEach((row, i) => x.fill(row, i * width, (i + 1) * width));
  return padRows(x, width);
}

describe.each(shapes)('a buffer of $capacity rows of $width, batches of $batchRows', (shape) => {
  const order = bufferOrder(shape.capacity, null, shape.batchRows, 7);
  const count = Math.ceil((4.5 * order.capacity) / 2 / shape.batchRows);

  it('gives the rows of its CPU twin, and never one that is left out', async () => {
    const { device, stream } = await open(shape, order);
    const { batches } = await feedBatches(device, stream, 0, count, 3);
    batches.forEach((batch, i) => {
      expect(batch).toEqual(expected(order, shape, i));
      expect(batch).not.toContain(FORBIDDEN);
    });
  });

  it('gives them, and makes no row twice, when fewer are taken than were granted', async () => {
    const { device, stream, producers } = await open(shape, order);
    const { batches } = await feedBatches(device, stream, 0, count, 5, 2);
    batches.forEach((batch, i) => expect(batch).toEqual(expected(order, shape, i)));
    const producer = at(producers, 0);
    expect(producer.recorded).toBe(producer.made);
    expect(producer.restarts).toBe(0);
  });

  it('gives them to a run that goes on from the middle, too', async () => {
    const { device, stream, producers } = await open(shape, order);
    const first = count - 3;
    const { batches } = await feedBatches(device, stream, Math.max(0, first), 3);
    batches.forEach((batch, i) => expect(batch).toEqual(expected(order, shape, first + i)));
    const producer = at(producers, 0);
    expect(producer.recorded).toBeLessThanOrEqual(producer.made);
  });
});

describe('a text that fits into the buffer', () => {
  it('is made once and comes in another order every time', async () => {
    const shape: Shape = { width: 4, capacity: 64, batchRows: 8, production: 10 };
    const order = bufferOrder(shape.capacity, 43, shape.batchRows, 3);
    const { device, stream, producers } = await open(shape, order);
    const { batches } = await feedBatches(device, stream, 0, 20, 4);
    batches.forEach((batch, i) => expect(batch).toEqual(expected(order, shape, i)));
    // 43 rows in productions of at most 6.
    expect(at(producers, 0).recorded).toBeLessThan(12);
  });
});
