/** Packing: every stored number is found where the kernels read it, and everything else is zero. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import {
  asFloat32,
  commonFormat,
  entryOf,
  halfToNumber,
  packMatrix,
  packedBytes,
  type PackedMatrix,
} from '../../../src/lm/pack_matrix';
import { gatedRows, headColumns, headRows, layoutOf } from '../../../src/lm/transformer_layout';
import type { TransformerConfig } from '../../../src/lm/language_model';
import { randomMatrix } from './random_transformer';

/** Packed entry as the number that it stands for. */
function packedEntry({ format, rows, chunks, bytes, terms }: PackedMatrix, row: number, i: number) {
  const index = row * chunks * 16 + i;
  const factor = at(terms, row);
  expect(terms.length).toBe(2 * rows);
  if (format === 'f32') return factor * at(new Float32Array(bytes.buffer), index);
  if (format === 'f16') return factor * halfToNumber(at(new Uint16Array(bytes.buffer), index));
  return factor * at(new Int8Array(bytes.buffer), index);
}

const config: TransformerConfig = {
  form: 'llama',
  width: 36,
  hidden: 17,
  layers: 1,
  heads: 6,
  kvHeads: 2,
  vocabulary: 33,
  context: 8,
  epsilon: 1e-5,
};

describe.each(['f32', 'f16', 'i8'] as const)('packing %s', (format) => {
  it('keeps rows and pads them to chunks of 16 columns and groups of 8 rows', () => {
    const matrix = randomMatrix(format, 5, 18, 1, new RandomDraws(1, 1));
    const bias = Float32Array.of(1, 2, 3, 4, 5);
    const packed = packMatrix(
      [matrix],
      [bias],
      Array.from({ length: 5 }, (_, row) => [0, row] as const),
    );
    expect([packed.rows, packed.chunks]).toEqual([8, 2]);
    expect(packed.bytes.length).toBe(packedBytes(packed));
    for (let row = 0; row < 8; row += 1) {
      expect(at(packed.terms, 8 + row)).toBe(row < 5 ? row + 1 : 0);
      for (let i = 0; i < 32; i += 1) {
        const expected = row < 5 && i < 18 ? entryOf(matrix, row, i) : 0;
        expect(packedEntry(packed, row, i)).toBeCloseTo(expected, 6);
      }
    }
  });

  it('gives every head whole vec4s, in rows and in columns', () => {
    const layout = layoutOf(config);
    const random = (rows: number, columns: number, seed: number) =>
      randomMatrix(format, rows, columns, 1, new RandomDraws(seed, 1));
    const sources = [random(36, 36, 1), random(12, 36, 2), random(12, 36, 3)];
    const heads = packMatrix(sources, [null, null, null], headRows(config, layout));
    // Heads of 6 numbers lie in 8; the second key head is the eighth of all.
    expect(packedEntry(heads, 7 * 8 + 5, 3)).toBeCloseTo(entryOf(at(sources, 1), 11, 3), 6);
    expect(packedEntry(heads, 7 * 8 + 6, 3)).toBe(0);
    const output = random(36, 36, 4);
    const columns = headColumns(config, layout);
    const rows = Array.from({ length: 36 }, (_, row) => [0, row] as const);
    const packed = packMatrix([output], [null], rows, columns);
    expect(packedEntry(packed, 2, 8)).toBeCloseTo(entryOf(output, 2, 6), 6);
    expect(packedEntry(packed, 2, 7)).toBe(0);
  });

  it('lets two gates and their two ups alternate', () => {
    const gate = randomMatrix(format, 17, 36, 1, new RandomDraws(1, 1));
    const up = randomMatrix(format, 17, 36, 1, new RandomDraws(2, 1));
    const packed = packMatrix([gate, up], [null, null], gatedRows(config, layoutOf(config)));
    expect(packed.rows).toBe(40);
    expect(packedEntry(packed, 12 + 1, 5)).toBeCloseTo(entryOf(gate, 7, 5), 6);
    expect(packedEntry(packed, 12 + 2, 5)).toBeCloseTo(entryOf(up, 6, 5), 6);
    expect(packedEntry(packed, 32, 5)).toBeCloseTo(entryOf(gate, 16, 5), 6);
    expect(packedEntry(packed, 33, 5)).toBe(0);
  });
});

describe('formats', () => {
  it('reads half floats of every kind', () => {
    const cases: [number, number][] = [
      [0x0000, 0],
      [0x3c00, 1],
      [0xc000, -2],
      [0x0001, 2 ** -24],
      [0x7bff, 65504],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
    ];
    for (const [bits, value] of cases) expect(halfToNumber(bits)).toBe(value);
    expect(halfToNumber(0x7e00)).toBeNaN();
  });

  it('falls back to float32 where matrices of different formats share a buffer', () => {
    const bytes = randomMatrix('i8', 2, 3, 1, new RandomDraws(1, 1));
    const halves = randomMatrix('f16', 2, 3, 1, new RandomDraws(2, 1));
    expect(commonFormat([bytes, bytes])).toBe('i8');
    expect(commonFormat([bytes, halves])).toBe('f32');
    const packed = packMatrix(
      [bytes, halves],
      [null, null],
      [
        [0, 1],
        [1, 1],
      ],
    );
    expect(packed.format).toBe('f32');
    expect(packedEntry(packed, 0, 2)).toBeCloseTo(entryOf(bytes, 1, 2), 6);
    expect(packedEntry(packed, 1, 2)).toBeCloseTo(entryOf(halves, 1, 2), 6);
    expect(asFloat32(bytes).values[4]).toBeCloseTo(entryOf(bytes, 1, 1), 6);
  });
});

describe('a layout', () => {
  it.each([
    [{ heads: 5 }, 'cannot be split into 5 heads'],
    [{ kvHeads: 4 }, 'cannot share 4 heads'],
    [{ heads: 4, kvHeads: 4 }, 'of even width; these have 9'],
    [{ width: 130, heads: 1, kvHeads: 1 }, '130 wide'],
  ])('refuses %o', (change, words) => {
    expect(() => layoutOf({ ...config, ...change })).toThrow(words);
  });
});
