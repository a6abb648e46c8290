/** What the engine tells the page about moves of a model that does not train. Part of the protocol. */
import type { MoveCounts } from '../../analysis/moves/types';
import type { RunMove } from '../run/run_moves';
import type { AnalysedSplit } from './groups_protocol';
import type { ExportedFile } from './run_answers';

/** What moves would do to a model, with the step of its weights and the rows that this was read on. */
export interface MovesAnswer {
  readonly model: number;
  readonly step: number;
  readonly counts: MoveCounts;
  /** Rows that moves were looked for on, and rows that a repartition had to prove itself on. */
  readonly foundRows: number;
  readonly judgedRows: number;
  readonly split: AnalysedSplit;
}

/** A model after its moves. */
export interface MovedModelAnswer {
  readonly made: readonly RunMove[];
  /** Its folder; null where nothing was moved. */
  readonly folder: ExportedFile | null;
}
