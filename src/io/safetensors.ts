/**
 * The safetensors format: named tensors with shapes in one file, here the weights of a model and the
 * checkpoints of a run. A file is believed only when its header is valid JSON inside the file and its
 * tensors tile the rest of it exactly, without holes or overlap. It knows no model.
 * Format: huggingface/safetensors, README "Format".
 */
import { formatOf, formatWords, unpackAdvice, type FileFormat } from '../base/file_format';
import { refuseNotFinite } from '../base/finite';
import { LabError } from '../base/lab_error';
import { bytesOf, concatBytes, numbersAt } from './bytes';
import { areFiniteHalves, bfloat16ToFloat32, float16ToFloat32 } from './half';

/** A tensor to write. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array | Uint32Array | Int8Array;
}

/** A tensor as it lies in a file; `floatTensor` and `uintTensor` give its numbers. */
export interface TensorInFile {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  /** Name of the file, for messages. */
  readonly label: string;
  readonly tensors: ReadonlyMap<string, TensorInFile>;
  readonly metadata: Readonly<Record<string, string>>;
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

/** What to do about numbers that are none. */
const DIVERGED =
  'The file is damaged, or the model diverged while it was trained: copy it again or give another one.';

const WAY_OUT = 'The file is damaged or not a safetensors file: copy or save it again.';

function refuse(label: string, message: string, wayOut = WAY_OUT): LabError {
  return new LabError('bad_file', `${label} ${message}.`, wayOut);
}

/** Lines of Python that save all tensors of a file as float32; `label` ends with the name of the file. */
function asFloat32(label: string): string {
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function readHeader(bytes: Uint8Array, label: string): { header: object; dataStart: number } {
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

function readMetadata(value: unknown, label: string): Record<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : undefined;
  if (entries === undefined || entries.some(([, text]) => typeof text !== 'string')) {
    throw refuse(label, 'has metadata that is not a list of names and texts');
  }
  return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]));
}

