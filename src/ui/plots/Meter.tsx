/**
 * A small horizontal bar for a share, beside a name in a list (overlap of two groups).
 */
import { clamp } from './color_space';
import { formatPercent } from './format';
import './meter.css';

interface MeterProps {
  /** 0 … 1. */
  readonly value: number;
  /** What is measured, for assistive technology: "overlap with group 347". */
  readonly label: string;
  readonly color: string;
  readonly width: number;
}

export function Meter({ value, label, color, width }: MeterProps) {
  const share = Number.isFinite(value) ? clamp(value, 0, 1) : 0;
  return (
    <span
      className="plot-meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={share}
      aria-valuetext={formatPercent(value)}
      title={formatPercent(value)}
      style={{ width }}
    >
      <i style={{ width: `${share * 100}%`, background: color }} />
    </span>
  );
}
