/** One model of a run with its diagnosis, and links from it to the groups behind its numbers. */
import type { Diagnosis } from '../../../analysis/report_types';
import type { AnalysedSplit } from '../../../lab/protocol/protocol';
import type { RunModel } from '../../../state/run_record';
import { hrefOf } from '../../route';

export interface DiagnosedModel {
  readonly model: RunModel;
  readonly step: number;
  readonly diagnosis: Diagnosis;
  readonly analysedRows: number;
  readonly split: AnalysedSplit;
}

/** Address of one group's card. */
export function groupHref({ index }: RunModel, group: number): string {
  return hrefOf('groups', { model: index, group });
}

/** Address of the groups that pass a filter. */
export function groupsHref({ index }: RunModel, filter: string): string {
  return hrefOf('groups', { model: index, filter });
}

/** Most groups whose numbers are written into one filter. */
export const FILTERABLE = 24;

/** A filter that lets exactly these groups pass. */
export function filterOf(groups: readonly number[]): string {
  return groups.map((group) => `group = ${group}`).join(' or ');
}
