/**
 * What the steering panel is set to: which change, how strong, how the continuation is sampled. Kept while
 * one looks at other pages; strengths are in units of the group's typical norm.
 */
import { create } from 'zustand';
import type { Steering, SteeringEdit } from '../../../lab/protocol/lm_protocol';
import { formatExact, formatFixed, formatInteger } from '../../plots/format';

const editKinds = ['scale', 'ablate', 'clamp', 'add', 'turn'] as const;
export type EditKind = (typeof editKinds)[number];

export interface SteeringDraft {
  readonly kind: EditKind;
  /** Factor of `scale`. */
  readonly factor: number;
  /** Norm of `clamp`. */
  readonly norm: number;
  /** Length of what `add` adds; negative adds the opposite. */
  readonly added: number;
  /** Principal axis of `add`, from 0. */
  readonly axis: number;
  /** Angle of `turn`, radians in [0, 2π). */
  readonly angle: number;
  /** Norm of `turn`. */
  readonly turned: number;
  readonly temperature: number;
  readonly seed: number;
  readonly length: number;
}

export const useSteeringDraft = create<SteeringDraft>()(() => ({
  // Acts at every token, so that the first try shows something; the others wait for the group to fire.
  kind: 'add',
  factor: 3,
  norm: 2,
  added: 1,
  axis: 0,
  angle: 0,
  turned: 1.5,
  temperature: 0,
  seed: 0,
  length: 48,
}));

export function setSteering(changes: Partial<SteeringDraft>): void {
  useSteeringDraft.setState(changes);
}

/** The change as the engine takes it. */
export function editOf(draft: SteeringDraft): SteeringEdit {
  switch (draft.kind) {
    case 'scale':
      return { kind: 'scale', factor: draft.factor };
    case 'ablate':
      return { kind: 'scale', factor: 0 };
    case 'clamp':
      return { kind: 'clamp', strength: draft.norm };
    case 'add':
      return { kind: 'add', axis: draft.axis, strength: draft.added };
    case 'turn':
      return { kind: 'turn', angle: draft.angle, strength: draft.turned };
  }
}

/** What is asked for when a group of this rank is steered as the panel is set. */
export function requestOf(
  draft: SteeringDraft,
  prompt: string,
  group: number,
  rank: number,
): Steering {
  const { temperature, seed, length } = draft;
  const kind = editKindsOf(rank).includes(draft.kind) ? draft.kind : 'scale';
  const edit = editOf({ ...draft, kind, axis: Math.min(draft.axis, rank - 1) });
  return { prompt, group, edit, temperature, seed, length };
}

/** Whether two requests ask for the same continuations; at temperature 0 no number is drawn. */
export function sameRequest(a: Steering, b: Steering): boolean {
  const drawn = ({ temperature, seed }: Steering) => (temperature === 0 ? 0 : seed);
  return (
    a.prompt === b.prompt &&
    a.group === b.group &&
    a.temperature === b.temperature &&
    a.length === b.length &&
    drawn(a) === drawn(b) &&
    sameEdit(a.edit, b.edit)
  );
}

function sameEdit(a: SteeringEdit, b: SteeringEdit): boolean {
  const numbers: ReadonlyMap<string, string | number> = new Map(Object.entries(b));
  return Object.entries(a).every(([name, value]) => numbers.get(name) === value);
}

/** A change by name and size: "Add 1.5 × typical norm along axis 2". */
export function changeName(edit: SteeringEdit): string {
  switch (edit.kind) {
    case 'scale':
      return edit.factor === 0 ? 'Ablate' : `Scale by ${formatExact(edit.factor)}`;
    case 'clamp':
      return `Clamp to ${formatExact(edit.strength)} × typical norm`;
    case 'add':
      return `Add ${formatExact(edit.strength)} × typical norm along axis ${edit.axis + 1}`;
    case 'turn':
      return `Turn to ${formatFixed((edit.angle * 180) / Math.PI, 1)}°, ${formatExact(edit.strength)} × typical norm`;
  }
}

/** What continuations were made of, in a line: the change, the group, and how tokens were drawn. */
export function requestSentence(request: Steering, unitName: string): string {
  const { edit, group, length, temperature, seed } = request;
  const drawn =
    temperature === 0 ? 'temperature 0' : `temperature ${formatExact(temperature)}, seed ${seed}`;
  return `${changeName(edit)} in ${unitName} ${group}; ${formatInteger(length)} tokens, ${drawn}`;
}

/** Kinds that a unit of this rank allows: only a plane can be turned in. */
export function editKindsOf(rank: number): readonly EditKind[] {
  return rank > 1 ? editKinds : editKinds.filter((kind) => kind !== 'turn');
}

/** What a change does, in one sentence. */
export function editSentence(edit: SteeringEdit, unitName: string): string {
  switch (edit.kind) {
    case 'scale':
      return edit.factor === 0
        ? `Takes out what the ${unitName} writes, wherever it fires.`
        : `Multiplies what the ${unitName} writes, wherever it fires.`;
    case 'clamp':
      return `Gives what the ${unitName} writes one norm wherever it fires; its direction stays.`;
    case 'add':
      return `Adds a fixed vector along one axis of the ${unitName} at every token, fire or not.`;
    case 'turn':
      return `Turns what the ${unitName} writes, wherever it fires, to one angle in the plane of its first two axes.`;
  }
}

/** An angle in [0, 2π). */
export function wrapAngle(angle: number): number {
  const turn = 2 * Math.PI;
  return ((angle % turn) + turn) % turn;
}
