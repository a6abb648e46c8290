/** The singular values of a group: what its codes use, what its map could do, and its decoder block. */
import type { GroupCard } from '../../../lab/protocol/protocol';
import { plainText } from '../../parts/explain';
import { BarStrip, barStripHeight } from '../../plots/BarStrip';
import { FigureFrame } from '../../plots/FigureFrame';
import { formatFixed, formatScientific } from '../../plots/format';
import { groupTexts } from './texts';

export interface SpectraPanelProps {
  readonly card: GroupCard;
  readonly color: string;
  readonly unitName: 'group' | 'latent';
}

/** Two decimals; a value that they would hide as zero is told by its power of ten. */
function formatSigma(value: number): string {
  return value > 0 && value < 0.005 ? formatScientific(value, 1) : formatFixed(value, 2);
}

export function SpectraPanel({ card, color, unitName }: SpectraPanelProps) {
  const rows = [
    { label: 'codes', values: card.codeSingularValues, color },
    { label: 'map', values: card.mapSingularValues, color: 'var(--mark)' },
    { label: 'decoder', values: card.decoderSingularValues, color: 'var(--mark)' },
  ];
  return (
    <FigureFrame
      title="Singular values"
      hint={plainText(groupTexts.spectra)}
      fileName={`${unitName}-${card.group}-singular-values`}
      csv={() => ({
        columns: ['of', ...card.mapSingularValues.map((_, index) => `sigma_${index + 1}`)],
        rows: rows.map(({ label, values }) => [label, ...values]),
      })}
    >
      <BarStrip
        label={`Singular values of ${unitName} ${card.group}`}
        height={barStripHeight(rows.length)}
        rows={rows}
        format={formatSigma}
      />
    </FigureFrame>
  );
}
