/**
 * What a scalar model of the same run puts in the place of a group: its atoms inside the group's span, the nearest of
 * them whatever they are, and those that fire on the same rows, each with its number and what chance would give. Pure.
 */
import { firingsOf, rowsOf, type IndexedCodes } from '../../analysis/code_index';
import { hasCode } from '../../analysis/code_table';
import { dot } from '../../base/linear_algebra';
import { logOverlapChance } from '../../analysis/random_subspaces';
import { blockOf } from '../../analysis/spectra';
import { at } from '../../base/array';
import { labelsOf, type AnalysedModel } from '../encode/analysed_model';
import type { SpanUnits } from '../protocol/protocol';

/** Share of its squared norm from which an atom counts as inside. */
const INSIDE = 0.5;
/** Nearest units, and units that fire together, that are named. */
const NAMED = 6;
const FEW_LABELS = 4;

/** A group with its span: orthonormal rows [m, d], and the first axes of its picture [axes, d]. */
export interface GroupSpan {
  readonly indexed: IndexedCodes;
  readonly group: number;
  readonly basis: Float64Array;
  readonly axes: Float64Array;
}

/** The live units of a scalar model beside a group; both on the same rows. */
export function spanUnits(span: GroupSpan, other: AnalysedModel): SpanUnits {
  const { basis } = span;
  const { dictionary } = other.indexed;
  const { width } = dictionary;
  const live = Array.from({ length: dictionary.groups }, (_, unit) => unit)
    .filter((unit) => firingsOf(other.indexed, unit) > 0)
    .map((unit) => placeOf(span, other, unit))
    .sort((a, b) => b.share - a.share || a.unit - b.unit);
  const inside = logOverlapChance(1, basis.length / width, width, Math.sqrt(INSIDE));
  const named = (place: Place) => ({ ...place, labels: labelsOf(other, place.unit, FEW_LABELS) });
  return {
    model: other.model,
    units: live.filter(({ share }) => share >= INSIDE).map(named),
    nearest: live.slice(0, NAMED).map(named),
    expected: live.length * Math.exp(inside),
    chance: likelyLargestShare(basis.length / width, width, live.length),
    coFiring: coFiringUnits(span, other).map((partner) => ({
      ...partner,
      share: at(
        live,
        live.findIndex(({ unit }) => unit === partner.unit),
      ).share,
      labels: labelsOf(other, partner.unit, FEW_LABELS),
    })),
  };
}

interface Place {
  readonly unit: number;
  readonly share: number;
  readonly x: number;
  readonly y: number;
}

function placeOf({ basis, axes }: GroupSpan, { indexed }: AnalysedModel, unit: number): Place {
  const { dictionary } = indexed;
  const { width } = dictionary;
  const atom = blockOf(dictionary.decoder, dictionary, unit);
  const square = dot(atom, 0, atom, 0, width);
  if (square === 0) return { unit, share: 0, x: 0, y: 0 };
  let share = 0;
  for (let row = 0; row < basis.length; row += width) {
    share += dot(basis, row, atom, 0, width) ** 2 / square;
  }
  const along = (axis: number) =>
    axes.length < (axis + 1) * width
      ? 0
      : dot(axes, axis * width, atom, 0, width) / Math.sqrt(square);
  return { unit, share, x: along(0), y: along(1) };
}

/** Units that fire on the rows of the group more often than by chance, by falling lift. */
function coFiringUnits(
  { indexed, group }: GroupSpan,
  { indexed: other }: AnalysedModel,
): readonly { readonly unit: number; readonly lift: number; readonly count: number }[] {
  const { codes } = other;
  const together = new Uint32Array(other.dictionary.groups);
  for (const row of rowsOf(indexed, group)) {
    for (let entry = at(codes.offsets, row); entry < at(codes.offsets, row + 1); entry++) {
      const unit = at(codes.active, entry);
      if (unit < together.length && hasCode(codes, entry)) together[unit] = at(together, unit) + 1;
    }
  }
  // A chance meeting of two rare units has a huge lift.
  const least = Math.max(5, codes.rows / 2000);
  return Array.from(together, (count, unit) => ({
    unit,
    count,
    lift: (count * codes.rows) / (firingsOf(indexed, group) * firingsOf(other, unit)),
  }))
    .filter(({ count, lift }) => count >= least && lift > 1)
    .sort((a, b) => b.lift - a.lift || a.unit - b.unit)
    .slice(0, NAMED);
}

/** Steps of the integral; its error is far below what is shown. */
const STEPS = 4096;

/**
 * The share inside a span of m of d dimensions that the nearest of n random directions has in half of all cases: the
 * median of the largest of n draws of Beta(m/2, (d − m)/2). With share = sin²θ its density is
 * sin^(m−1)θ cos^(d−m−1)θ, which is summed from the far end until the tail holds 1 − 2^(−1/n).
 */
export function likelyLargestShare(m: number, d: number, n: number): number {
  if (n === 0 || m === 0) return 0;
  if (m >= d) return 1;
  const density = Array.from({ length: STEPS }, (_, step) => {
    const angle = ((step + 0.5) / STEPS) * (Math.PI / 2);
    return Math.sin(angle) ** (m - 1) * Math.cos(angle) ** (d - m - 1);
  });
  const total = density.reduce((sum, value) => sum + value, 0);
  const tail = -Math.expm1(-Math.LN2 / n) * total;
  let beyond = 0;
  let step = STEPS;
  while (step > 0 && beyond < tail) {
    step -= 1;
    beyond += at(density, step);
  }
  return Math.sin(((step + 0.5) / STEPS) * (Math.PI / 2)) ** 2;
}
