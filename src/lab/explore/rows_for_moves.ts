/** The analysed rows on which moves of a finished model are looked for, and those that judge them. */
import { LabError } from '../../base/lab_error';
import { requireWanted, type Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { refines, shapeOf, type ModelConfig } from '../../sae/config';
import { analysedRows } from '../encode/analysed_rows';
import type { AnalysedSplit } from '../protocol/groups_protocol';
import { wantedRows } from '../train/model_moves';

/** Numbers of one array at most: squared norms are [rows, K], activations [rows, d]. */
const MOST_NUMBERS = 2 ** 25;
/** Rows read at a time. */
const PIECE = 8192;

/** Rows in units of the data. */
export interface RowsForMoves {
  /** [rows, d], three quarters, on which moves are found. */
  readonly found: Float32Array;
  /** [rows, d], the fourth quarter, which says whether a repartition is accepted. */
  readonly judged: Float32Array;
  readonly split: AnalysedSplit;
}

/**
 * Throws LabError `bad_config` for a model that takes a step on its codes: each then depends on the others, and moves are
 * judged by codes that do not.
 */
export function requirePlainCodes(config: ModelConfig): void {
  if (!refines(config)) return;
  throw new LabError(
    'bad_config',
    'A move is judged by codes as the encoder makes them, and this model takes a step on its codes.',
    'Look for moves in a model that was trained without refined codes.',
  );
}

/**
 * Rows of the kind that analyses read, as many as moves of a model of that size are made on. Rows of a table are taken
 * from all over it and judged by every fourth; of texts the last quarter judges, since neighbours in a text are alike.
 */
export async function readRowsForMoves(
  source: ActivationSource,
  config: ModelConfig,
  { signal, onProgress }: Work = {},
): Promise<RowsForMoves> {
  requirePlainCodes(config);
  const { width } = source;
  const { split, limit, named } = analysedRows(source);
  const fitting = Math.floor(MOST_NUMBERS / Math.max(width, shapeOf(config).groups));
  const wanted = Math.min(Math.ceil((4 / 3) * wantedRows(config)), fitting);
  const size = source.size[split];
  const inTexts = source.text !== undefined;
  const available = size === null ? wanted : Math.min(size, limit);
  const count = Math.min(wanted, available);
  // Of a table all over it, of texts and of what has no end the first ones.
  const total = inTexts ? count : available;
  const judging = Math.floor(count / 4);
  if (judging === 0) {
    throw new LabError(
      'bad_data',
      `${source.label} has too few rows to look for moves.`,
      'Load other data.',
    );
  }
  const found = new Float32Array((count - judging) * width);
  const judged = new Float32Array(judging * width);
  const filled = { found: 0, judged: 0 };
  let taken = 0;
  for (let start = 0; start < total;) {
    requireWanted({ signal });
    const piece = await source.read(split, start, Math.min(PIECE, total - start), { signal });
    if (piece.count === 0) break;
    for (let row = 0; row < piece.count; row++) {
      if (Math.floor(((start + row) * count) / total) < taken) continue;
      const judges = inTexts ? taken >= count - judging : taken % 4 === 3;
      const values = piece.x.subarray(row * width, (row + 1) * width);
      if (judges) judged.set(values, width * filled.judged++);
      else found.set(values, width * filled.found++);
      taken += 1;
    }
    start += piece.count;
    onProgress?.(start / total, 'Reading rows');
  }
  return {
    found: found.subarray(0, width * filled.found),
    judged: judged.subarray(0, width * filled.judged),
    split: named,
  };
}
