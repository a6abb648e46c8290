/**
 * Annotations of a model as a file of JSON, out of the page and into it: the same as `annotations.json` in the folder of a
 * model. Weights are compared by their hash before anything is attached to them. Knows no React.
 */
import { saveFile } from '../../../io/figure_export';
import { readAnnotations, writeAnnotations } from '../../../lab/keep/annotations_file';
import { merged, type ModelAnnotations, type UnitChanges } from '../../../lab/run/annotations';
import {
  annotationsOf,
  flushAnnotations,
  useAnnotations,
  type Annotated,
} from '../../../state/annotations';
import { engine } from '../../../state/engine_store';
import { countOf, replaceWithUndo } from './annotation_edits';

/** Saves what is said of the units of a model; `name` is that of the file, without its ending. Throws LabError. */
export async function exportNotes({ runId, model, step }: Annotated, name: string): Promise<void> {
  await flushAnnotations();
  const said = await engine.ask('annotations', { runId, annotated: model, step });
  const type = 'application/json';
  saveFile(writeAnnotations(said), `${name}.annotations.json`, type);
}

/** Annotations from a file, and whether they were made on these weights. */
export interface ReadNotes {
  readonly fileName: string;
  readonly said: ModelAnnotations;
  readonly match: 'same' | 'other' | 'unknown';
}

/** Reads a file. Throws LabError `bad_file` as readAnnotations. */
export async function readNotes({ runId, model }: Annotated, file: File): Promise<ReadNotes> {
  const said = readAnnotations(new Uint8Array(await file.arrayBuffer()), file.name);
  const own = await engine.ask('weights_sha256', { runId, model });
  const match =
    said.weights === null || own.length === 0
      ? 'unknown'
      : own.includes(said.weights)
        ? 'same'
        : 'other';
  return { fileName: file.name, said, match };
}

/**
 * Joins what a file says with what is said of the units of the same numbers, which can be taken back; the name is the file's.
 * Units that the model does not have, of `groups`, are left out and counted.
 */
export function attachNotes(about: Annotated, { fileName, said }: ReadNotes, groups: number): void {
  const fitting = Object.entries(said.units).filter(([unit]) => Number(unit) < groups);
  const left = Object.keys(said.units).length - fitting.length;
  const before = annotationsOf(useAnnotations.getState(), about.runId, about.model);
  const both = merged(Object.fromEntries(fitting), before);
  const changes: UnitChanges = Object.fromEntries(
    fitting.map(([unit]) => [unit, both[unit] ?? null]),
  );
  const without =
    left === 0 ? '' : `; ${countOf(left)} of it ${left === 1 ? 'is' : 'are'} not in this model`;
  replaceWithUndo(about, changes, (count) => `Took ${count} from ${fileName}${without}`);
}
