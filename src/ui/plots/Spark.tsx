/**
 * A histogram the size of a word, for table cells: one path, because a table shows many. Decorative.
 */
import { memo } from 'react';
import { at } from '../../base/array';
import type { Column } from './props';
import './meter.css';

interface SparkProps {
  readonly counts: Column;
  readonly width: number;
  readonly height: number;
}

export const Spark = memo(function Spark({ counts, width, height }: SparkProps) {
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
  return (
    <svg className="plot-spark" width={width} height={height} aria-hidden>
      <path d={path} fill="var(--mark)" />
    </svg>
  );
});
