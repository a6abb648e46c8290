/**
 * Stars, tags and notes that a person puts on groups, kept in this browser. They belong to a
 * configuration, not to a session: the same settings and seed train the same groups, so the notes are
 * there again after a reload. What is read back from the browser's storage is validated; what cannot be
 * read is left out.
 */
import * as z from 'zod/mini';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { RunConfig } from '../../../lab/run/run_config';

export interface Annotation {
  readonly starred: boolean;
  readonly tags: readonly string[];
  readonly note: string;
}

export const NO_ANNOTATION: Annotation = { starred: false, tags: [], note: '' };

/** Longest tag and note that are kept, in characters. */
const TAG_LIMIT = 32;
export const NOTE_LIMIT = 4000;

const annotationSchema = z.object({
  starred: z.boolean(),
  tags: z.array(z.string().check(z.minLength(1), z.maxLength(TAG_LIMIT))).check(z.maxLength(32)),
  note: z.string().check(z.maxLength(NOTE_LIMIT)),
});

/** Annotations of the groups of one model, by group index. */
export type GroupAnnotations = Readonly<Record<string, Annotation>>;

const NOTHING: GroupAnnotations = {};

export interface AnnotationsState {
  /** By `annotationKey`, then by group index. */
  readonly byModel: Readonly<Record<string, GroupAnnotations>>;
  readonly toggleStar: (key: string, group: number) => void;
  /** Adds a tag once; leading `#` and surrounding space are dropped, inner space becomes a dash. */
  readonly addTag: (key: string, group: number, tag: string) => void;
  readonly removeTag: (key: string, group: number, tag: string) => void;
  readonly setNote: (key: string, group: number, note: string) => void;
}

/** Reads what was stored; anything of another form is left out. */
export function readAnnotations(stored: unknown): AnnotationsState['byModel'] {
  const outer = z.object({ byModel: z.record(z.string(), z.unknown()) }).safeParse(stored);
  if (!outer.success) return {};
  const models: Record<string, GroupAnnotations> = {};
  for (const [key, value] of Object.entries(outer.data.byModel)) {
    const groups = z.record(z.string().check(z.regex(/^\d+$/)), z.unknown()).safeParse(value);
    if (!groups.success) continue;
    const kept = Object.entries(groups.data).flatMap(([group, candidate]) => {
      const annotation = annotationSchema.safeParse(candidate);
      return annotation.success ? [[group, annotation.data] as const] : [];
    });
    if (kept.length > 0) models[key] = Object.fromEntries(kept);
  }
  return models;
}

/** A tag as it is kept: lower case, without `#`, no inner space, so that `#tag` in a filter finds it. */
export function normalTag(text: string): string {
  return text
    .trim()
    .replace(/^#+/, '')
    .replace(/[\s()<>=!≤≥≠"]+/g, '-')
    .toLowerCase()
    .slice(0, TAG_LIMIT);
}

export const useAnnotations = create<AnnotationsState>()(
  persist(
    (set) => {
      const change = (key: string, group: number, edit: (annotation: Annotation) => Annotation) =>
        set(({ byModel }) => {
          const { [group]: before = NO_ANNOTATION, ...others } = byModel[key] ?? NOTHING;
          const after = edit(before);
          const empty = !after.starred && after.tags.length === 0 && after.note === '';
          const groups = empty ? others : { ...others, [group]: after };
          const { [key]: _replaced, ...models } = byModel;
          return {
            byModel: Object.keys(groups).length === 0 ? models : { ...models, [key]: groups },
          };
        });
      return {
        byModel: {},
        toggleStar: (key, group) =>
          change(key, group, (annotation) => ({ ...annotation, starred: !annotation.starred })),
        addTag: (key, group, text) => {
          const tag = normalTag(text);
          if (tag === '') return;
          change(key, group, (annotation) =>
            annotation.tags.includes(tag)
              ? annotation
              : { ...annotation, tags: [...annotation.tags, tag] },
          );
        },
        removeTag: (key, group, tag) =>
          change(key, group, (annotation) => ({
            ...annotation,
            tags: annotation.tags.filter((other) => other !== tag),
          })),
        setNote: (key, group, note) =>
          change(key, group, (annotation) => ({ ...annotation, note: note.slice(0, NOTE_LIMIT) })),
      };
    },
    {
      name: 'sasa-lab-annotations',
      partialize: ({ byModel }) => ({ byModel }),
      merge: (stored, current) => ({ ...current, byModel: readAnnotations(stored) }),
    },
  ),
);

/** The annotations of one model's groups; the same object while nothing changed. */
export function annotationsOf(state: AnnotationsState, key: string): GroupAnnotations {
  return state.byModel[key] ?? NOTHING;
}

/** Names the configuration that the annotations of a model belong to. */
export function annotationKey(config: RunConfig, model: number): string {
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
