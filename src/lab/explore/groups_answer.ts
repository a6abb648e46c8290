/**
 * The table of all groups with the names of what they are strongest on, and the firings turned round so
 * that a word or a token finds its groups. Pure: a model with its codes in, a message of the protocol out.
 */
import { groupTable } from '../../analysis/group_table';
import { groupsOfNames } from '../../analysis/token_statistics';
import { addAt, at } from '../../base/array';
import {
  labelsOf,
  nameOfToken,
  type AnalysedModel,
  type AnalysedText,
} from '../encode/analysed_model';
import type { AnalysedSplit } from '../protocol/groups_protocol';
import type { GroupsAnswer, LabelledFirings } from '../protocol/protocol';

/** Distinct labels that name a group. */
const LABELS = 10;

/** The table of all groups with the labels of their strongest rows. */
export function groupsAnswer(
  analysed: AnalysedModel,
  split: AnalysedSplit,
  onProgress?: (fraction: number) => void,
): GroupsAnswer {
  const { model, step, indexed, rows } = analysed;
  const table = groupTable(indexed, analysed.spaces(), { onProgress });
  return {
    model,
    step,
    analysedRows: indexed.codes.rows,
    split,
    rows: table.map((row) => ({ ...row, labels: labelsOf(analysed, row.group, LABELS) })),
    firings: rows.text === null ? labelledFirings(analysed) : tokenFirings(analysed, rows.text),
    text: rows.text === null ? null : sizesOf(rows.text),
  };
}

function sizesOf({ rows, occurrences }: AnalysedText): NonNullable<GroupsAnswer['text']> {
  let documents = 0;
  rows.documents.forEach((document, row) => {
    if (row === 0 || document !== rows.documents[row - 1]) documents++;
  });
  return {
    documents,
    distinctTokens: occurrences.reduce((sum, times) => sum + (times > 0 ? 1 : 0), 0),
  };
}

/** Groups of every token; tokens that read alike (" May", "may") are one label. */
function tokenFirings({ indexed }: AnalysedModel, text: AnalysedText): LabelledFirings {
  const { rows, occurrences } = text;
  const indexOf = new Map<string, number>();
  const labelOfToken = new Uint32Array(occurrences.length);
  occurrences.forEach((times, token) => {
    if (times === 0) return;
    const label = nameOfToken(text, token).toLowerCase();
    const index = indexOf.get(label) ?? indexOf.size;
    indexOf.set(label, index);
    labelOfToken[token] = index;
  });
  const { offsets, groups, means } = groupsOfNames(
    indexed,
    rows.tokens.map((token) => at(labelOfToken, token)),
    indexOf.size,
  );
  return { labels: [...indexOf.keys()], offsets, groups, norms: means };
}

/** The firings of labelled rows, turned back from groups to rows; null without labels. O(firings). */
function labelledFirings({ indexed, rows }: AnalysedModel): LabelledFirings | null {
  const { labelOf, rowIds } = rows;
  if (labelOf === null) return null;
  const { codes, rows: firingRows, norms, dictionary } = indexed;
  const offsets = new Uint32Array(codes.rows + 1);
  for (const row of firingRows) addAt(offsets, row + 1, 1);
  for (let row = 0; row < codes.rows; row++) addAt(offsets, row + 1, at(offsets, row));
  const next = offsets.slice();
  const groups = new Uint32Array(firingRows.length);
  const strengths = new Float32Array(firingRows.length);
  for (let group = 0; group < dictionary.groups; group++) {
    for (let entry = at(indexed.offsets, group); entry < at(indexed.offsets, group + 1); entry++) {
      const row = at(firingRows, entry);
      groups[at(next, row)] = group;
      strengths[at(next, row)] = at(norms, entry);
      addAt(next, row, 1);
    }
  }
  return {
    labels: Array.from(rowIds.subarray(0, codes.rows), labelOf),
    offsets,
    groups,
    norms: strengths,
  };
}
