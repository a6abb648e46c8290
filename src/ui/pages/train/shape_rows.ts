/** What the shape view shows: a row for each model, its shapes, and what is said under each of them. */
import type { ShapeState } from '../../../lab/protocol/protocol';
import type { RunModel } from '../../../state/run_record';
import { rankedOwners } from '../../plots/unit_slots';

export interface Caption {
  /** "1 group", "22 latents", "not captured". */
  readonly text: string;
  /** "rank90 2" (of its map) of the one group that holds the shape; else the shape's dimension, to count the units against. */
  readonly detail: string | undefined;
  /** The units by their numbers, strongest first, where there are few enough to name each. */
  readonly units: readonly number[];
}

/** Units named under a shape; more are counted. */
const NAMED = 3;

/** What is said under a shape; nothing is counted while too little of it is reconstructed. */
export function captionOf(shape: ShapeState, unitName: RunModel['unitName']): Caption {
  if (!isCaptured(shape)) return { text: 'not captured', detail: undefined, units: [] };
  const count = shape.units90;
  const text = `${count} ${unitName}${count === 1 ? '' : 's'}`;
  const detail =
    unitName === 'group' && count === 1
      ? `rank90 ${shape.topRank90}`
      : `dimension ${shape.dimension}`;
  const units = count <= NAMED ? rankedOwners(shape.owners).slice(0, count) : [];
  return { text, detail, units };
}

/** Whether enough of the shape is reconstructed to speak of its units; else the engine counts none. */
export function isCaptured(shape: ShapeState): boolean {
  return shape.units90 > 0;
}

/** A feature's name as a heading: "Circle", "Signed line 3". */
export function heading(name: string): string {
  const words = name.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

export interface FeatureKind {
  /** "Circle" for "Circle 1" … "Circle 16". */
  readonly name: string;
  readonly first: number;
  readonly count: number;
}

/** Runs of features of one kind, by their names without a closing number. */
export function kindsOf(names: readonly string[]): readonly FeatureKind[] {
  const kinds: FeatureKind[] = [];
  names.forEach((name, index) => {
    const kind = name.replace(/[\s_#-]*\d+$/, '') || name;
    const open = kinds.at(-1);
    if (open?.name === kind) kinds[kinds.length - 1] = { ...open, count: open.count + 1 };
    else kinds.push({ name: kind, first: index, count: 1 });
  });
  return kinds;
}

/** Features shown first where there are many: the first of three kinds that have more than one dimension. */
export function firstFeatures(shapes: readonly ShapeState[]): readonly number[] {
  if (shapes.length <= 3) return shapes.map((_shape, index) => index);
  const kinds = kindsOf(shapes.map(({ name }) => name)).filter(
    ({ first }) => (shapes[first]?.dimension ?? 0) >= 2,
  );
  return kinds.slice(0, 3).map(({ first }) => first);
}
