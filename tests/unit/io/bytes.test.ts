/**
 * Numbers out of the bytes of a file, wherever in memory the file lies.
 */
import { describe, expect, it } from 'vitest';
import { bytesOf, numbersAt } from '../../../src/io/bytes';

const numbers = Float32Array.of(1, -2.5, 3e-8);

describe('numbers in bytes', () => {
  it('share the memory of bytes where they are aligned', () => {
    const bytes = bytesOf(Float32Array.of(0, ...numbers));
    const found = numbersAt(Float32Array, bytes, 4, 3);
    expect(found).toEqual(numbers);
    expect(found.buffer).toBe(bytes.buffer);
  });

  it('are copied where they are not, out of a Buffer of Node, too', () => {
    const bytes = new Uint8Array(13);
    bytes.set(bytesOf(numbers), 1);
    expect(numbersAt(Float32Array, bytes, 1, 3)).toEqual(numbers);
    expect(numbersAt(Float32Array, Buffer.from(bytes.buffer), 1, 3)).toEqual(numbers);
  });
});
