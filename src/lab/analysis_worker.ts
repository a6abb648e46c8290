/**
 * Diagnoses models off the engine's thread, so that training goes on meanwhile and a long analysis can be
 * given up by ending this worker. It keeps the code tables it was given, by key. Knows no GPU.
 */
import { diagnose } from '../analysis/diagnosis';
import { indexCodes } from '../analysis/code_index';
import type { CodeTable, Dictionary, GroundTruth } from '../analysis/types';
import { describeError, type LabErrorData } from '../base/lab_error';
import { groupCard, groupsAnswer, type AnalysedModel } from './group_card';
import type { DiagnoseAnswer, GroupCard, GroupsAnswer } from './protocol';

/** Codes of one model on some rows, with the weights that made them. */
export interface AnalysisTable {
  readonly model: number;
  readonly step: number;
  readonly dictionary: Dictionary;
  readonly codes: CodeTable;
  readonly rowIds: Uint32Array;
  /** Label of every row of the table, in its order; null for unlabelled data. */
  readonly labels: readonly string[] | null;
  readonly truth: GroundTruth | null;
  /** s in the bound on block coherence. */
  readonly activeGroups: number;
}

export type AnalysisCommand =
  | { readonly kind: 'load'; readonly key: string; readonly table: AnalysisTable }
  | { readonly kind: 'drop'; readonly key: string }
  | { readonly kind: 'groups'; readonly id: number; readonly key: string }
  | { readonly kind: 'diagnose'; readonly id: number; readonly key: string }
  | {
      readonly kind: 'card';
      readonly id: number;
      readonly key: string;
      readonly group: number;
      readonly others: readonly string[];
    };

export type AnalysisResult = GroupsAnswer | DiagnoseAnswer | GroupCard;

export type AnalysisEvent =
  | { readonly kind: 'progress'; readonly id: number; readonly fraction: number }
  | { readonly kind: 'done'; readonly id: number; readonly result: AnalysisResult }
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
  const { labels, rowIds } = table;
  const byRow = new Map(Array.from(rowIds, (rowId, row) => [rowId, labels?.[row] ?? '']));
  tables.set(key, {
    table,
    analysed: {
      model: table.model,
      step: table.step,
      indexed: indexCodes(table.dictionary, table.codes),
      rows: {
        rowIds,
        labelOf: labels === null ? null : (rowId) => byRow.get(rowId) ?? '',
        truth: table.truth,
      },
    },
  });
}

function answer(
  command: Exclude<AnalysisCommand, { kind: 'load' | 'drop' }>,
  onProgress: (fraction: number) => void,
): AnalysisResult {
  const { table, analysed } = loaded(command.key);
  switch (command.kind) {
    case 'groups':
      return groupsAnswer(analysed, onProgress);
    case 'card':
      return groupCard(
        analysed,
        command.group,
        command.others.map((key) => loaded(key).analysed),
      );
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
  const { id } = command;
  let told = 0;
  try {
    const result = answer(command, (fraction) => {
      const now = performance.now();
      if (now - told < 60) return;
      told = now;
      post({ kind: 'progress', id, fraction });
    });
    post({ kind: 'done', id, result });
  } catch (error) {
    post({ kind: 'failed', id, error: describeError(error) });
  }
};
