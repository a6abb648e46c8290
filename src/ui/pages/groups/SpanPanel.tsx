/**
 * The same feature in another model of the run: the atoms of a scalar autoencoder that lie in this group's
 * span, drawn as spokes in the plane of its first two axes. Splitting at a glance.
 */
import type { SpanUnits } from '../../../lab/protocol';
import { plainText } from '../../parts/explain';
import { AtomFan } from '../../plots/AtomFan';
import { FigureFrame } from '../../plots/FigureFrame';
import { joinLabels } from '../../parts/join_labels';
import { groupTexts } from './texts';

export interface SpanPanelProps {
  readonly span: SpanUnits;
  readonly modelName: string;
  readonly color: string;
  readonly onPick: (model: number, unit: number) => void;
}

export function SpanPanel({ span, modelName, color, onPick }: SpanPanelProps) {
  const { units } = span;
  return (
    <FigureFrame
      className="card-span"
      title={`The same feature in the ${modelName}`}
      hint={plainText(groupTexts.inSpan)}
      csv={() => ({
        columns: ['latent', 'share_inside', 'x', 'y', 'labels'],
        rows: units.map(({ unit, share, x, y, labels }) => [unit, share, x, y, labels.join(' ')]),
      })}
    >
      <AtomFan
        label={`Atoms of the ${modelName} in the plane of this group`}
        atoms={units.map(({ unit, labels, x, y }) => ({
          id: unit,
          text: joinLabels(labels.slice(0, 2)),
          x,
          y,
        }))}
        color={color}
        onPick={(unit) => onPick(span.model, unit)}
        empty={`No latent of the ${modelName} lies mostly in this span.`}
      />
    </FigureFrame>
  );
}
