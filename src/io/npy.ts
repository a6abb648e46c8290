/**
 * NumPy's .npy format: activations come in as a matrix [rows, width], codes and reconstructions go out
 * as one. A file is believed only when its magic, version, header, shape and length agree with each
 * other. It knows nothing of what the numbers mean and lets NaN through (the data source counts them), but what
 * float64 holds and float32 does not is refused here, where both are known.
 * Format: numpy.lib.format, versions 1.0, 2.0 and 3.0.
 */
import { at } from '../base/array';
import { formatOf } from '../base/file_format';
import { LabError } from '../base/lab_error';
import { bytesOf, concatBytes, numbersAt } from './bytes';
import { refuseBeyondFloat32 } from './float64';
import { float16ToFloat32 } from './half';
import { dtypeRefusal, flatten, joinAgain, otherFormat, saveAgain } from './npy_advice';
import { itemBytes, parseNpyHeader, type NpyHeader } from './npy_header';

/** A matrix of float32 numbers. */
export interface NpyMatrix {
  readonly rows: number;
  readonly width: number;
  /** [rows, width], row-major. */
  readonly values: Float32Array;
}

/** Magic "\x93NUMPY". */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
/** numpy pads the header so that the numbers start at a multiple of this. */
const ALIGNMENT = 64;
/** A header for a plain matrix has about 80 bytes; numpy itself refuses more than 10 000. */
const LONGEST_HEADER = 10_000;

function refuse(label: string, message: string, wayOut: string): LabError {
  return new LabError('bad_file', `${label} ${message}.`, wayOut);
}

const DAMAGED = 'Copy it again, or save it again where it was made.';

const beginsWithMagic = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => byte === bytes[i]);

/** Reads magic, version and header; says where the numbers start. */
function readHeader(bytes: Uint8Array, label: string): { header: NpyHeader; dataStart: number } {
  if (!beginsWithMagic(bytes)) throw notNpy(bytes, label);
  if (bytes.length < 10) {
    throw refuse(label, `is cut off inside its header: it has ${bytes.length} bytes`, DAMAGED);
  }
  const [major, minor] = [at(bytes, 6), at(bytes, 7)];
  if (major < 1 || major > 3 || minor !== 0) {
    throw refuse(
      label,
      `is .npy version ${major}.${minor}; versions 1.0, 2.0 and 3.0 can be read`,
      saveAgain(label, 'x'),
    );
  }
  const wide = major > 1;
  const prefix = wide ? 12 : 10;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = !wide
    ? view.getUint16(8, true)
    : bytes.length < 12
      ? undefined
      : view.getUint32(8, true);
  if (declared === undefined || prefix + declared > bytes.length) {
    throw refuse(
      label,
      `is cut off inside its header: the header should end at byte ${prefix + (declared ?? 0)} and the file has ${bytes.length} bytes`,
      DAMAGED,
    );
  }
  if (declared > LONGEST_HEADER) {
    throw refuse(
      label,
      `says that its header has ${declared} bytes, more than the ${LONGEST_HEADER} of any plain array`,
      `If it is a structured array of numbers: ${flatten(label, null, `, max_header_size=${declared}`)}`,
    );
  }
  // Up to version 2.0 headers are Latin-1.
  const decoder = new TextDecoder(major < 3 ? 'latin1' : 'utf-8');
  const header = parseNpyHeader(decoder.decode(bytes.subarray(prefix, prefix + declared)));
  if (typeof header === 'string') {
    throw refuse(label, `has a header that cannot be read: ${header}`, saveAgain(label, 'x'));
  }
  return { header, dataStart: prefix + declared };
}

function notNpy(bytes: Uint8Array, label: string): LabError {
  const format = formatOf(bytes);
  if (format !== null && format !== 'npy') {
    const { message, wayOut } = otherFormat(format, label);
    return refuse(label, message, wayOut);
  }
  const found = [...bytes.subarray(0, 6)];
  const shown = found.map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'nothing';
  return refuse(
    label,
    `is not a .npy file: it starts with ${shown} instead of the magic 93 4e 55 4d 50 59`,
    'Give a file written by numpy.save.',
  );
}

interface PlainMatrix {
  readonly rows: number;
  readonly width: number;
  readonly descr: string;
}

