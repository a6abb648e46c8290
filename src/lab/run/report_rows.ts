/**
 * Which rows the final evaluation of a model reads, by which page, report.json and `lab eval` mean the same rows.
 */
import { holdsNothingOut, type ActivationSource, type Split } from '../../data/source';

/** Rows of endless data that an evaluation reads. */
const ENDLESS_ROWS = 16_384;
/** Most rows of finite data that the final evaluation reads. */
export const MOST_REPORT_ROWS = 65_536;

/** Training rows at most whose codes are counted for bits a token. */
export const BITS_TRAINING_ROWS = 40_000;
/** Evaluated rows at most that are read for bits a token: their activations are held. */
export const BITS_EVALUATED_ROWS = 16_384;

/** Rows of a split in all; so many as are read of one that has no end. */
export function splitRows(source: Pick<ActivationSource, 'size'>, split: Split): number {
  return source.size[split] ?? ENDLESS_ROWS;
}

/** What the final evaluation reads of some data: rows held out, or all where none are. */
export function reportRows(source: Pick<ActivationSource, 'size'>): {
  readonly split: 'held_out' | 'all';
  readonly rows: number;
} {
  const split = holdsNothingOut(source) ? 'all' : 'held_out';
  return { split, rows: Math.min(splitRows(source, split), MOST_REPORT_ROWS) };
}
