/**
 * A histogram the size of a word, for table cells: one path, because a table shows many.
 */
import { memo } from 'react';
import { at } from '../../base/array';
import type { Column } from './props';
import './meter.css';

/** A histogram the size of a word, for table cells. Decorative unless `label` is given. */
interface SparkProps {
  readonly counts: Column;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly color?: string | undefined;
  readonly label?: string | undefined;
}

export const Spark = memo(function Spark({
  counts,
  width = 52,
  height = 16,
  color = 'var(--mark)',
  label,
}: SparkProps) {
  let most = 0;
  for (let i = 0; i < counts.length; i++) most = Math.max(most, at(counts, i));
  const slot = width / Math.max(1, counts.length);
  const bar = Math.max(1, slot - 1);
  let path = '';
  for (let i = 0; i < counts.length && most > 0; i++) {
    const count = at(counts, i);
    if (count <= 0) continue;
    // Never thinner than a hairline: a rare value is not an absent one.
    const rise = Math.max(1, (height * count) / most);
    path += `M${(i * slot).toFixed(1)} ${height}v${(-rise).toFixed(1)}h${bar.toFixed(1)}v${rise.toFixed(1)}z`;
  }
  const hearing =
    label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return (
    <svg className="plot-spark" width={width} height={height} {...hearing}>
      <path d={path} fill={color} />
    </svg>
  );
});
