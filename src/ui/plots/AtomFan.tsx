/**
 * The atoms of a scalar SAE that lie in the plane of a group: a spoke an atom, as long as its share in the plane,
 * beside the list of their names. Shows at a glance how a circle was cut into pieces.
 */
import { useState } from 'react';
import { EmptyNote, FigureBox } from './FigureBox';
import { widest } from './text_width';
import { useSize } from './use_size';
import type { FigureProps } from './props';
import './points.css';

interface AtomFanProps extends FigureProps {
  readonly atoms: readonly {
    readonly id: number;
    readonly text: string;
    /** Direction in the plane; length 1 lies wholly in it. */
    readonly x: number;
    readonly y: number;
  }[];
  readonly color: string;
  readonly onPick: (id: number) => void;
  readonly empty: string;
}

const LINE = 20;

export function AtomFan({ label, height, atoms, color, onPick, empty }: AtomFanProps) {
  const [sizeRef, size] = useSize();
  const [lit, setLit] = useState<number | null>(null);
  const radius = Math.max(0, Math.min(size.height / 2 - 6, size.width * 0.21));
  const [cx, cy] = [radius + 6, size.height / 2];
  const shown = Math.min(atoms.length, Math.max(1, Math.floor((size.height - 4) / LINE)));
  const more = atoms.length - shown;
  const listed = more > 0 ? atoms.slice(0, shown - 1) : atoms;
  const first = cy - ((listed.length + (more > 0 ? 1 : 0)) * LINE) / 2;
  const strength = (id: number) => (lit === null || lit === id ? 1 : 0.25);
  const listX = 2 * radius + 28;
  const numberWidth = widest(listed.map(({ id }) => String(id)));
  return (
    <FigureBox height={height}>
      <div
        ref={sizeRef}
        className="plot-surface"
        role="group"
        aria-label={`${label}. ${atoms.length} atoms`}
      >
        {radius > 0 && atoms.length > 0 && (
          <svg width={size.width} height={size.height}>
            <circle className="plot-rim" cx={cx} cy={cy} r={radius} />
            {atoms.map(({ id, x, y }) => (
              <line
                key={id}
                x1={cx}
                y1={cy}
                x2={cx + x * radius}
                y2={cy - y * radius}
                stroke={color}
                strokeWidth={lit === id ? 3 : 2}
                strokeLinecap="round"
                opacity={strength(id)}
              />
            ))}
            {listed.map(({ id, text }, i) => (
              <g
                key={id}
                className="plot-entry"
                data-pick
                role="button"
                tabIndex={0}
                onPointerEnter={() => setLit(id)}
                onPointerLeave={() => setLit(null)}
                onFocus={() => setLit(id)}
                onBlur={() => setLit(null)}
                onClick={() => onPick(id)}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') onPick(id);
                }}
              >
                <rect
                  x={listX - 6}
                  y={first + i * LINE}
                  width={Math.max(0, size.width - listX + 6)}
                  height={LINE}
                  rx={4}
                />
                <text
                  className="plot-tick"
                  x={listX + numberWidth}
                  y={first + (i + 0.5) * LINE}
                  dy="0.35em"
                  textAnchor="end"
                >
                  {id}
                </text>
                <text
                  className="plot-name"
                  x={listX + numberWidth + 8}
                  y={first + (i + 0.5) * LINE}
                  dy="0.35em"
                >
                  {text}
                </text>
              </g>
            ))}
            {more > 0 && (
              <text
                className="plot-tick"
                x={listX}
                y={first + (listed.length + 0.5) * LINE}
                dy="0.35em"
              >
                and {atoms.length - listed.length} more
              </text>
            )}
          </svg>
        )}
        {atoms.length === 0 && <EmptyNote text={empty} />}
      </div>
    </FigureBox>
  );
}
