/** Documents as rows: windows, the split, and where each row stands. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import {
  cutLongDocuments,
  distinctTexts,
  heldOutDocuments,
  WindowTable,
  type WindowShape,
} from '../../../src/data/documents';

const shape: WindowShape = { contextSize: 6, prependBos: true, excludeFirst: true };

/** Documents of random tokens, some of them empty. */
function randomDocuments(count: number, longest: number): Uint32Array[] {
  return Array.from({ length: count }, (_, document) => {
    const draws = new RandomDraws(1, 900, document);
    return Uint32Array.from({ length: draws.u32(0) % longest }, (_, i) => draws.u32(i + 1));
  });
}

describe.each<[string, WindowShape]>([
  ['BOS in front and left out', shape],
  ['BOS in front and kept', { ...shape, excludeFirst: false }],
  ['no BOS, first token left out', { ...shape, prependBos: false }],
  ['no BOS, every token kept', { ...shape, prependBos: false, excludeFirst: false }],
])('windows with %s', (_, shape) => {
  const documents = randomDocuments(60, 20);
  const table = new WindowTable(documents, heldOutDocuments(documents), shape, 'random');

  it('hold every token that is a row once, in the order of the text', () => {
    const step = shape.contextSize - (shape.prependBos ? 1 : 0);
    const expected = documents.flatMap((tokens, document) =>
      Array.from(tokens).flatMap((token, position) => {
        const starts = position % step === 0;
        if (shape.prependBos) {
          const row = { document, position, token };
          return shape.excludeFirst || !starts
            ? [row]
            : [{ document, position: -1, token: null }, row];
        }
        return starts && shape.excludeFirst ? [] : [{ document, position, token }];
      }),
    );
    expect(table.rows('all')).toBe(expected.length);
    expected.forEach((row, rowId) => expect(table.place(rowId)).toEqual(row));
  });

  it('belong to one side of the split, as their documents do', () => {
    expect(table.rows('train') + table.rows('held_out')).toBe(table.rows('all'));
    const documentsIn = (split: 'train' | 'held_out') => {
      const found = new Set<number>();
      for (let row = 0; row < table.rows(split); row += 1) {
        const { index, offset } = table.find(split, row);
        found.add(table.place(table.window(split, index).firstRow + offset).document);
      }
      return found;
    };
    const held = documentsIn('held_out');
    for (const document of documentsIn('train')) expect(held.has(document)).toBe(false);
    expect(table.documentsOf('held_out')).toHaveLength(held.size);
  });
});

describe('the split by document', () => {
  it('holds out about one in ten, by what it says and not where it stands', () => {
    const documents = randomDocuments(4000, 30).filter((document) => document.length > 3);
    const heldOut = heldOutDocuments(documents);
    const share = heldOut.filter(Boolean).length / documents.length;
    // Five deviations of a share of 0.1 in 3500.
    expect(Math.abs(share - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / documents.length));
    const reversed = heldOutDocuments(documents.toReversed()).reverse();
    expect(reversed).toEqual(heldOut);
  });

  it('leaves something on both sides where it can', () => {
    for (let count = 2; count < 12; count += 1) {
      const heldOut = heldOutDocuments(randomDocuments(count, 9));
      expect(new Set(heldOut).size).toBe(2);
    }
    expect(heldOutDocuments([Uint32Array.of(1, 2)])).toEqual([false]);
  });

  it('keeps copies of a text on one side', () => {
    const [a, b] = [Uint32Array.of(1, 2, 3), Uint32Array.of(4, 5)];
    // Nothing can be held out of one text.
    expect(heldOutDocuments([a, a, a])).toEqual([false, false, false]);
    for (let word = 0; word < 40; word += 1) {
      const repeated = Uint32Array.of(word, 7, 9);
      const heldOut = heldOutDocuments([repeated, b, repeated, repeated, repeated]);
      const [first, other] = heldOut;
      expect(heldOut).toEqual([first, other, first, first, first]);
      expect(other).toBe(!first);
    }
  });

  it('counts different texts', () => {
    expect(distinctTexts([Uint32Array.of(1), Uint32Array.of(2), Uint32Array.of(1)])).toBe(2);
  });

  it('cuts a book into parts', () => {
    const book = Uint32Array.from({ length: 101 }, (_, i) => i);
    const parts = cutLongDocuments([book, Uint32Array.of(7)], shape);
    expect(parts.map((part) => part.length)).toEqual([40, 40, 21, 1]);
    expect(at(at(parts, 1), 0)).toBe(40);
  });
});

describe('a text without tokens to train on', () => {
  it('is refused', () => {
    expect(() => new WindowTable([Uint32Array.of()], [false], shape, 'empty.txt')).toThrow(
      'empty.txt holds no token to train on.',
    );
  });

  it('with nothing to hold out evaluates on all of it', () => {
    const one = new WindowTable([Uint32Array.of(4, 5, 6)], [false], shape, 'one');
    expect(one.rows('held_out')).toBe(3);
    expect(one.rows('train')).toBe(3);
  });
});
