/**
 * Keeps the experiment and the address in step: an edit rewrites the address, an address that is opened
 * fills the bench, and one that cannot be read is said so. The default experiment leaves the address
 * clean. Data and weights never enter it.
 */
import { create } from 'zustand';
import { describeError, type LabErrorData } from '../base/lab_error';
import { defaultPreset } from '../lab/presets';
import { readShareLink, writeShareLink } from '../lab/share_link';
import type { RunConfig } from '../lab/run_config';
import { matchingPreset, openExperiment, useExperiment } from '../state/experiment_store';
import { notify, notifyError } from '../state/notices_store';

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

/** Puts an address on the clipboard: that of the given experiment, or of what is shown. */
export async function copyLink(config?: RunConfig): Promise<void> {
  const link = config === undefined ? shownLink() : linkOf(config);
  try {
    await navigator.clipboard.writeText(link);
    notify({
      tone: 'info',
      title: 'Link copied',
      detail: 'It holds the settings and seeds, never data or weights.',
    });
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
