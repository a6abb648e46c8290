/**
 * The algorithm of llama2.c's encode as it is written there: characters, then the best adjacent pair of the
 * whole text again and again. Quadratic, for the tests alone; characters without a piece become bytes.
 */
import { at } from '../../../src/base/array';

interface Piece {
  readonly bytes: string;
  readonly score: number;
}

/** Pieces of a tokenizer.bin as the file has them, bytes as a string of one character each. */
export function plainPieces(file: Uint8Array): Piece[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const pieces: Piece[] = [];
  for (let offset = 4; offset < file.length;) {
    const end = offset + 8 + view.getInt32(offset + 4, true);
    const bytes = String.fromCharCode(...file.subarray(offset + 8, end));
    pieces.push({ bytes, score: view.getFloat32(offset, true) });
    offset = end;
  }
  return pieces;
}

/** Ids of a text, without BOS. */
export function plainEncoding(pieces: readonly Piece[], text: string): number[] {
  // The last id wins. Special pieces and bytes are not for text to find.
  const idOf = new Map(pieces.map(({ bytes }, id) => [id < 259 ? `#${id}` : bytes, id]));
  const ids = Array.from(` ${text}`).flatMap((character) => {
    const bytes = new TextEncoder().encode(character);
    const id = idOf.get(String.fromCharCode(...bytes));
    return id === undefined ? Array.from(bytes, (byte) => byte + 3) : [id];
  });
  for (;;) {
    let best = { score: -1e10, place: -1, id: -1 };
    for (let place = 0; place + 1 < ids.length; place += 1) {
      const joined = at(pieces, at(ids, place)).bytes + at(pieces, at(ids, place + 1)).bytes;
      const id = idOf.get(joined);
      if (id === undefined || at(pieces, id).score <= best.score) continue;
      best = { score: at(pieces, id).score, place, id };
    }
    if (best.place < 0) return ids;
    ids.splice(best.place, 2, best.id);
  }
}
