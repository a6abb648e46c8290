/**
 * Lines of Python that turn an array that the lab does not read into one that it does. They are meant to be
 * pasted as they stand: the file's own name is in them, and what they save has another dtype, shape or order
 * than what they load.
 */
import { formatWords, unpackAdvice, type FileFormat } from '../base/file_format';
import { itemBytes, type NpyField, type NpyHeader } from './npy_header';

/** What is wrong and what to do about it; the sentence follows the file's name. */
export interface Refusal {
  readonly message: string;
  readonly wayOut: string;
}

/** The file's name for the lines that write: NumPy puts .npy behind any other. */
const target = (label: string): string => (label.endsWith('.npy') ? label : `${label}.npy`);
/** Strings of JSON are strings of Python. */
const quote = (text: string): string => JSON.stringify(text);

/** Loads the array as x and saves what `expression` makes of it; `how` are further arguments of np.load. */
export function saveAgain(label: string, expression: string, how = ''): string {
  return `In Python: import numpy as np; x = np.load(${quote(label)}${how}); np.save(${quote(target(label))}, ${expression})`;
}

/** Loads arrays that were saved one after another into one file, and saves them as one. */
export function joinAgain(label: string): string {
  const joined = target(label).replace(/\.npy$/, '_joined.npy');
  return `In Python: import numpy as np; f = open(${quote(label)}, "rb"); np.save(${quote(joined)}, np.concatenate([np.load(f) for _ in iter(lambda: f.peek(1), b"")]))`;
}

/** A file of another format where a .npy file was expected. */
export function otherFormat(format: FileFormat, label: string): Refusal {
  return { message: `is ${formatWords[format]}`, wayOut: convert(format, label) };
}

function convert(format: FileFormat, label: string): string {
  const [from, to] = [quote(label), quote(target(label))];
  switch (format) {
    case 'npz':
      return `In Python: import numpy as np; z = np.load(${from}); print(z.files); np.save("rows.npy", z[z.files[0]]), or another of the names instead of the first.`;
    case 'torch':
      return `If you trust it, in Python: import torch, numpy as np; np.save(${to}, torch.load(${from}, map_location="cpu").float().numpy())`;
    case 'pickle':
      return `If you trust it: ${saveAgain(label, 'np.array(x, "<f4")', ', allow_pickle=True')}`;
    case 'hdf5':
      return `In Python: import h5py, numpy as np; f = h5py.File(${from}); print(list(f)); np.save("rows.npy", f[list(f)[0]][:]), or another of the names instead of the first.`;
    default:
      return unpackAdvice(format) ?? 'Give a file written by numpy.save.';
  }
}

/** Why numbers of this dtype are not read; null for those that are. */
export function dtypeRefusal({ descr }: NpyHeader, label: string): Refusal | null {
  if (typeof descr !== 'string') return structured(descr, label);
  if (itemBytes[descr] !== undefined) return null;
  const said = `(dtype '${descr}')`;
  const kind = /[A-Za-z]/.exec(descr)?.[0] ?? '';
  switch (kind) {
    case 'V':
      return raw(descr, label);
    case 'O':
      return {
        message: `holds Python objects ${said}, a pickle, which can run code and is never opened`,
        wayOut: `If you trust it: ${saveAgain(label, 'np.array(x.tolist(), "<f4")', ', allow_pickle=True')}`,
      };
    case 'c':
      return {
        message: `holds complex numbers ${said}`,
        wayOut: saveAgain(label, 'np.concatenate([x.real, x.imag], axis=-1).astype("<f4")'),
      };
    case 'U':
    case 'S':
      return {
        message: `holds text ${said}, not numbers`,
        wayOut: `If every text is a number: ${saveAgain(label, 'x.astype("<f4")')}`,
      };
  }
  return {
    message: /^>f[248]$/.test(descr)
      ? `holds big-endian numbers ${said}`
      : `holds numbers of dtype '${descr}'; float16, float32 and float64 ('<f2', '<f4', '<f8') can be read`,
    wayOut: saveAgain(label, 'x.astype("<f4")'),
  };
}

/** NumPy saves a dtype that is not its own, as bfloat16 of ml_dtypes, as bytes without a meaning. */
function raw(descr: string, label: string): Refusal {
  const size = Number(/\d+/.exec(descr)?.[0] ?? 0);
  const message = `holds items of ${size} bytes that do not say what they are (dtype '${descr}')`;
  if (size === 2) {
    return {
      message: `${message}; NumPy saves bfloat16 like that`,
      wayOut: `If they are bfloat16: ${saveAgain(label, 'np.left_shift(x.view("<u2"), 16, dtype="<u4").view("<f4")')}`,
    };
  }
  return {
    message,
    wayOut: `Convert the array x where it was made, before it is saved: np.save(${quote(target(label))}, x.astype("<f4"))`,
  };
}

/** Fields of numbers become columns. */
function structured(fields: readonly NpyField[], label: string): Refusal {
  const isNumber = ({ descr }: NpyField) => descr !== null && /^[<>|=]?[fiub]\d+$/.test(descr);
  const named = fields.filter(({ name }) => name !== '');
  const columns = named.filter(isNumber).map(({ name }) => name);
  const shown = named.slice(0, 8).map(({ name }) => name);
  const message = `holds a structured array with fields ${shown.join(', ')}${named.length > shown.length ? ', …' : ''}; a plain matrix is needed`;
  if (columns.length === 0) {
    return { message, wayOut: 'Save one field of numbers alone: np.save(file, x["field"]).' };
  }
  return { message, wayOut: flatten(label, columns.length < fields.length ? columns : null) };
}

/** A structured array as a matrix: of the columns named, or of all. */
export function flatten(label: string, columns: readonly string[] | null, how = ''): string {
  const chosen = columns === null ? 'x' : `x[[${columns.map(quote).join(', ')}]]`;
  return saveAgain(label, `rfn.structured_to_unstructured(${chosen}).astype("<f4")`, how).replace(
    'import numpy as np;',
    'import numpy as np, numpy.lib.recfunctions as rfn;',
  );
}
