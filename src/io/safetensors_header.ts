/**
 * The header of a safetensors file: the JSON in front of the numbers that says of each tensor its dtype, its shape and
 * its place. It is believed only when it is valid JSON inside the file. Knows no tensor's numbers.
 * Format: huggingface/safetensors, README "Format".
 */
import { formatOf, formatWords, unpackAdvice, type FileFormat } from '../base/file_format';
import { LabError } from '../base/lab_error';

/** A tensor as it lies in a file; `floatTensor` and `uintTensor` give its numbers. */
export interface TensorInFile {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Bits of one element of every dtype of the format. */
const elementBits: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  F8_E8M0: 8,
  U16: 16,
  I16: 16,
  F16: 16,
  BF16: 16,
  U32: 32,
  I32: 32,
  F32: 32,
  U64: 64,
  I64: 64,
  F64: 64,
  C64: 64,
};

/** The reference implementation refuses longer headers. */
const LONGEST_HEADER = 100_000_000;

const WAY_OUT = 'The file is damaged or not a safetensors file: copy or save it again.';

/** The error of a file that is not what it should be: `label` (its name), what it does, and the way out. */
export function refuse(label: string, message: string, wayOut = WAY_OUT): LabError {
  return new LabError('bad_file', `${label} ${message}.`, wayOut);
}

/** Lines of Python that save all tensors of a file as float32; `label` ends with the name of the file. */
export function asFloat32(label: string): string {
  const name = JSON.stringify(label.slice(label.lastIndexOf('/') + 1));
  return `Save it as float32. In Python, in its folder: from safetensors.torch import load_file, save_file; t = load_file(${name}); save_file({k: v.float() for k, v in t.items()}, ${name})`;
}

/** What to do about a file of another format. */
function convert(format: FileFormat, label: string): string {
  if (format === 'torch' || format === 'pickle') {
    return `If you trust it, in Python: import torch; from safetensors.torch import save_file; t = torch.load(${JSON.stringify(label)}, map_location="cpu"); save_file({k: v.contiguous() for k, v in t.items()}, "weights.safetensors"). Give that file in place of this one, under its name.`;
  }
  return unpackAdvice(format) ?? 'Give a file of the safetensors format.';
}

/** Whether a parsed value is an object with names. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** The header of a file, parsed, and the byte at which its data begin. Throws LabError `bad_file`. */
export function readHeader(
  bytes: Uint8Array,
  label: string,
): { header: object; dataStart: number } {
  const format = formatOf(bytes);
  if (format !== null) throw refuse(label, `is ${formatWords[format]}`, convert(format, label));
  if (bytes.length < 8) {
    throw refuse(label, `is not a safetensors file: it has ${bytes.length} bytes, fewer than 8`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(LONGEST_HEADER) || 8n + declared > BigInt(bytes.length)) {
    throw refuse(
      label,
      `says that its header has ${declared} bytes, but the file has ${bytes.length}`,
    );
  }
  const dataStart = 8 + Number(declared);
  const text = new TextDecoder('utf-8').decode(bytes.subarray(8, dataStart));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    header = undefined;
  }
  if (!isRecord(header)) throw refuse(label, 'has a header that is not a JSON object');
  return { header, dataStart };
}

/** The texts beside the tensors. Throws LabError `bad_file`. */
export function readMetadata(value: unknown, label: string): Record<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : undefined;
  if (entries === undefined || entries.some(([, text]) => typeof text !== 'string')) {
    throw refuse(label, 'has metadata that is not a list of names and texts');
  }
  return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]));
}

/** A tensor with its place in the data. */
export interface Placed extends TensorInFile {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/** One tensor of the header. Throws LabError `bad_file` for one that does not fit its own account or the file. */
export function readEntry(name: string, entry: unknown, data: Uint8Array, label: string): Placed {
  const fields = isRecord(entry) ? entry : {};
  const { dtype, shape, data_offsets: offsets } = fields;
  const size = typeof dtype === 'string' ? elementBits[dtype] : undefined;
  if (typeof dtype !== 'string' || size === undefined) {
    throw refuse(
      label,
      `gives tensor "${name}" the dtype ${JSON.stringify(dtype)}; known are ${Object.keys(elementBits).join(', ')}`,
      typeof dtype === 'string' ? asFloat32(label) : WAY_OUT,
    );
  }
  if (!isCounts(shape)) throw refuse(label, `gives tensor "${name}" no shape of whole numbers`);
  const [begin, end] = isCounts(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined || begin > end) {
    throw refuse(label, `gives tensor "${name}" no position in the file`);
  }
  if (end > data.length) {
    throw refuse(
      label,
      `is cut off: tensor "${name}" ends at byte ${end} of the data and the file holds ${data.length}`,
    );
  }
  const expected = shape.reduce((product, n) => product * n, size) / 8;
  if (expected !== end - begin) {
    throw refuse(
      label,
      `gives tensor "${name}" ${end - begin} bytes where its shape [${shape.join(', ')}] of ${dtype} needs ${expected}`,
    );
  }
  return { name, dtype, shape, begin, end, bytes: data.subarray(begin, end) };
}
