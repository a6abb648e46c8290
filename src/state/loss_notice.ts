/** What a lost device, or a worker that died, means for the runs, in one notice. Knows no store. */
import type { LabErrorData } from '../base/lab_error';
import { groupDigits } from '../base/number_text';
import type { RunFate } from '../lab/protocol/protocol';
import type { Notice } from './notices_store';

/** A notice that says `what` was lost, what was done (`then`), and what becomes of each run. It stays until it is closed. */
export function lossNotice(
  [what, then]: readonly [what: string, then: string],
  fates: readonly RunFate[],
  nameOf: (runId: string) => string,
): Omit<Notice, 'id'> {
  const told = fates.filter(({ runId }, place) => place === lastOf(fates, runId));
  const [only] = told;
  const where =
    told.length === 1 && only !== undefined && only.at > 0 ? ` at ${step(only.at)}` : '';
  const sentences = told.map((fate) => sentenceOf(nameOf(fate.runId), fate));
  if (sentences.length === 0) sentences.push('Nothing was training; every run keeps its weights.');
  const title = `${what}${where}${then}. ${sentences.join(' ')}`;
  const errors = told.flatMap(({ error }) => error ?? []);
  if (errors.length === 0) return { tone: 'info', title, stays: told.length > 0 };
  return { tone: 'error', title, detail: detailOf(told, errors) };
}

function lastOf(fates: readonly RunFate[], runId: string): number {
  return fates.findLastIndex((fate) => fate.runId === runId);
}

function sentenceOf(name: string, { from, outcome }: RunFate): string {
  if (outcome === 'ended') return `${name} was not kept: its weights are lost, its curves stay.`;
  if (from === null) return `${name} is prepared again.`;
  if (outcome === 'waits') return `${name} waits at ${step(from)} for Resume.`;
  if (outcome === 'stays_paused') return `${name} stays paused, at ${step(from)}.`;
  return from === 0 ? `${name} begins again.` : `${name} goes on from ${step(from)}.`;
}

/** Why runs wait, and what to do; of runs that are lost only the latter, since the title has said why. */
function detailOf(fates: readonly RunFate[], errors: readonly LabErrorData[]): string {
  const waits = fates.find(({ outcome }) => outcome === 'waits')?.error;
  if (waits != null) return `${waits.message} ${waits.wayOut}`;
  return errors[0]?.wayOut ?? '';
}

function step(count: number): string {
  return `step ${groupDigits(String(count), '\u202f')}`;
}
