/**
 * The safetensors reader and writer: exact round trips, the 16-bit types, and a refusal in words for
 * headers that lie. Files are built here from the format's definition (length, JSON, numbers), so that
 * the writer is not its own judge.
 */
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { bytesOf, concatBytes } from '../../../src/io/bytes';
import {
  findTensor,
  floatTensor,
  readSafetensors,
  uintTensor,
  writeSafetensors,
} from '../../../src/io/safetensors';
import { complaint, numberSequence, wayOut } from './complaint';

/** A file with any header and any data. */
function file(header: unknown, data: Uint8Array): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return concatBytes([length, json, data]);
}

const four = bytesOf(Float32Array.of(1, 2, 3, 4));
const entry = (dtype: string, shape: unknown, begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('reading safetensors', () => {
  it('reads tensors and metadata whatever the order of the header', () => {
    const read = readSafetensors(
      file(
        {
          b: entry('F32', [1, 2], 8, 16),
          __metadata__: { format: 'pt' },
          a: entry('F32', [2], 0, 8),
          empty: entry('F32', [0, 5], 16, 16),
        },
        four,
      ),
      'x',
    );
    expect(read.metadata).toEqual({ format: 'pt' });
    expect([...read.tensors.keys()]).toEqual(['b', 'a', 'empty']);
    expect([...floatTensor(read, 'a', [2])]).toEqual([1, 2]);
    expect([...floatTensor(read, 'b', [1, 2])]).toEqual([3, 4]);
    expect([...floatTensor(read, 'empty', [0, 5])]).toEqual([]);
  });

  it('widens F16 and BF16, at any alignment', () => {
    const halves = bytesOf(Uint16Array.of(0x3c00, 0xc000));
    const read = readSafetensors(
      file(
        { x: entry('F16', [2], 0, 4), y: entry('BF16', [2], 4, 8) },
        concatBytes([halves, bytesOf(Uint16Array.of(0x3f80, 0xc000))]),
      ),
      'x',
    );
    expect([...floatTensor(read, 'x', [2])]).toEqual([1, -2]);
    expect([...floatTensor(read, 'y', [2])]).toEqual([1, -2]);
  });
});

describe('the dtypes of the format', () => {
  it('are known, the small ones too, so that a tensor nobody asks for is no reason to refuse a file', () => {
    const read = readSafetensors(
      file(
        {
          a: entry('F8_E8M0', [2], 0, 2),
          b: entry('F4', [2, 2], 2, 4),
          c: entry('C64', [1], 4, 12),
          d: entry('F32', [1], 12, 16),
        },
        four,
      ),
      'x',
    );
    expect([...floatTensor(read, 'd', [1])]).toEqual([4]);
    expect(complaint(() => readSafetensors(file({ a: entry('F4', [3], 0, 2) }, four), 'x'))).toBe(
      'bad_file: x gives tensor "a" 2 bytes where its shape [3] of F4 needs 1.5.',
    );
  });

  it('that are not read come with lines that make float32 of them', () => {
    const read = readSafetensors(
      file({ a: entry('F8_E4M3', [16], 0, 16) }, four),
      'dir/m.safetensors',
    );
    const lines =
      'Save it as float32. In Python, in its folder: from safetensors.torch import load_file, save_file; t = load_file("m.safetensors"); save_file({k: v.float() for k, v in t.items()}, "m.safetensors")';
    expect(wayOut(() => floatTensor(read, 'a', [16]))).toBe(lines);
    const unknown = file({ a: entry('F7', [4], 0, 16) }, four);
    expect(wayOut(() => readSafetensors(unknown, 'm.safetensors'))).toBe(lines);
  });
});

describe('another format under the name of safetensors', () => {
  it.each<[Uint8Array, string, string]>([
    [
      zipSync({ 'archive/data.pkl': new Uint8Array(4) }),
      'is a file of torch.save, a pickle, which can run code and is never opened.',
      't = torch.load("m.safetensors", map_location="cpu"); save_file(',
    ],
    [Uint8Array.of(0x80, 2, 0x8a, 10), 'is a Python pickle', 'torch.load("m.safetensors"'],
    [
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
      'is only the pointer that Git LFS keeps in place of the file.',
      'git lfs pull',
    ],
    [new TextEncoder().encode('<!doctype html>'), 'is a web page', '/resolve/'],
    [gzipSync(four), 'is compressed with gzip.', 'Unpack it'],
  ])('is called by its name: %#', (bytes, sentence, advice) => {
    const attempt = () => readSafetensors(bytes, 'm.safetensors');
    expect(complaint(attempt)).toContain(`bad_file: m.safetensors ${sentence}`);
    expect(wayOut(attempt)).toContain(advice);
  });
});

describe('refusing safetensors', () => {
  const refusals: [what: string, bytes: Uint8Array, sentence: string][] = [
    ['an empty file', new Uint8Array(), 'it has 0 bytes, fewer than 8'],
    [
      'a header longer than the file',
      Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 1),
      'says that its header has 200 bytes, but the file has 9',
    ],
    [
      'a header of absurd length',
      new Uint8Array(16).fill(0xff),
      'says that its header has 18446744073709551615 bytes, but the file has 16',
    ],
    ['a header that is no JSON', file('{"a":', four), 'has a header that is not a JSON object'],
    ['a header that is a list', file([1], four), 'has a header that is not a JSON object'],
    ['metadata with numbers', file({ __metadata__: { a: 1 } }, new Uint8Array()), 'has metadata'],
    ['an unknown dtype', file({ a: entry('F7', [4], 0, 16) }, four), 'the dtype "F7"; known are'],
    ['a tensor without dtype', file({ a: {} }, four), 'gives tensor "a" the dtype undefined'],
    ['an entry that is no object', file({ a: 3 }, four), 'gives tensor "a" the dtype undefined'],
    ['a shape of fractions', file({ a: entry('F32', [1.5], 0, 6) }, four), 'no shape of whole'],
    ['a negative shape', file({ a: entry('F32', [-4], 0, 16) }, four), 'no shape of whole'],
    ['reversed offsets', file({ a: entry('F32', [4], 16, 0) }, four), 'no position in the file'],
    [
      'offsets beyond the file',
      file({ a: entry('F32', [5], 0, 20) }, four),
      'is cut off: tensor "a" ends at byte 20 of the data and the file holds 16',
    ],
    [
      'a size that does not match the shape',
      file({ a: entry('F32', [2, 2], 0, 12) }, four),
      'gives tensor "a" 12 bytes where its shape [2, 2] of F32 needs 16',
    ],
    [
      'overlapping tensors',
      file({ a: entry('F32', [3], 0, 12), b: entry('F32', [2], 8, 16) }, four),
      'lets tensor "b" overlap another one at byte 8 of the data',
    ],
    [
      'a hole',
      file({ a: entry('F32', [1], 0, 4), b: entry('F32', [2], 8, 16) }, four),
      'has a hole of 4 bytes before tensor "b"',
    ],
    [
      'bytes that belong to no tensor',
      file({ a: entry('F32', [3], 0, 12) }, four),
      'holds 16 bytes of data where its tensors need 12, so 4 bytes belong to none',
    ],
  ];
  it.each(refusals)('refuses %s', (_what, bytes, sentence) => {
    const said = complaint(() => readSafetensors(bytes, 'w.safetensors'));
    expect(said).toContain('bad_file: w.safetensors ');
    expect(said).toContain(sentence);
  });

  it('names what is there when a tensor is missing, of another shape or of another dtype', () => {
    const read = readSafetensors(
      file({ a: entry('F32', [2], 0, 8), n: entry('I64', [1], 8, 16) }, four),
      'w',
    );
    expect(complaint(() => findTensor(read, 'b'))).toBe(
      'bad_file: w has no tensor "b"; it has a, n.',
    );
    expect(complaint(() => floatTensor(read, 'a', [1, 2]))).toBe(
      'bad_file: w has tensor "a" of shape [2] where [1, 2] is needed.',
    );
    expect(complaint(() => floatTensor(read, 'n', [1]))).toBe(
      'bad_file: w has tensor "n" of dtype I64; F32, F16 and BF16 can be read.',
    );
    expect(complaint(() => uintTensor(read, 'a', [2]))).toContain('of dtype F32 where U32 is');
  });

  it('answers any damage with a LabError or a file, never with anything else', () => {
    const good = writeSafetensors(
      [{ name: 'a', shape: [4], values: Float32Array.of(1, 2, 3, 4) }],
      {
        k: 'v',
      },
    );
    const next = numberSequence(3);
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from(good);
      for (let change = 0; change <= next() * 3; change++) {
        bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      }
      const damaged = next() < 0.3 ? bytes.subarray(0, next() * bytes.length) : bytes;
      expect(complaint(() => readSafetensors(damaged, 'x'))).toMatch(
        /^(no complaint$|bad_file: x )/,
      );
    }
  });
});