function checkHeader(header: NpyHeader, label: string): PlainMatrix {
  const { descr, fortranOrder, shape } = header;
  const unread = dtypeRefusal(header, label);
  if (unread !== null || typeof descr !== 'string') {
    throw refuse(label, unread?.message ?? 'holds no numbers', unread?.wayOut ?? DAMAGED);
  }
  const dimensions = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  if (shape.includes(0)) {
    throw refuse(
      label,
      `has shape ${dimensions}, so it holds no numbers`,
      'Give a file with rows in it.',
    );
  }
  const [rows, width] = shape;
  if (shape.length !== 2 || rows === undefined || width === undefined) {
    throw refuse(
      label,
      `has shape ${dimensions}; a matrix [rows, width] with one activation a row is needed`,
      notMatrix(shape, label),
    );
  }
  if (fortranOrder && rows > 1 && width > 1) {
    throw refuse(
      label,
      `is stored in Fortran order (columns first)`,
      saveAgain(label, 'np.ascontiguousarray(x)'),
    );
  }
  return { rows, width, descr };
}

function notMatrix(shape: readonly number[], label: string): string {
  if (shape.length > 2) return saveAgain(label, 'x.reshape(-1, x.shape[-1])');
  const [count] = shape;
  if (count === undefined) return 'Give a matrix; this is a single number.';
  return `If it is one activation: ${saveAgain(label, 'x.reshape(1, -1)')}. If rows of a width follow one another, write x.reshape(-1, width) with that width, which must divide ${count}.`;
}

function toFloat32(descr: string, bytes: Uint8Array, start: number, count: number): Float32Array {
  switch (descr) {
    case '<f2':
      return float16ToFloat32(numbersAt(Uint16Array, bytes, start, count));
    case '<f8':
      return Float32Array.from(numbersAt(Float64Array, bytes, start, count));
    default:
      return numbersAt(Float32Array, bytes, start, count);
  }
}

/**
 * Reads a matrix from the bytes of a .npy file; float16 and float64 become float32. A float32 matrix
 * shares the memory of `bytes`. Throws LabError `bad_file` that begins with `label` (the file's name)
 * and says which of magic, version, dtype, order, shape and length is wrong, `bad_data` for float64 numbers that
 * float32 does not hold.
 */
export function readNpy(bytes: Uint8Array, label: string): NpyMatrix {
  const { header, dataStart } = readHeader(bytes, label);
  const { rows, width, descr } = checkHeader(header, label);
  const expected = dataStart + rows * width * (itemBytes[descr] ?? 4);
  if (expected !== bytes.length) {
    const several = expected < bytes.length && beginsWithMagic(bytes.subarray(expected));
    throw refuse(
      label,
      several
        ? 'holds several arrays, saved one after another'
        : `has ${bytes.length} bytes where its shape (${rows}, ${width}) of dtype '${descr}' needs ${expected}`,
      several
        ? joinAgain(label)
        : bytes.length < expected
          ? `The file is cut off or its header is wrong. ${DAMAGED}`
          : saveAgain(label, 'x'),
    );
  }
  const values = toFloat32(descr, bytes, dataStart, rows * width);
  if (descr === '<f8') {
    refuseBeyondFloat32(
      numbersAt(Float64Array, bytes, dataStart, rows * width),
      values,
      width,
      label,
    );
  }
  return { rows, width, values };
}

/** Rows of the matrix of which these are the first bytes; null where they are of something else. */
export function npyRows(head: Uint8Array): number | null {
  try {
    const { shape } = readHeader(head, '').header;
    return shape.length === 2 ? at(shape, 0) : null;
  } catch {
    return null;
  }
}

/** The bytes before the numbers of a float32 array in C order; its length is a multiple of 64. */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const dimensions = shape.join(', ') + (shape.length === 1 ? ',' : '');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const prefix = MAGIC.length + 4;
  const total = Math.ceil((prefix + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const text = `${dictionary.padEnd(total - prefix - 1)}\n`;
  return concatBytes([
    Uint8Array.from([...MAGIC, 1, 0, text.length & 0xff, text.length >> 8]),
    new TextEncoder().encode(text),
  ]);
}

/**
 * Bytes of a .npy file (version 1.0) with a float32 matrix in C order.
 * @internal The lab writes its files piece by piece; tests make theirs with this, and read it back.
 */
export function writeNpy({ rows, width, values }: NpyMatrix): Uint8Array {
  if (values.length !== rows * width) {
    throw new LabError(
      'internal',
      `a matrix of ${values.length} numbers cannot have shape (${rows}, ${width})`,
      'Give rows · width numbers.',
    );
  }
  return concatBytes([npyHeader([rows, width]), bytesOf(values)]);
}
