/**
 * A safetensors file as language models read it: the lm folder knows no file format, io knows no model, and
 * this stands between the two.
 */
import { numbersAt } from '../../io/bytes';
import {
  floatTensor,
  halfTensor,
  readSafetensors,
  type SafetensorsFile,
} from '../../io/safetensors';
import type { StoredModel, StoredNumbers } from '../../lm/stored_model';

/**
 * The tensors of a safetensors file; F32, F16 and I8 share the memory of `bytes` where it is aligned.
 * Throws LabError `bad_file` as readSafetensors does.
 */
export function readStoredModel(bytes: Uint8Array, label: string): StoredModel {
  const file = readSafetensors(bytes, label);
  const tensors = new Map(
    [...file.tensors].map(([name, { dtype, shape }]) => [
      name,
      {
        dtype,
        shape,
        numbers: () => numbersOf(file, name),
        floats: () => floatTensor(file, name, shape),
      },
    ]),
  );
  return { label, tensors };
}

function numbersOf(file: SafetensorsFile, name: string): StoredNumbers {
  const tensor = file.tensors.get(name);
  if (tensor?.dtype === 'F16') {
    return { format: 'f16', values: halfTensor(file, name, tensor.shape) };
  }
  if (tensor?.dtype === 'I8') {
    return { format: 'i8', values: numbersAt(Int8Array, tensor.bytes, 0, tensor.bytes.length) };
  }
  return { format: 'f32', values: floatTensor(file, name, tensor?.shape ?? []) };
}
