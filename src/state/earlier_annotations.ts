/**
 * Stars, tags and notes as the page kept them before they lived with the run: in the browser's local storage, by a hash of the
 * run's settings and the number of the model. They are read until a run of those settings has taken them.
 */
import * as z from 'zod/mini';
import { isSilent, normalTag, type UnitAnnotations } from '../lab/run/annotations';
import type { RunConfig } from '../lab/run/run_config';

const STORED = 'sasa-lab-annotations';

const groupSchema = z.object({
  starred: z.boolean(),
  tags: z.array(z.string()),
  note: z.string(),
});
const storedSchema = z.looseObject({
  state: z.looseObject({ byModel: z.record(z.string(), z.unknown()) }),
});

type Stored = z.output<typeof storedSchema>;

/** What was kept for a model of a run of these settings; null for nothing. */
export function earlierAnnotations(config: RunConfig, model: number): UnitAnnotations | null {
  const kept = stored()?.state.byModel[earlierKey(config, model)];
  const groups = z.record(z.string().check(z.regex(/^\d+$/)), z.unknown()).safeParse(kept);
  if (!groups.success) return null;
  const units = Object.entries(groups.data).flatMap(([unit, candidate]) => {
    const { success, data } = groupSchema.safeParse(candidate);
    if (!success) return [];
    const tags = data.tags.map(normalTag).filter((tag) => tag !== '');
    const annotation = { ...data, tags, name: '', step: null };
    return isSilent(annotation) ? [] : [[unit, annotation] as const];
  });
  return units.length === 0 ? null : Object.fromEntries(units);
}

/** Removes it, once a run has it. */
export function forgetEarlierAnnotations(config: RunConfig, model: number): void {
  const all = stored();
  if (all === null) return;
  const { [earlierKey(config, model)]: _taken, ...byModel } = all.state.byModel;
  try {
    if (Object.keys(byModel).length === 0) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, JSON.stringify({ ...all, state: { ...all.state, byModel } }));
  } catch {
    // It is taken again, which changes nothing.
  }
}

function stored(): Stored | null {
  try {
    const read = storedSchema.safeParse(JSON.parse(localStorage.getItem(STORED) ?? 'null'));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** The name under which they stood. */
export function earlierKey(config: RunConfig, model: number): string {
  return `${hash(JSON.stringify(config))}:${model}`;
}

/** FNV-1a over UTF-16 units, twice with different offsets: 64 bits as hexadecimal. */
function hash(text: string): string {
  return [0x811c9dc5, 0x050c5d1f]
    .map((offset) => {
      let state = offset;
      for (let index = 0; index < text.length; index++) {
        state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
      }
      return (state >>> 0).toString(16).padStart(8, '0');
    })
    .join('');
}
