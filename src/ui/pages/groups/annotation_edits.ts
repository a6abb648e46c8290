/**
 * What a person does to the annotations of units. Whatever goes by it can be had back for a while, from a notice: what
 * was said in between stays.
 */
import { NO_ANNOTATION, normalName, normalTag, NOTE_LIMIT } from '../../../lab/run/annotations';
import type { UnitAnnotation, UnitAnnotations, UnitChanges } from '../../../lab/run/annotations';
import {
  annotate,
  annotationsOf,
  replaceAnnotations,
  useAnnotations,
  type Annotated,
} from '../../../state/annotations';
import { notify } from '../../../state/notices_store';
import { formatInteger } from '../../plots/format';

/** A unit that is looked at. */
export interface AnnotatedUnit extends Annotated {
  readonly unit: number;
  readonly unitName: 'group' | 'latent';
}

export function toggleStar(at: AnnotatedUnit): void {
  edit(at, (before) => ({ ...before, starred: !before.starred }));
}

/** Names a unit; an empty name takes its name away. */
export function nameUnit(at: AnnotatedUnit, text: string): void {
  const name = normalName(text);
  const { name: before } = annotationOf(at);
  if (name === before) return;
  edit(at, (annotation) => ({ ...annotation, name }));
  if (name === '') {
    offerUndo(`Removed the name “${before}” of ${titleOf(at)}`, () =>
      edit(at, (now) => (now.name === '' ? { ...now, name: before } : now)),
    );
  }
}

/** Adds a tag once. */
export function addTag(at: AnnotatedUnit, text: string): void {
  const tag = normalTag(text);
  if (tag === '') return;
  edit(at, (before) => withTag(before, tag, before.tags.length));
}

export function removeTag(at: AnnotatedUnit, tag: string): void {
  const place = annotationOf(at).tags.indexOf(tag);
  edit(at, (before) => ({ ...before, tags: before.tags.filter((other) => other !== tag) }));
  offerUndo(`Removed the tag ${tag} of ${titleOf(at)}`, () =>
    edit(at, (now) => withTag(now, tag, place)),
  );
}

export function writeNote(at: AnnotatedUnit, note: string): void {
  edit(at, (before) => ({
    ...before,
    note: note.slice(0, Math.max(NOTE_LIMIT, before.note.length)),
  }));
}

/** Offers a note back that was taken away. */
export function offerNote(at: AnnotatedUnit, note: string): void {
  offerUndo(`Removed the note on ${titleOf(at)}`, () =>
    edit(at, (now) => ({ ...now, note: now.note === '' ? note : `${note}\n\n${now.note}` })),
  );
}

/** Takes away all that is said of the units of a model. */
export function removeAll(about: Annotated): void {
  const before = annotationsOf(useAnnotations.getState(), about.runId, about.model);
  replaceWithUndo(
    about,
    Object.fromEntries(Object.keys(before).map((unit) => [unit, null])),
    (count) => `Removed all that you noted on ${count}`,
  );
}

/** Replaces what is said of several units; `title` says so of their count, in words. */
export function replaceWithUndo(
  about: Annotated,
  changes: UnitChanges,
  title: (count: string) => string,
): void {
  const before = annotationsOf(useAnnotations.getState(), about.runId, about.model);
  const units = Object.keys(changes);
  replaceAnnotations(about, changes);
  offerUndo(title(countOf(units.length)), () => replaceAnnotations(about, putBack(before, units)));
}

function putBack(before: UnitAnnotations, units: readonly string[]): UnitChanges {
  return Object.fromEntries(units.map((unit) => [unit, before[unit] ?? null]));
}

/** "1 unit", "12 units". */
export function countOf(units: number): string {
  return units === 1 ? '1 unit' : `${formatInteger(units)} units`;
}

function withTag(annotation: UnitAnnotation, tag: string, place: number): UnitAnnotation {
  const { tags } = annotation;
  return tags.includes(tag) ? annotation : { ...annotation, tags: tags.toSpliced(place, 0, tag) };
}

function annotationOf({ runId, model, unit }: AnnotatedUnit): UnitAnnotation {
  return annotationsOf(useAnnotations.getState(), runId, model)[unit] ?? NO_ANNOTATION;
}

function edit(at: AnnotatedUnit, change: (before: UnitAnnotation) => UnitAnnotation): void {
  annotate(at, at.unit, change);
}

function titleOf({ unitName, unit }: AnnotatedUnit): string {
  return `${unitName} ${unit}`;
}

function offerUndo(title: string, run: () => void): void {
  notify({ tone: 'info', title, action: { label: 'Undo', run } });
}