interface Placed extends TensorInFile {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

function readEntry(name: string, entry: unknown, data: Uint8Array, label: string): Placed {
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

/**
 * Reads the tensors of a safetensors file; they share the memory of `bytes`. Throws LabError `bad_file`
 * that begins with `label` (the file's name) and names the tensor and the numbers that disagree.
 */
export function readSafetensors(bytes: Uint8Array, label: string): SafetensorsFile {
  const { header, dataStart } = readHeader(bytes, label);
  const data = bytes.subarray(dataStart);
  let metadata: Record<string, string> = {};
  const placed: Placed[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = readMetadata(entry, label);
    else placed.push(readEntry(name, entry, data, label));
  }
  let covered = 0;
  for (const tensor of placed.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (tensor.begin !== covered) {
      throw refuse(
        label,
        tensor.begin < covered
          ? `lets tensor "${tensor.name}" overlap another one at byte ${tensor.begin} of the data`
          : `has a hole of ${tensor.begin - covered} bytes before tensor "${tensor.name}"`,
      );
    }
    covered = tensor.end;
  }
  if (covered !== data.length) {
    throw refuse(
      label,
      `holds ${data.length} bytes of data where its tensors need ${covered}, so ${data.length - covered} bytes belong to none`,
    );
  }
  const tensors = new Map(
    placed.map(({ name, dtype, shape, bytes: held }) => [name, { dtype, shape, bytes: held }]),
  );
  return { label, tensors, metadata };
}

/** The tensor of that name. Throws LabError `bad_file` that lists the names there are. */
export function findTensor(file: SafetensorsFile, name: string): TensorInFile {
  const tensor = file.tensors.get(name);
  if (tensor !== undefined) return tensor;
  const names = [...file.tensors.keys()].slice(0, 12).join(', ') || 'none';
  throw refuse(
    file.label,
    `has no tensor "${name}"; it has ${names}`,
    'Give the file of a model that has it.',
  );
}

const shapeText = (shape: readonly (number | string)[]): string => `[${shape.join(', ')}]`;

function checkShape(file: SafetensorsFile, name: string, shape: readonly number[]): TensorInFile {
  const tensor = findTensor(file, name);
  if (shapeText(tensor.shape) !== shapeText(shape)) {
    throw refuse(
      file.label,
      `has tensor "${name}" of shape ${shapeText(tensor.shape)} where ${shapeText(shape)} is needed`,
      'Weights and cfg.json must be of the same model.',
    );
  }
  return tensor;
}

/**
 * Numbers of a float tensor as float32 (F32, F16 or BF16 in the file; F32 shares the file's memory).
 * Throws LabError `bad_file` when it is missing, has another shape or another dtype, `bad_data` when it holds
 * NaN or infinity.
 */
export function floatTensor(
  file: SafetensorsFile,
  name: string,
  shape: readonly number[],
): Float32Array {
  const values = widened(file, name, checkShape(file, name, shape));
  refuseNotFinite(values, shape, {
    code: 'bad_data',
    subject: `${file.label}: tensor "${name}"`,
    wayOut: DIVERGED,
  });
  return values;
}

/**
 * Bits of an F16 tensor, sharing the file's memory. Throws LabError as floatTensor does.
 */
export function halfTensor(
  file: SafetensorsFile,
  name: string,
  shape: readonly number[],
): Uint16Array {
  const { dtype, bytes } = checkShape(file, name, shape);
  if (dtype !== 'F16') {
    throw refuse(file.label, `has tensor "${name}" of dtype ${dtype} where F16 is needed`);
  }
  const bits = numbersAt(Uint16Array, bytes, 0, bytes.length / 2);
  // Widened only where there is something to tell: a file may hold hundreds of megabytes.
  if (!areFiniteHalves(bits)) floatTensor(file, name, shape);
  return bits;
}

function widened(
  file: SafetensorsFile,
  name: string,
  { dtype, bytes }: TensorInFile,
): Float32Array {
  switch (dtype) {
    case 'F32':
      return numbersAt(Float32Array, bytes, 0, bytes.length / 4);
    case 'F16':
      return float16ToFloat32(numbersAt(Uint16Array, bytes, 0, bytes.length / 2));
    case 'BF16':
      return bfloat16ToFloat32(numbersAt(Uint16Array, bytes, 0, bytes.length / 2));
    default:
      throw refuse(
        file.label,
        `has tensor "${name}" of dtype ${dtype}; F32, F16 and BF16 can be read`,
        asFloat32(file.label),
      );
  }
}

/** Numbers of a U32 tensor. Throws LabError `bad_file` as floatTensor does. */
export function uintTensor(
  file: SafetensorsFile,
  name: string,
  shape: readonly number[],
): Uint32Array {
  const { dtype, bytes } = checkShape(file, name, shape);
  if (dtype !== 'U32') {
    throw refuse(file.label, `has tensor "${name}" of dtype ${dtype} where U32 is needed`);
  }
  return numbersAt(Uint32Array, bytes, 0, bytes.length / 4);
}

function dtypeOf(values: TensorToWrite['values']): string {
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Uint32Array ? 'U32' : 'I8';
}

/**
 * Bytes of a safetensors file with the tensors in the given order. The header is padded with spaces
 * so that the numbers start at a multiple of 8 bytes. Throws LabError `not_finite` for NaN or infinity,
 * which no reader of ours would take back.
 */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push(['__metadata__', metadata]);
  let begin = 0;
  for (const { name, shape, values } of tensors) {
    const count = shape.reduce((product, n) => product * n, 1);
    if (count !== values.length) {
      throw new LabError(
        'internal',
        `tensor "${name}" of shape ${shapeText(shape)} was given ${values.length} numbers`,
        'Give as many numbers as the shape has.',
      );
    }
    refuseNotFinite(values, shape, {
      code: 'not_finite',
      subject: `Tensor "${name}", which was to be saved,`,
      wayOut: 'Lower the learning rate, or warm it up over some steps, and start again.',
    });
    const end = begin + values.byteLength;
    header.push([name, { dtype: dtypeOf(values), shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padding = new Uint8Array((8 - (json.length % 8)) % 8).fill(0x20);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length + padding.length), true);
  return concatBytes([length, json, padding, ...tensors.map(({ values }) => bytesOf(values))]);
}
