/**
 * What the person says of a run: star, tags and a note. Kept with a run that this browser keeps; in this page alone for
 * any other. Nothing here throws.
 */
import type { SaidOfRun } from '../lab/protocol/kept_protocol';
import type { EngineClient } from './engine_client';
import { notify, notifyError } from './notices_store';
import { runOf, updateRun } from './runs_store';

/** Longest tag and note, in characters, and most tags. */
const TAG_LIMIT = 32;
export const NOTE_LIMIT = 4000;
const MOST_TAGS = 32;

/** Tags as they are kept: lower case, without `#` and inner space, each once. */
export function tagsOf(text: string): readonly string[] {
  const tags = text
    .split(/[\s,]+/)
    .map((tag) => tag.replace(/^#+/, '').replace(/[()<>=!≤≥≠"]+/g, '-'))
    .map((tag) => tag.toLowerCase().slice(0, TAG_LIMIT))
    .filter((tag) => tag !== '');
  return [...new Set(tags)].slice(0, MOST_TAGS);
}

/** Says something of a run; what is not named stays. `undo` offers to take it back. */
export function describeRun(
  engine: EngineClient,
  id: string,
  said: Partial<SaidOfRun>,
  { undo = false }: { readonly undo?: boolean } = {},
): void {
  const run = runOf(id);
  if (run === undefined) return;
  const before = run.about;
  say(engine, id, { ...before, ...said });
  if (!undo) return;
  notify({
    tone: 'info',
    title: `Changed tags and note of ${run.name}`,
    action: { label: 'Undo', run: () => say(engine, id, before) },
  });
}

/** Times that this page has said something; a list of runs that was asked for before has what was said before. */
let times = 0;

export function timesSaid(): number {
  return times;
}

function say(engine: EngineClient, id: string, about: SaidOfRun): void {
  times += 1;
  updateRun(id, (run) => ({ ...run, about }));
  if (runOf(id)?.kept == null) return;
  engine.ask('describe_kept_run', { runId: id, about }).catch(notifyError);
}
