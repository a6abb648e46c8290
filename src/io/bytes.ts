/**
 * Typed views on the bytes of a file. Numbers in every format of the lab are little-endian, as are all
 * platforms that run WebGPU, so a view is a reinterpretation; a copy is made only where the position
 * in the file is not aligned.
 */

interface NumberArrayConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** `length` numbers of the constructor's type at `byteOffset` of `bytes`; shares memory if aligned. */
export function numbersAt<T>(
  type: NumberArrayConstructor<T>,
  bytes: Uint8Array,
  byteOffset: number,
  length: number,
): T {
  const start = bytes.byteOffset + byteOffset;
  if (start % type.BYTES_PER_ELEMENT === 0) return new type(bytes.buffer, start, length);
  // Not `slice`: that of a Node Buffer copies nothing, and the place stays unaligned.
  const copy = new Uint8Array(
    bytes.subarray(byteOffset, byteOffset + length * type.BYTES_PER_ELEMENT),
  );
  return new type(copy.buffer, copy.byteOffset, length);
}

/** The bytes of a typed array, without a copy. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Pieces one after another. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