describe('writing safetensors', () => {
  it('gives back the same numbers, order and metadata', () => {
    const next = numberSequence(4);
    for (let round = 0; round < 50; round++) {
      const tensors = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, i) => {
        const shape = Array.from({ length: Math.floor(next() * 4) }, () => Math.floor(next() * 6));
        const length = shape.reduce((product, n) => product * n, 1);
        const floats = Float32Array.from({ length }, () => next() - 0.5);
        const values = next() < 0.3 ? new Uint32Array(floats.buffer) : floats;
        return { name: `t${i} "ü"`, shape, values };
      });
      const metadata = round % 2 === 0 ? {} : { note: 'a "quoted" wörd' };
      const read = readSafetensors(writeSafetensors(tensors, metadata), 'x');
      expect(read.metadata).toEqual(metadata);
      expect([...read.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
      for (const { name, shape, values } of tensors) {
        const back = values instanceof Uint32Array ? uintTensor : floatTensor;
        expect(back(read, name, shape)).toEqual(values);
      }
    }
  });

  it('starts the numbers at a multiple of 8', () => {
    for (let length = 1; length < 20; length++) {
      const bytes = writeSafetensors([
        { name: 'x'.repeat(length), shape: [1], values: new Float32Array(1) },
      ]);
      expect((bytes.length - 4) % 8).toBe(0);
    }
  });
});
