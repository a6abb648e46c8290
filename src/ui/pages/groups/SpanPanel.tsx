/**
 * The same feature in another model of the run: the atoms of a scalar autoencoder that lie in this group's span, or the
 * nearest of them where none does, drawn as spokes in the plane of its first two axes. Splitting at a glance, each
 * with its share, beside what chance gives.
 */
import type { SpanUnits } from '../../../lab/protocol/protocol';
import { plainText } from '../../parts/explain';
import { AtomFan } from '../../plots/AtomFan';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatFixed, formatInteger, formatPercent } from '../../plots/format';
import type { CsvTable } from '../../plots/props';
import { joinLabels } from '../../parts/join_labels';
import { groupTexts } from './texts';

export interface SpanPanelProps {
  readonly span: SpanUnits;
  readonly modelName: string;
  readonly color: string;
  /** What the person calls a unit of that model; '' for none. */
  readonly nameOf: (unit: number) => string;
  readonly onPick: (model: number, unit: number) => void;
}

export function SpanPanel({ span, modelName, color, nameOf, onPick }: SpanPanelProps) {
  const inside = span.units.length > 0;
  const units = inside ? span.units : span.nearest;
  return (
    <FigureFrame
      className="card-span"
      title={inside ? `The same feature in the ${modelName}` : `Nearest in the ${modelName}`}
      hint={plainText(groupTexts.inSpan)}
      csv={() => spanTable(span)}
    >
      <AtomFan
        height={170}
        label={`Atoms of the ${modelName} in the plane of this group`}
        atoms={units.map(({ unit, share, labels, x, y }) => ({
          id: unit,
          text: `${formatPercent(share, 2)}  ${nameOf(unit) || joinLabels(labels.slice(0, 2))}`,
          x,
          y,
        }))}
        color={color}
        onPick={(unit) => onPick(span.model, unit)}
        empty={`No latent of the ${modelName} ever fires.`}
      />
      <p className="quiet card-span-note">{spanSentence(span, modelName)}</p>
    </FigureFrame>
  );
}

/** One row a drawn latent, with how many would lie inside and how much of the nearest would, by chance. */
export function spanTable({ units, nearest, expected, chance }: SpanUnits): CsvTable {
  return {
    columns: [
      'latent',
      'share_inside',
      'likely_largest_by_chance',
      'units_inside',
      'units_inside_chance',
      'x',
      'y',
      'labels',
    ],
    rows: (units.length > 0 ? units : nearest).map(({ unit, share, x, y, labels }) => [
      unit,
      share,
      chance,
      units.length,
      expected,
      x,
      y,
      labels.join(' '),
    ]),
  };
}

/** How many latents lie inside, and what chance gives. */
export function spanSentence(
  { units, nearest, expected, chance }: SpanUnits,
  modelName: string,
): string {
  if (nearest.length === 0) return '';
  const inside =
    units.length === 0
      ? `No latent of the ${modelName} lies mostly in this span; these are the nearest.`
      : `${formatInteger(units.length)} ${units.length === 1 ? 'latent lies' : 'latents lie'} mostly in this span (by chance ${formatFixed(expected, 1)}).`;
  return `${inside} Of as many random directions the nearest would have ${formatPercent(chance, 2)} inside.`;
}
