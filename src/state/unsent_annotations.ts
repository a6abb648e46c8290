/**
 * Changes of annotations that a page could not hand to the engine before it went away: written to the browser's local storage,
 * the only place that takes something at that moment, and sent by the next visit.
 */
import * as z from 'zod/mini';
import { unitChangesSchema } from '../lab/run/annotations';
import type { Unsent } from './annotations';

const UNSENT = 'sasa-lab.annotations-unsent';

const schema = z.array(
  z.strictObject({
    runId: z.string(),
    model: z.int().check(z.gte(0)),
    step: z.int().check(z.gte(0)),
    changes: unitChangesSchema,
  }),
);

/** What this page wrote down last. */
let own: string | null = null;

/** Writes down what is not sent, in place of what this page wrote before; an empty list takes that away. */
export function writeUnsent(unsent: readonly Unsent[]): void {
  try {
    if (own !== null) localStorage.removeItem(own);
    own = null;
    if (unsent.length === 0) return;
    own = `${UNSENT}.${crypto.randomUUID()}`;
    localStorage.setItem(own, JSON.stringify(unsent));
  } catch {
    // Storage is forbidden or full: what the engine hears in time is kept all the same.
  }
}

/** The same, where this page wrote something down. */
export function forgetWritten(unsent: readonly Unsent[]): void {
  if (own !== null) writeUnsent(unsent);
}

/** Takes what earlier pages could not send. */
export function takeUnsent(): readonly Unsent[] {
  try {
    const names = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at));
    return names.flatMap((name) => {
      if (name?.startsWith(UNSENT) !== true) return [];
      const text = localStorage.getItem(name);
      localStorage.removeItem(name);
      const read = schema.safeParse(JSON.parse(text ?? 'null'));
      return read.success ? read.data : [];
    });
  } catch {
    return [];
  }
}
