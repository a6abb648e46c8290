/**
 * Singular values as bars in a row, one row for the codes and one for the weights, so that the eye compares
 * what a group could do with what it does. Each value stands beside its bar.
 */
import { at, largest } from '../../base/array';
import { FigureBox } from './FigureBox';
import { formatExact } from './format';
import { widest } from './text_width';
import { useSize } from './use_size';
import type { Column, FigureProps } from './props';

interface BarStripProps extends FigureProps {
  /** One row each: "codes", "map", "weights"; bars share one scale inside a row. */
  readonly rows: readonly {
    readonly label: string;
    readonly values: Column;
    readonly color: string;
  }[];
  readonly format: (value: number) => string;
}

const BAR = 16;
const ROW = 32;

/** The height that `rows` rows need, for the `height` of a BarStrip. */
export function barStripHeight(rows: number): number {
  return rows * ROW;
}

export function BarStrip({ label, height, rows, format }: BarStripProps) {
  const [sizeRef, size] = useSize();
  const columns = largest(
    rows.map(({ values }) => values.length),
    1,
  );
  const names = Math.ceil(widest(rows.map((row) => row.label)) / 8) * 8 + 12;
  const slot = Math.max(8, (size.width - names) / columns);
  const texts = rows.map(({ values }) => Array.from(values, format));
  const room = widest(texts.flat());
  // Numbers only where every one of them fits; else the bars alone, with the numbers on hover.
  const written = slot >= room + 24;
  const full = Math.max(4, written ? slot - room - 18 : slot - 3);
  const pitch = Math.min(3 * ROW, Math.max(ROW, size.height / Math.max(1, rows.length)));
  return (
    <FigureBox height={height}>
      <div
        ref={sizeRef}
        className="plot-surface"
        role="img"
        aria-label={describe(label, rows, format)}
      >
        <svg width={size.width} height={size.height} aria-hidden="true">
          {rows.map((row, r) => {
            const most = largest(Array.from(row.values), 0);
            return (
              <g key={row.label} transform={`translate(0 ${(r + 0.5) * pitch})`}>
                <text className="plot-name" dy="0.35em">
                  {row.label}
                </text>
                {Array.from(row.values, (value, i) => {
                  const width = most > 0 ? Math.max(1, full * Math.min(1, value / most)) : 1;
                  return (
                    <g key={i} transform={`translate(${names + i * slot} 0)`}>
                      <title>{formatExact(value)}</title>
                      <rect
                        y={-BAR / 2}
                        width={width}
                        height={BAR}
                        rx={Math.min(3, width / 2)}
                        fill={row.color}
                      />
                      {written && (
                        <text x={width + 5} dy="0.35em">
                          {at(at(texts, r), i)}
                        </text>
                      )}
                    </g>
                  );
                })}
              </g>
            );
          })}
        </svg>
      </div>
    </FigureBox>
  );
}

function describe(
  label: string,
  rows: BarStripProps['rows'],
  format: (value: number) => string,
): string {
  const parts = rows.map((row) => `${row.label} ${Array.from(row.values, format).join(', ')}`);
  return `${label}. ${parts.join('; ')}`;
}
