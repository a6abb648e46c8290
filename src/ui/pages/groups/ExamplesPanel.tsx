/**
 * What a group fires on: its strongest examples with how strongly, and examples from further down, so
 * that the top does not stand for the whole.
 */
import type { CSSProperties } from 'react';
import type { GroupCard } from '../../../lab/protocol/protocol';
import { formatExact, formatNumber } from '../../plots/format';
import { Panel } from '../../parts/Panel';
import { groupTexts } from './texts';

interface ExamplesProps {
  readonly card: GroupCard;
  /** "words", "samples". */
  readonly rowsName: string;
  readonly color: string;
}

export function StrongestPanel({ card, rowsName, color }: ExamplesProps) {
  const most = card.strongest[0]?.norm ?? 1;
  const bar = (norm: number): CSSProperties => ({
    background: color,
    width: `${Math.max(0, (100 * norm) / most)}%`,
  });
  // A word is short; a feature with its coordinates needs room to differ from the next.
  const width = card.truth === null ? '140px' : '210px';
  return (
    <Panel title={`Strongest ${rowsName}`} hint={groupTexts.strongest}>
      <ol className="examples" style={{ '--example-width': width }}>
        {card.strongest.map(({ rowId, label, norm }) => (
          <li key={rowId} title={`${label}, norm ${formatExact(norm)}`}>
            <span className="cut">{label}</span>
            <span className="example-norm">{formatNumber(norm)}</span>
            <span className="example-track" aria-hidden="true">
              <span style={bar(norm)} />
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export function QuantilesPanel({ card, rowsName }: Omit<ExamplesProps, 'color'>) {
  return (
    <Panel title="Further down" hint={groupTexts.quantiles}>
      <table className="quantiles">
        <caption className="visually-hidden">{rowsName} at lower quantiles of the norm</caption>
        <tbody>
          {card.quantiles.map(({ quantile, examples }) => (
            <tr key={quantile}>
              <th scope="row">{quantileName(quantile)}</th>
              <td className="quantile-norm">
                {examples[0] === undefined ? '–' : formatNumber(examples[0].norm)}
              </td>
              <td>
                {examples.map(({ rowId, label, norm }, index) => (
                  <span key={rowId} title={`norm ${formatExact(norm)}`}>
                    {index > 0 && ', '}
                    {label}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** A quantile in words. */
export function quantileName(quantile: number): string {
  if (quantile === 0.5) return 'median';
  return `${formatNumber(100 * quantile)} %`;
}
