/** How the dash of a series is drawn, in charts, legends and saved figures alike. */
import type { Series } from './props';

const DASHES = { solid: undefined, dashed: '5 3', dotted: '1.5 3' } as const;

/** The stroke-dasharray of a series; undefined for a solid line. */
export function dashArray(dash: Series['dash']): string | undefined {
  return DASHES[dash ?? 'solid'];
}
