/**
 * The safetensors format: named tensors with shapes in one file, here the weights of a model and the
 * checkpoints of a run. A file is believed only when its tensors tile what follows the header exactly, without holes or
 * overlap. It knows no model.
 * Format: huggingface/safetensors, README "Format".
 */
import { refuseNotFinite } from '../base/finite';
import { LabError } from '../base/lab_error';
import { bytesOf, concatBytes, numbersAt } from './bytes';
import { areFiniteHalves, bfloat16ToFloat32, float16ToFloat32 } from './half';
import {
  asFloat32,
  readEntry,
  readHeader,
  readMetadata,
  refuse,
  type Placed,
  type TensorInFile,
} from './safetensors_header';

/** A tensor to write. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array | Uint32Array | Int8Array;
}

export interface SafetensorsFile {
  /** Name of the file, for messages. */
  readonly label: string;
  readonly tensors: ReadonlyMap<string, TensorInFile>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What to do about numbers that are none. */
const DIVERGED =
  'The file is damaged, or the model diverged while it was trained: copy it again or give another one.';

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
