/**
 * Short notices that pass over the page: an error with its way out, a deletion with its undo. They go by
 * themselves, except errors, which wait to be read.
 */
import { create } from 'zustand';
import { describeError } from '../base/lab_error';

export interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'error';
  /** What happened. */
  readonly title: string;
  /** What to do about it. */
  readonly detail?: string;
  /** It stays until it is closed, as errors do. */
  readonly stays?: boolean;
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Called when it leaves the page, with whether its action was taken. */
  readonly onClose?: (acted: boolean) => void;
}

export const useNotices = create<{ readonly notices: readonly Notice[] }>()(() => ({
  notices: [],
}));

/** Most notices on the page at once; the oldest goes first. */
const SHOWN = 4;
let nextId = 1;

/** Shows a notice; returns its id. */
export function notify(notice: Omit<Notice, 'id'>): number {
  const id = nextId++;
  const { notices } = useNotices.getState();
  const dropped = notices.slice(0, Math.max(0, notices.length + 1 - SHOWN));
  useNotices.setState({ notices: [...notices.slice(dropped.length), { ...notice, id }] });
  for (const old of dropped) old.onClose?.(false);
  return id;
}

/** Shows an error as a sentence with its way out. Cancelled work is no error. */
export function notifyError(error: unknown): void {
  const { code, message, wayOut } = describeError(error);
  if (code !== 'cancelled') notify({ tone: 'error', title: message, detail: wayOut });
}

/** Takes a notice off the page. */
export function closeNotice(id: number, acted = false): void {
  const { notices } = useNotices.getState();
  const notice = notices.find((other) => other.id === id);
  if (notice === undefined) return;
  useNotices.setState({ notices: notices.filter((other) => other.id !== id) });
  if (acted) notice.action?.run();
  notice.onClose?.(acted);
}
