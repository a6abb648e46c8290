/** Small tables of token rows for tests: one group of rank 1 whose norm on every row is given. */
import { indexCodes, type IndexedCodes } from '../../../src/analysis/code_index';
import type { TokenRows } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { codesOf, dictionaryOf } from './worlds';

/** Documents of token ids as rows, positions from `first`. */
export function rowsOfDocuments(documents: readonly (readonly number[])[], first = 0): TokenRows {
  return {
    tokens: Uint32Array.from(documents.flat()),
    documents: Uint32Array.from(
      documents.flatMap((tokens, document) => tokens.map(() => document)),
    ),
    positions: Int32Array.from(documents.flatMap((tokens) => tokens.map((_, i) => first + i))),
  };
}

/** Groups of rank 1; `norms[k][row]` is the norm of group k on a row, 0 where it is silent. */
export function indexedNorms(norms: readonly (readonly number[])[]): IndexedCodes {
  const groups = norms.length;
  const rows = Array.from({ length: norms[0]?.length ?? 0 }, (_, row) =>
    norms.map((own, group) => ({ group, code: [at(own, row)] })),
  );
  const decoder = Array.from({ length: groups * 2 }, (_, i) => (i % 2 === 0 ? 1 : 0));
  const dictionary = dictionaryOf(groups, 1, 2, decoder);
  return indexCodes(dictionary, codesOf(groups, 1, rows));
}
