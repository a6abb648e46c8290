/** What the colours behind the tokens mean, with their scale. */
import { formatExact, formatFixed, formatInteger } from '../../plots/format';
import { useTheme } from '../../plots/use_theme';
import { groupLabel, type GroupRows } from './group_names';
import { chooseGroup } from './text_view';
import { tokenTint, type TokenColoring } from './token_colors';
import type { TokenColors } from './use_token_colors';

export interface TokenLegendProps {
  readonly colors: TokenColors;
  readonly coloring: TokenColoring;
  readonly group: number | null;
  readonly unitName: 'group' | 'latent';
  readonly rows: GroupRows;
}

/** Units named in the legend. */
const NAMED = 8;

export function TokenLegend({ colors, coloring, group, unitName, rows }: TokenLegendProps) {
  if (coloring === 'strongest') {
    const others = colors.owners.length - NAMED;
    return (
      <ul
        className="token-legend"
        aria-label={`Colours of the strongest ${unitName}s; the stronger, the deeper`}
      >
        {colors.owners.slice(0, NAMED).map(({ unit, color }) => (
          <li key={unit}>
            <button
              type="button"
              title={`Colour the tokens by ${unitName} ${unit}`}
              onClick={() => chooseGroup(unit)}
            >
              <span className="swatch" style={{ background: color }} />
              {unit}
              <span className="quiet">{groupLabel(rows, unit).split(', ')[0]}</span>
            </button>
          </li>
        ))}
        {others > 0 && <li className="quiet">and {formatInteger(others)} more</li>}
        <li className="quiet">the stronger, the deeper the colour</li>
      </ul>
    );
  }
  if (coloring === 'group' && (group === null || colors.most === 0)) {
    return (
      <p className="quiet token-legend">
        {group === null
          ? `Choose a ${unitName}: in the field, or on the right.`
          : `${capital(unitName)} ${group} does not fire in this text.`}
      </p>
    );
  }
  return (
    <p className="token-legend">
      <ScaleBar color={colors.color ?? ''} />
      <span className="quiet" title={formatExact(colors.most)}>
        {coloring === 'group'
          ? `norm of the contribution, 0 to ${formatFixed(colors.most, 2)}`
          : `−log p, 0 to ${formatInteger(colors.most)} nats and more`}
      </span>
    </p>
  );
}

function ScaleBar({ color }: { readonly color: string }) {
  const theme = useTheme();
  const stops = [0.01, 0.25, 0.5, 0.75, 1].map((t) => tokenTint(color, t, theme) ?? '');
  return (
    <span
      className="scale-bar"
      style={{ background: `linear-gradient(to right, ${stops.join(', ')})` }}
    />
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
