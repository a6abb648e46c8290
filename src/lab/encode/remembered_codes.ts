/**
 * A model that encodes no row twice for one evaluation: its explained variance, its bits, and its codes by least squares
 * all begin with the same codes of the same rows.
 */
import type { ActivationSource, Split } from '../../data/source';
import type { Encoded, TrainedModel } from './encoding';

/** Codes and numbers of units that are remembered, at most: 64 MiB. What comes after is encoded each time. */
const MOST_NUMBERS = 2 ** 24;

/** What encodes, and the source whose rows it knows again: they are to be used together. */
export interface Remembered {
  readonly encode: TrainedModel['encode'];
  readonly source: ActivationSource;
}

/** Rows of the source that are read again are not encoded again. The model must stay as it is meanwhile. */
export function rememberCodes(
  model: Pick<TrainedModel, 'encode'>,
  source: ActivationSource,
): Remembered {
  /** Which rows were read into an array. */
  const names = new WeakMap<Float32Array, string>();
  const known = new Map<string, Encoded>();
  let room = MOST_NUMBERS;
  const read = async (...[split, start, count, work]: Parameters<ActivationSource['read']>) => {
    const rows = await source.read(split, start, count, work);
    names.set(rows.x, nameOf(split, start, rows.count));
    return rows;
  };
  const encode: TrainedModel['encode'] = async (x, rows, onProgress) => {
    const name = names.get(x);
    const remembered = name === undefined ? undefined : known.get(name);
    if (remembered?.codes.rows === rows) return remembered;
    const encoded = await model.encode(x, rows, onProgress);
    const { codes } = encoded;
    const numbers = codes.codes.length + codes.active.length;
    if (name !== undefined && numbers <= room && !known.has(name)) {
      room -= numbers;
      known.set(name, encoded);
    }
    return encoded;
  };
  return { encode, source: { ...source, read } };
}

const nameOf = (split: Split, start: number, count: number): string => `${split} ${start} ${count}`;
