/**
 * Names and colours of the series, as buttons that hide and show them when the page listens. One legend can
 * serve many charts; the pressed state belongs to the page.
 */
import { dashArray } from './line_style';
import type { LegendItem } from './props';
import './legend.css';

interface LegendProps {
  readonly items: readonly LegendItem[];
  readonly hidden?: ReadonlySet<string> | undefined;
  readonly onToggle?: ((id: string) => void) | undefined;
  readonly className?: string | undefined;
}

export function Legend({ items, hidden, onToggle, className }: LegendProps) {
  return (
    <ul
      data-export="legend"
      className={`plot-legend${className === undefined ? '' : ` ${className}`}`}
    >
      {items.map((item) => {
        const off = hidden?.has(item.id) === true;
        const entry = (
          <>
            <svg width="28" height="8" aria-hidden="true">
              <line
                x1="0"
                x2="28"
                y1="4"
                y2="4"
                stroke={item.color}
                strokeWidth="2"
                strokeDasharray={dashArray(item.dash)}
              />
            </svg>
            {item.label}
          </>
        );
        return (
          <li key={item.id} data-off={off}>
            {onToggle === undefined ? (
              <span>{entry}</span>
            ) : (
              <button
                type="button"
                aria-pressed={!off}
                title={off ? `Show ${item.label}` : `Hide ${item.label}`}
                onClick={() => onToggle(item.id)}
              >
                {entry}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
