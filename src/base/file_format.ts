/**
 * What a file is by its first bytes, whatever it is called: for saying so when something else was expected.
 * Only formats that people really give instead of a matrix, tensors or a text. It reads none of them.
 */
import { at } from './array';

/** Formats that can be told apart. */
export type FileFormat =
  | 'npy'
  | 'npz'
  | 'torch'
  | 'zip'
  | 'gzip'
  | 'compressed'
  | 'pickle'
  | 'hdf5'
  | 'parquet'
  | 'pdf'
  | 'lfs'
  | 'html';

/** How each is called, after "is". */
export const formatWords: Readonly<Record<FileFormat, string>> = {
  npy: 'a .npy array of NumPy',
  npz: 'a .npz archive of NumPy, which holds several arrays',
  torch: 'a file of torch.save, a pickle, which can run code and is never opened',
  zip: 'a .zip archive',
  gzip: 'compressed with gzip',
  compressed: 'compressed (bzip2, xz or zstd)',
  pickle: 'a Python pickle, which can run code and is never opened',
  hdf5: 'an HDF5 file',
  parquet: 'a Parquet file',
  pdf: 'a PDF document',
  lfs: 'only the pointer that Git LFS keeps in place of the file',
  html: 'a web page, not the file behind it',
};

/** What to do about formats that hide the file itself, whatever was expected; null for the others. */
export function unpackAdvice(format: FileFormat): string | null {
  switch (format) {
    case 'zip':
    case 'gzip':
    case 'compressed':
      return 'Unpack it and give what is in it.';
    case 'lfs':
      return 'Run "git lfs pull" in its folder, or download the file from its page.';
    case 'html':
      return 'Download the file itself; the address of a file on the hub has /resolve/ in it, not /blob/.';
    default:
      return null;
  }
}

/** Bytes that a format begins with, written as Latin-1. */
const beginnings: readonly (readonly [FileFormat, string])[] = [
  ['npy', '\x93NUMPY'],
  ['gzip', '\x1f\x8b'],
  ['compressed', '\xfd7zXZ\0'],
  ['compressed', '\x28\xb5\x2f\xfd'],
  ['hdf5', '\x89HDF\r\n'],
  ['parquet', 'PAR1\x15'],
  ['pdf', '%PDF-'],
  ['lfs', 'version https://git-lfs.github.com/spec/'],
];

/** The format that the bytes begin like; null for any other. */
export function formatOf(bytes: Uint8Array): FileFormat | null {
  const head = Array.from(bytes.subarray(0, 512), (byte) => String.fromCharCode(byte)).join('');
  const known = beginnings.find(([, beginning]) => head.startsWith(beginning));
  if (known !== undefined) return known[0];
  if (/^BZh\d1AY/.test(head)) return 'compressed';
  if (head.startsWith('PK\x03\x04')) return zipFormat(head);
  // Protocols 2 to 5 begin with their number.
  if (bytes.length > 1 && bytes[0] === 0x80 && at(bytes, 1) >= 2 && at(bytes, 1) <= 5)
    return 'pickle';
  return /^\s*<(?:!doctype html|html)\b/i.test(head) ? 'html' : null;
}

/** A .zip by the name of its first entry, which lies 30 bytes in. */
function zipFormat(head: string): FileFormat {
  const length = head.charCodeAt(26) + 256 * head.charCodeAt(27);
  const name = head.slice(30, 30 + length);
  if (name.endsWith('.npy')) return 'npz';
  return /(?:^|\/)(?:data\.pkl|\.format_version|\.storage_alignment|byteorder)$/.test(name)
    ? 'torch'
    : 'zip';
}
