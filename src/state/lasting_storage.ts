/**
 * Whether the browser promises to keep what this page keeps. It is asked for once, when the first run is kept; the answer
 * is remembered by the browser, that it was asked by this file. Knows no run.
 */
import { create } from 'zustand';

/** `unknown` until the browser has said; `unavailable` where it makes no such promise. */
export type Lasting = 'unknown' | 'promised' | 'not_promised' | 'unavailable';

export const useLasting = create<{ readonly lasting: Lasting }>()(() => ({ lasting: 'unknown' }));

/** Where it is remembered that the browser was asked. */
const ASKED_KEY = 'sasa-lab.storage-asked';

/** Asks the browser to keep what this page keeps, unless it was asked before. */
export function askOnce(): void {
  if (useLasting.getState().lasting !== 'unknown') return;
  void (wasAsked() ? look() : askToLast());
}

/** Asks the browser, whatever it said before. Some ask the person, others decide by themselves. */
export async function askToLast(): Promise<void> {
  rememberAsked();
  await tell((storage) => storage.persist());
}

/** Looks what the browser promises, without asking for anything. */
export async function look(): Promise<void> {
  await tell((storage) => storage.persisted());
}

async function tell(question: (storage: StorageManager) => Promise<boolean>): Promise<void> {
  // Absent outside of secure contexts and in older browsers, whatever the types say.
  const storage = navigator.storage as StorageManager | undefined;
  if (storage === undefined || !('persist' in storage)) {
    useLasting.setState({ lasting: 'unavailable' });
    return;
  }
  try {
    const lasting = (await question(storage)) ? 'promised' : 'not_promised';
    useLasting.setState({ lasting });
  } catch {
    useLasting.setState({ lasting: 'unavailable' });
  }
}

/** In this visit, where nothing can be remembered. */
let askedNow = false;

function wasAsked(): boolean {
  try {
    return askedNow || localStorage.getItem(ASKED_KEY) !== null;
  } catch {
    return askedNow;
  }
}

function rememberAsked(): void {
  askedNow = true;
  try {
    localStorage.setItem(ASKED_KEY, 'yes');
  } catch {
    return;
  }
}
