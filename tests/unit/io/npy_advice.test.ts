/** What is said and advised of a .npy that is refused. */
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { bytesOf, concatBytes } from '../../../src/io/bytes';
import { readNpy, writeNpy } from '../../../src/io/npy';
import { complaint, wayOut } from './complaint';
import { file, header, six } from './npy_file';

describe('the way out of a file that is refused', () => {
  // Those for NumPy alone were run by Python 3.11 with NumPy 2.4 beside such files; what they saved is read.
  const load = 'In Python: import numpy as np; x = np.load("a.npy")';
  const loadObjects = `If you trust it: ${load.replace('"a.npy"', '"a.npy", allow_pickle=True')}`;
  const fields = (descr: string, shape = '(2,)') =>
    file(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`, six);
  const rfn = load.replace('np;', 'np, numpy.lib.recfunctions as rfn;');
  const latin = fields("[('ä', '<f4'), ('b', '<f4')]");
  const cases: [what: string, bytes: Uint8Array, message: string, advice: string][] = [
    [
      'bfloat16, which is saved as |V2 or <V2',
      file(header('|V2', '(2, 3)'), six),
      "holds items of 2 bytes that do not say what they are (dtype '|V2'); NumPy saves bfloat16 like that.",
      `If they are bfloat16: ${load}; np.save("a.npy", np.left_shift(x.view("<u2"), 16, dtype="<u4").view("<f4"))`,
    ],
    [
      'bytes of an unknown dtype',
      file(header('<V1', '(2, 3)'), six),
      "holds items of 1 bytes that do not say what they are (dtype '<V1').",
      'Convert the array x where it was made, before it is saved: np.save("a.npy", x.astype("<f4"))',
    ],
    [
      'a structured array of numbers',
      fields("[('a', '<f4'), ('b', '<i8', (3,))]"),
      'holds a structured array with fields a, b; a plain matrix is needed.',
      `${rfn}; np.save("a.npy", rfn.structured_to_unstructured(x).astype("<f4"))`,
    ],
    [
      'a structured array with a text, a title and padding',
      fields("[('word', '<U8'), (('long', 'a'), '<f4'), ('', '|V4'), ('s', [('t', '<f4')])]"),
      'holds a structured array with fields word, a, s; a plain matrix is needed.',
      `${rfn}; np.save("a.npy", rfn.structured_to_unstructured(x[["a"]]).astype("<f4"))`,
    ],
    [
      'a structured array of texts',
      fields("[('word', '<U8')]"),
      'holds a structured array with fields word; a plain matrix is needed.',
      'Save one field of numbers alone: np.save(file, x["field"]).',
    ],
    [
      'a header in Latin-1',
      latin.map((byte, i) => (latin[i] === 0xc3 ? 0x20 : byte === 0xa4 ? 0xe4 : byte)),
      'holds a structured array with fields  ä, b;',
      'rfn',
    ],
    [
      'a header of many fields',
      fields(`[${Array.from({ length: 900 }, (_, i) => `('f${i}', '<f4')`).join(', ')}]`),
      'bytes, more than the 10000 of any plain array.',
      'x = np.load("a.npy", max_header_size=1',
    ],
    [
      'Python objects',
      file(header('|O', '(2, 3)'), six),
      "holds Python objects (dtype '|O'), a pickle, which can run code and is never opened.",
      `${loadObjects}; np.save("a.npy", np.array(x.tolist(), "<f4"))`,
    ],
    [
      'complex numbers',
      file(header('<c8', '(1, 3)'), six),
      "holds complex numbers (dtype '<c8').",
      `${load}; np.save("a.npy", np.concatenate([x.real, x.imag], axis=-1).astype("<f4"))`,
    ],
    [
      'text',
      file(header('<U2', '(1, 3)'), six),
      "holds text (dtype '<U2'), not numbers.",
      `If every text is a number: ${load}; np.save("a.npy", x.astype("<f4"))`,
    ],
    [
      'long doubles',
      file(header('<f16', '(1, 3)'), six),
      "holds numbers of dtype '<f16'; float16, float32",
      `${load}; np.save("a.npy", x.astype("<f4"))`,
    ],
    [
      'several arrays in one file',
      concatBytes([file(header('<f4', '(2, 3)'), six), file(header('<f4', '(2, 3)'), six)]),
      'holds several arrays, saved one after another.',
      'In Python: import numpy as np; f = open("a.npy", "rb"); np.save("a_joined.npy", np.concatenate([np.load(f) for _ in iter(lambda: f.peek(1), b"")]))',
    ],
    [
      'a vector',
      file(header('<f4', '(6,)'), six),
      'has shape (6,); a matrix',
      `If it is one activation: ${load}; np.save("a.npy", x.reshape(1, -1)). If rows of a width follow one another, write x.reshape(-1, width) with that width, which must divide 6.`,
    ],
    [
      'nothing in three dimensions',
      file(header('<f4', '(2, 3, 0)'), six),
      'has shape (2, 3, 0), so it holds no numbers.',
      'Give a file with rows in it.',
    ],
    [
      'a .npz',
      zipSync({ 'x.npy': writeNpy({ rows: 1, width: 1, values: Float32Array.of(1) }) }),
      'is a .npz archive of NumPy, which holds several arrays.',
      'In Python: import numpy as np; z = np.load("a.npy"); print(z.files); np.save("rows.npy", z[z.files[0]]), or another of the names instead of the first.',
    ],
    [
      'a file of torch.save',
      zipSync({ 'archive/data.pkl': new Uint8Array(4) }),
      'is a file of torch.save, a pickle, which can run code and is never opened.',
      'If you trust it, in Python: import torch, numpy as np; np.save("a.npy", torch.load("a.npy", map_location="cpu").float().numpy())',
    ],
    [
      'a pickle',
      Uint8Array.of(0x80, 4, 0x95, 0, 0),
      'is a Python pickle, which can run code and is never opened.',
      `${loadObjects}; np.save("a.npy", np.array(x, "<f4"))`,
    ],
    [
      'a gzip',
      gzipSync(bytesOf(six)),
      'is compressed with gzip.',
      'Unpack it and give what is in it.',
    ],
    [
      'a pointer of Git LFS',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
      'is only the pointer that Git LFS keeps in place of the file.',
      'Run "git lfs pull" in its folder',
    ],
    [
      'a web page',
      new TextEncoder().encode('\n<!DOCTYPE html><html>'),
      'is a web page, not the file behind it.',
      'Download the file itself',
    ],
  ];
  it.each(cases)('%s', (_what, bytes, message, advice) => {
    expect(complaint(() => readNpy(bytes, 'a.npy'))).toContain(message);
    expect(wayOut(() => readNpy(bytes, 'a.npy'))).toContain(advice);
  });

  it('names the file as Python would, and where NumPy saves it', () => {
    const bytes = file(header('<i4', '(2, 3)'), six);
    expect(wayOut(() => readNpy(bytes, 'C:\\my "rows"'))).toBe(
      'In Python: import numpy as np; x = np.load("C:\\\\my \\"rows\\""); np.save("C:\\\\my \\"rows\\".npy", x.astype("<f4"))',
    );
  });

  it('does not advise to load a file that is cut off', () => {
    const good = file(header('<f4', '(2, 3)'), six);
    for (const length of [8, 11, 40, 90]) {
      expect(wayOut(() => readNpy(good.subarray(0, length), 'a.npy'))).toContain('Copy it again');
    }
  });
});
