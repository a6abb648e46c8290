/**
 * Keeps the experiment and the address in step: an edit rewrites the address, an address that is opened
 * fills the draft, and one that cannot be read is said so. The default experiment leaves the address
 * clean. Data and weights never enter it.
 */
import { create } from 'zustand';
import { describeError, type LabErrorData } from '../base/lab_error';
import { defaultPreset } from '../lab/run/presets';
import { readShareLink, writeShareLink } from '../lab/run/share_link';
import { sameRun } from '../lab/run/live_settings';
import type { RunConfig } from '../lab/run/run_config';
import { matchingPreset, openExperiment, useExperiment } from '../state/experiment_store';
import { notify, notifyError } from '../state/notices_store';
import { allChanges, type Run } from '../state/run_record';
import { runOf } from '../state/runs_store';
import { useView } from '../state/view_store';

import { currentRoute, formatHash, hrefOf, replaceParams, subscribeRoute } from './route';

/** Why the link that was opened could not be used; null when there is nothing to say. */
export const useLinkProblem = create<{
  readonly problem: LabErrorData | null;
  readonly dismiss: () => void;
}>()((set) => ({ problem: null, dismiss: () => set({ problem: null }) }));

/** What the address holds now, as last written or read. */
let linked: string | null = null;

/** Opens what the address holds and follows both from then on; call it once. */
export function followLink(): void {
  openLinked();
  subscribeRoute(openLinked);
  useExperiment.subscribe(({ config, draft }, before) => {
    if (config === null || config === before.config) return;
    const isDefault = matchingPreset(draft) === defaultPreset.id;
    linked = isDefault ? null : writeShareLink(config);
    useLinkProblem.getState().dismiss();
    replaceParams({ run: linked });
  });
}

/** The whole address of an experiment on the Train page. */
function linkOf(config: RunConfig): string {
  const { origin, pathname } = window.location;
  const hash = formatHash({
    page: 'train',
    params: new URLSearchParams({ run: writeShareLink(config) }),
  });
  return `${origin}${pathname}${hash}`;
}

/** Puts the address of what is shown on the clipboard. */
export async function copyLink(): Promise<void> {
  const { config } = useExperiment.getState();
  const run = runOf(useView.getState().runId);
  const changed =
    run !== undefined && run.changes.length > 0 && config !== null && sameRun(run.settings, config);
  await copy(
    shownLink(),
    changed
      ? `It holds the settings as they are now, not when they were changed: a run from it has them from its first step, unlike ${run.name}.`
      : HOLDS,
  );
}

/** Puts the address of the settings that a run began with on the clipboard. */
export async function copyRunLink(run: Run): Promise<void> {
  const { length } = allChanges(run);
  const changes = length === 1 ? 'The change that was' : `The ${length} changes that were`;
  await copy(
    linkOf(run.config),
    length === 0
      ? HOLDS
      : `${HOLDS} ${changes} made while ${run.name} trained ${length === 1 ? 'is' : 'are'} not in it: it holds what the run began with.`,
  );
}

const HOLDS = 'It holds the settings and seeds, never data or weights.';

async function copy(link: string, detail: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    notify({ tone: 'info', title: 'Link copied', detail });
  } catch (error) {
    notifyError(error);
  }
}

function shownLink(): string {
  const { config } = useExperiment.getState();
  if (config !== null && linked === null) {
    const { origin, pathname } = window.location;
    return `${origin}${pathname}${hrefOf(currentRoute().page, { run: writeShareLink(config) })}`;
  }
  return window.location.href;
}

function openLinked(): void {
  const text = currentRoute().params.get('run');
  if (text === null || text === linked) return;
  linked = text;
  try {
    openExperiment(readShareLink(text));
  } catch (error) {
    linked = null;
    openExperiment(defaultPreset.config);
    useLinkProblem.setState({ problem: describeError(error) });
    replaceParams({ run: null });
  }
}
