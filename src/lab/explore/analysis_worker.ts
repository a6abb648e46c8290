/**
 * Diagnoses models off the engine's thread, so that training goes on meanwhile and a long analysis can be
 * given up by ending this worker. It keeps the code tables it was given, by key. Knows no GPU.
 */
import { diagnose } from '../../analysis/diagnosis';
import { indexCodes } from '../../analysis/code_index';
import type { MoveCounts } from '../../analysis/moves/types';
import { summarizeRows, type RowSummary } from '../../analysis/row_summary';
import type { CodeTable, Dictionary, GroundTruth } from '../../analysis/types';
import { describeError, type LabErrorData } from '../../base/lab_error';
import {
  analysedModel,
  analysedText,
  type AnalysedModel,
  type TextRows,
} from '../encode/analysed_model';
import {
  countStandingMoves,
  moveStanding,
  type MovedStanding,
  type StandingModel,
} from './dry_moves';
import { groupAxes, groupCard, type GroupAxes } from './group_card';
import { groupsAnswer } from './groups_answer';
import type { RowsForMoves } from './rows_for_moves';
import type { AnalysedSplit } from '../protocol/groups_protocol';
import type { DiagnoseAnswer, GroupCard, GroupsAnswer } from '../protocol/protocol';

/** Codes of one model on some rows, with the weights that made them. */
export interface AnalysisTable {
  readonly model: number;
  readonly step: number;
  readonly dictionary: Dictionary;
  readonly codes: CodeTable;
  readonly rowIds: Uint32Array;
  /** Label of every row of the table, in its order; null for unlabelled data and for tokens. */
  readonly labels: readonly string[] | null;
  readonly truth: GroundTruth | null;
  /** For rows that are tokens of texts. */
  readonly text: TextRows | null;
  readonly split: AnalysedSplit;
  /** s in the bound on block coherence. */
  readonly activeGroups: number;
}

/** What can be asked, by kind, and what is answered. */
export interface AnalysisAnswers {
  groups: GroupsAnswer;
  diagnose: DiagnoseAnswer;
  card: GroupCard;
  axes: GroupAxes;
  rows: RowSummary;
  count_moves: MoveCounts;
  make_moves: MovedStanding;
}

export type AnalysisKind = keyof AnalysisAnswers;

/** A question about the table of a key, or about rows that come with it. */
export type AnalysisQuestion<Kind extends AnalysisKind = AnalysisKind> = Extract<
  | { readonly kind: 'groups'; readonly key: string }
  | { readonly kind: 'diagnose'; readonly key: string }
  | { readonly kind: 'axes'; readonly key: string; readonly group: number }
  | {
      readonly kind: 'rows';
      /** [rows, width]. */
      readonly x: Float32Array;
      readonly rows: number;
      readonly width: number;
    }
  | {
      readonly kind: 'count_moves';
      readonly standing: StandingModel;
      readonly rows: RowsForMoves;
    }
  | {
      readonly kind: 'make_moves';
      readonly standing: StandingModel;
      readonly rows: RowsForMoves;
      readonly seed: number;
    }
  | {
      readonly kind: 'card';
      readonly key: string;
      readonly group: number;
      /** Keys of the run's other models on the same rows. */
      readonly others: readonly string[];
      /** Key of the same model at another step, towards whose axes the picture is turned; null for its own axes. */
      readonly alignedTo: string | null;
    },
  { readonly kind: Kind }
>;

export type AnalysisCommand =
  | { readonly kind: 'load'; readonly key: string; readonly table: AnalysisTable }
  | { readonly kind: 'drop'; readonly key: string }
  | { readonly kind: 'ask'; readonly id: number; readonly question: AnalysisQuestion };

export type AnalysisEvent =
  | { readonly kind: 'progress'; readonly id: number; readonly fraction: number }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly result: AnalysisAnswers[AnalysisKind];
    }
  | { readonly kind: 'failed'; readonly id: number; readonly error: LabErrorData };

interface Loaded {
  readonly table: AnalysisTable;
  readonly analysed: AnalysedModel;
}

const tables = new Map<string, Loaded>();

function loaded(key: string): Loaded {
  const found = tables.get(key);
  if (found === undefined) throw new RangeError(`no table ${key}`);
  return found;
}

function load(key: string, table: AnalysisTable): void {
  const { rowIds, labels, truth, text } = table;
  tables.set(key, {
    table,
    analysed: analysedModel({
      model: table.model,
      step: table.step,
      indexed: indexCodes(table.dictionary, table.codes),
      rows: {
        rowIds,
        labelOf: labels === null ? null : labelsByRow(rowIds, labels),
        truth,
        text: text === null ? null : analysedText(text),
      },
    }),
  });
}

function labelsByRow(rowIds: Uint32Array, labels: readonly string[]): (rowId: number) => string {
  const byRow = new Map(Array.from(rowIds, (rowId, row) => [rowId, labels[row] ?? '']));
  return (rowId) => byRow.get(rowId) ?? '';
}

function answer(
  question: AnalysisQuestion,
  onProgress: (fraction: number) => void,
): AnalysisAnswers[AnalysisKind] | Promise<AnalysisAnswers[AnalysisKind]> {
  switch (question.kind) {
    case 'rows':
      return summarizeRows(question.x, question.rows, question.width, onProgress);
    case 'count_moves':
      return countStandingMoves(question.standing, question.rows, { onProgress });
    case 'make_moves':
      return moveStanding(question.standing, question.rows, question.seed, { onProgress });
    default:
      return answerOfTable(question, onProgress);
  }
}

function answerOfTable(
  question: Extract<AnalysisQuestion, { readonly key: string }>,
  onProgress: (fraction: number) => void,
): AnalysisAnswers[AnalysisKind] {
  const { table, analysed } = loaded(question.key);
  switch (question.kind) {
    case 'groups':
      return groupsAnswer(analysed, table.split, onProgress);
    case 'card':
      return groupCard(
        analysed,
        question.group,
        question.others.map((key) => loaded(key).analysed),
        question.alignedTo === null ? null : loaded(question.alignedTo).analysed,
      );
    case 'axes':
      return groupAxes(analysed, question.group);
    case 'diagnose':
      return {
        model: table.model,
        step: table.step,
        diagnosis: diagnose(table.dictionary, table.codes, table.truth, {
          activeGroups: table.activeGroups,
          onProgress,
        }),
        featureNames: table.truth?.features.map((feature) => feature.name) ?? [],
        analysedRows: table.codes.rows,
        split: table.split,
      };
  }
}

function post(event: AnalysisEvent): void {
  globalThis.postMessage(event);
}

globalThis.onmessage = ({ data: command }: MessageEvent<AnalysisCommand>) => {
  if (command.kind === 'load') {
    load(command.key, command.table);
    return;
  }
  if (command.kind === 'drop') {
    tables.delete(command.key);
    return;
  }
  void reply(command);
};

async function reply({
  id,
  question,
}: Extract<AnalysisCommand, { readonly kind: 'ask' }>): Promise<void> {
  let told = 0;
  try {
    const result = await answer(question, (fraction) => {
      const now = performance.now();
      if (now - told < 60) return;
      told = now;
      post({ kind: 'progress', id, fraction });
    });
    post({ kind: 'done', id, result });
  } catch (error) {
    post({ kind: 'failed', id, error: describeError(error) });
  }
}
