/** Files of .npy built byte by byte from numpy's format, so that the writer is not its own judge. */
import { bytesOf, concatBytes } from '../../../src/io/bytes';

/** A file with any header text and any numbers after it. */
export function file(header: string, body: ArrayBufferView, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(version === 1 ? 2 : 4);
  const view = new DataView(length.buffer);
  if (version === 1) view.setUint16(0, text.length, true);
  else view.setUint32(0, text.length, true);
  const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0);
  return concatBytes([magic, length, text, bytesOf(body)]);
}

/** The header of a plain array. */
export const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

export const six = Float32Array.of(1, -2, 3.5, 0, 1e-30, 6);
