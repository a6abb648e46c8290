/** Counts of the moves of a model from a folder, as `lab eval` prints them. */
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { countStandingMoves, type StandingModel } from './dry_moves';
import { readRowsForMoves } from './rows_for_moves';

interface DryMovesReport {
  /** Groups that fire on enough rows to be looked at, and those of them that would be unpacked. */
  readonly live_groups: number;
  readonly unpackable_groups: number;
  /** Pairs of groups for which there was something to try, and those that would be rearranged. */
  readonly pairs_tried: number;
  readonly pairs_accepted: number;
  /** Rows that moves were looked for on, and rows that a pair had to prove itself on. */
  readonly found_rows: number;
  readonly judged_rows: number;
}

/** What moves would do to a model; null for one of single latents. Throws LabError `bad_data` for too few rows. */
export async function reportDryMoves(
  model: StandingModel,
  source: ActivationSource,
  work: Work = {},
): Promise<DryMovesReport | null> {
  const { rank, width } = model.weights;
  if (rank === 1) return null;
  const rows = await readRowsForMoves(source, model.config, work);
  const { liveGroups, packed, pairsTried, accepted } = await countStandingMoves(model, rows, work);
  return {
    live_groups: liveGroups,
    unpackable_groups: packed.length,
    pairs_tried: pairsTried,
    pairs_accepted: accepted.length,
    found_rows: rows.found.length / width,
    judged_rows: rows.judged.length / width,
  };
}
