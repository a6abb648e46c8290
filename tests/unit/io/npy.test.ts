/**
 * The .npy reader and writer: round trips of any shape, every dtype and header version numpy writes, and
 * a refusal in words for everything else. The first header is a literal copy of one written by numpy 2.4.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { concatBytes } from '../../../src/io/bytes';
import { npyHeader, readNpy, writeNpy } from '../../../src/io/npy';
import { complaint, numberSequence } from './complaint';
import { file, header, six } from './npy_file';

describe('reading .npy', () => {
  it('reads what numpy.save writes', () => {
    // np.save of np.array([[1, -2, 3.5], [0, 1e-30, 6]], '<f4'), numpy 2.4.6.
    const text =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + ' '.repeat(58) + '\n';
    const bytes = file(text, six);
    expect(bytes.length).toBe(128 + 24);
    expect(readNpy(bytes, 'x.npy')).toEqual({ rows: 2, width: 3, values: six });
  });

  it.each([1, 2, 3])('reads header version %i', (version) => {
    const bytes = file(header('<f4', '(3, 2)'), six, version);
    expect(readNpy(bytes, 'x.npy')).toEqual({ rows: 3, width: 2, values: six });
  });

  it('widens float16 and narrows float64', () => {
    const half = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x7bff);
    expect([...readNpy(file(header('<f2', '(2, 2)'), half), 'x').values]).toEqual([
      1, -2, 0.333251953125, 65504,
    ]);
    const double = Float64Array.of(0.1, -Infinity, 2 ** -160, 3);
    expect([...readNpy(file(header('<f8', '(1, 4)'), double), 'x').values]).toEqual([
      Math.fround(0.1),
      -Infinity,
      0,
      3,
    ]);
  });

  it('names float64 numbers that float32 does not hold as such, and not as infinite or zero', () => {
    const said = (...values: number[]) =>
      complaint(() => readNpy(file(header('<f8', '(2, 3)'), Float64Array.of(...values)), 'x.npy'));
    expect(said(1, NaN, Infinity, 2, -1e300, 3.5e38)).toBe(
      'bad_data: x.npy holds 2 float64 values beyond float32, whose largest is 3.40e+38; the first, -1.00e+300, is in row 1, column 1 (counted from 0).',
    );
    expect(said(0, 0, 1e-60, 0, -1e-300, 0)).toBe(
      'bad_data: x.npy holds only float64 values too small for float32, whose smallest is 1.40e-45; the first, 1.00e-60, is in row 0, column 2 (counted from 0).',
    );
    expect(said(0, 0, 0, 0, 0, 0)).toBe('no complaint');
  });

  it('reads a matrix of one row or one column in either order, since both are the same', () => {
    const bytes = file(header('<f4', '(6, 1)', 'True'), six);
    expect(readNpy(bytes, 'x').values).toEqual(six);
  });

  it('reads numbers that lie at an odd place in a larger buffer', () => {
    const bytes = file(header('<f4', '(2, 3)'), six);
    for (let shift = 0; shift < 4; shift++) {
      const moved = concatBytes([new Uint8Array(shift), bytes]).subarray(shift);
      expect(readNpy(moved, 'x').values).toEqual(six);
    }
  });

  it.each([
    ["{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}", 'another order, no last comma'],
    ['{"descr": "<f4", "fortran_order": False, "shape": (2, 3)}', 'double quotes'],
    ["  {'descr':'<f4','fortran_order':False,'shape':(2,3,),}  \n\n", 'other spaces'],
    [header('<f4', '(2L, 3L)'), 'the long numbers of Python 2'],
    [header('<f4', '(np.int64(2), np.uint8( 3 ))'), "NumPy's own numbers"],
    [header('<f4', '(numpy.intp(2), 3)'), "NumPy's own numbers under its full name"],
  ])('reads the header %s (%s)', (text) => {
    expect(readNpy(file(text, six), 'x').rows).toBe(2);
  });
});

describe('refusing .npy', () => {
  const good = file(header('<f4', '(2, 3)'), six);
  const refusals: [what: string, bytes: Uint8Array, sentence: string][] = [
    [
      'an empty file',
      new Uint8Array(),
      'it starts with nothing instead of the magic 93 4e 55 4d 50 59',
    ],
    [
      'another format',
      new TextEncoder().encode('RIFF wave'),
      'it starts with 52 49 46 46 20 77 instead of the magic 93 4e 55 4d 50 59',
    ],
    ['a file that ends after its magic', good.subarray(0, 8), 'it has 8 bytes'],
    [
      'a file that ends in its header',
      good.subarray(0, 40),
      'the header should end at byte 70 and the file has 40 bytes',
    ],
    [
      'an unknown version',
      Uint8Array.of(...good.subarray(0, 6), 4, 0, ...good.subarray(8)),
      'is .npy version 4.0; versions 1.0, 2.0 and 3.0 can be read',
    ],
    [
      'missing numbers',
      good.subarray(0, good.length - 4),
      "has 90 bytes where its shape (2, 3) of dtype '<f4' needs 94",
    ],
    [
      'too many numbers',
      concatBytes([good, Uint8Array.of(0)]),
      "has 95 bytes where its shape (2, 3) of dtype '<f4' needs 94",
    ],
    [
      'a shape beyond all bounds',
      file(header('<f4', '(9000000000, 9000000000)'), six),
      "of dtype '<f4' needs 324000000000000000000",
    ],
    ['big-endian numbers', file(header('>f4', '(2, 3)'), six), "big-endian numbers (dtype '>f4')"],
    [
      'whole numbers',
      file(header('<i8', '(1, 3)'), six),
      "holds numbers of dtype '<i8'; float16, float32 and float64",
    ],
    ['Fortran order', file(header('<f4', '(2, 3)', 'True'), six), 'is stored in Fortran order'],
    ['a vector', file(header('<f4', '(6,)'), six), 'has shape (6,); a matrix [rows, width]'],
    ['a scalar', file(header('<f4', '()'), six), 'has shape (); a matrix'],
    ['three dimensions', file(header('<f4', '(1, 2, 3)'), six), 'has shape (1, 2, 3); a matrix'],
    ['no rows', file(header('<f4', '(0, 3)'), six), 'has shape (0, 3), so it holds no numbers'],
    [
      'an over-long header',
      file(`${header('<f4', '(2, 3)')}${' '.repeat(20_000)}`, six),
      'more than the 10000 of any plain array',
    ],
  ];
  it.each(refusals)('refuses %s', (_what, bytes, sentence) => {
    const said = complaint(() => readNpy(bytes, 'rows.npy'));
    expect(said).toContain('bad_file: rows.npy ');
    expect(said).toContain(sentence);
  });

  it.each([
    ["__import__('os').system('true')", 'unexpected "__import__'],
    ['print()', 'it is not a dictionary'],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)",
      'not a dictionary of named values',
    ],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} + 1", 'unexpected "+ 1"'],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}{", 'something follows'],
    ["{'descr': '<f4', 'shape': (2, 3), }", "'fortran_order' is missing"],
    ["{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3), }", "'fortran_order' is missing or"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': 6, }", "'shape' is missing or not a tuple"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (6), }", "'shape' is not plain"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", 'unexpected "-2, 3), }"'],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, }", "'shape' is not plain"],
    ["{'descr': [('a', '<f4'], 'fortran_order': False, 'shape': (2, 3), }", "'descr' is not plain"],
    [
      "{'descr': [], 'fortran_order': False, 'shape': (2, 3), }",
      "'descr' is missing or not a dtype",
    ],
    [
      "{'descr': ['<f4'], 'fortran_order': False, 'shape': (2,)}",
      "'descr' is missing or not a dtype",
    ],
    [`{'descr': ${'['.repeat(40)}`, "'descr' is not plain"],
    [
      "{'descr': True, 'fortran_order': False, 'shape': (2, 3), }",
      "'descr' is missing or not a dtype",
    ],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3], }", "'shape' is missing or not"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, True), }", "'shape' is missing or not"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2Lx, 3), }", 'unexpected "2Lx, 3), }"'],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (os.int64(2), 3)}",
      'unexpected ".int64(2)',
    ],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': 'x', }", "'shape' is missing or not"],
    ["{'descr': '<f4', 'descr': '<f4', 'shape': (2, 3), }", "'descr' appears twice"],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': True}",
      "has an unknown key 'x'",
    ],
    ['', 'it is not a dictionary'],
  ])('does not believe the header %s', (text, reason) => {
    const said = complaint(() => readNpy(file(text, six), 'rows.npy'));
    expect(said).toContain('bad_file: rows.npy has a header that cannot be read: ');
    expect(said).toContain(reason);
  });

  it('answers any damage to a header with a LabError or a matrix, never with anything else', () => {
    const next = numberSequence(1);
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from(good);
      const end = Math.floor(next() * bytes.length);
      for (let change = 0; change <= next() * 3; change++) {
        bytes[Math.floor(next() * 70)] = Math.floor(next() * 256);
      }
      const damaged = next() < 0.3 ? bytes.subarray(0, end) : bytes;
      expect(complaint(() => readNpy(damaged, 'x'))).toMatch(/^(no complaint$|bad_file: x )/);
    }
  });
});

describe('writing .npy', () => {
  it('gives back the same numbers for any shape', () => {
    const next = numberSequence(2);
    for (let round = 0; round < 30; round++) {
      const rows = 1 + Math.floor(next() * 40);
      const width = 1 + Math.floor(next() * 40);
      const values = Float32Array.from({ length: rows * width }, () => next() - 0.5);
      expect(readNpy(writeNpy({ rows, width, values }), 'x')).toEqual({ rows, width, values });
    }
  });

  it('keeps NaN and infinities', () => {
    const values = Float32Array.of(NaN, Infinity, -Infinity, -0);
    expect(readNpy(writeNpy({ rows: 2, width: 2, values }), 'x').values).toEqual(values);
  });

  it('starts the numbers at a multiple of 64, as numpy does', () => {
    for (const rows of [1, 99, 12345678, 1e15]) {
      const bytes = npyHeader([rows, 3]);
      expect(bytes.length % 64).toBe(0);
      expect(at(bytes, 8) + 256 * at(bytes, 9)).toBe(bytes.length - 10);
      expect(at(bytes, bytes.length - 1)).toBe(0x0a);
    }
  });
});
