/**
 * A small matrix of counts as coloured cells, each with its value where that fits. Labels where there is room;
 * the arrow keys move over the cells and Enter picks one.
 */
import { useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { at } from '../../base/array';
import { extentOf, type Ends } from './axis_scale';
import { clamp, contrast } from './color_space';
import { EmptyNote, FigureBox } from './FigureBox';
import { HoverCard } from './HoverCard';
import { PANEL, sequentialScale } from './palette';
import { textWidth, widest } from './text_width';
import { useSize } from './use_size';
import { resolveColor, useTheme } from './use_theme';
import type { Column, FigureProps } from './props';
import './points.css';

interface HeatMatrixProps extends FigureProps {
  /** [rows, columns] row-major. */
  readonly values: Column;
  readonly rows: number;
  readonly columns: number;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly format: (value: number) => string;
  readonly onPick: (row: number, column: number) => void;
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

export function HeatMatrix(props: HeatMatrixProps) {
  const { label, height, values, rows, columns, rowLabels, columnLabels } = props;
  const { format, onPick } = props;
  const [sizeRef, size] = useSize();
  const theme = useTheme();
  const [cell, setCell] = useState<Cell | null>(null);

  const [low, high] = useMemo(() => domainOf(values), [values]);
  const color = useMemo(() => {
    const scale = sequentialScale(resolveColor('var(--m1)', theme), theme);
    return (value: number) =>
      Number.isFinite(value) ? scale((value - low) / (high - low || 1)) : PANEL[theme];
  }, [theme, low, high]);

  const left = Math.min(size.width * 0.35, widest(rowLabels) + 8);
  const top = 18;
  const pitchX = columns > 0 ? Math.max(0, size.width - left) / columns : 0;
  const pitchY = rows > 0 ? Math.max(0, size.height - top) / rows : 0;
  const gap = Math.min(pitchX, pitchY) > 8 ? 1 : 0;
  const everyRow = Math.max(1, Math.ceil(13 / Math.max(1, pitchY)));
  const everyColumn = Math.max(1, Math.ceil((widest(columnLabels) + 6) / Math.max(1, pitchX)));
  const written = pitchY >= 14 && pitchX >= widest(Array.from(values, format)) + 6;

  const cellUnder = (event: PointerEvent<HTMLElement>): Cell | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - left) / pitchX);
    const row = Math.floor((event.clientY - box.top - top) / pitchY);
    return row >= 0 && row < rows && column >= 0 && column < columns ? { row, column } : null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
      event.key
    ];
    if (step !== undefined) {
      setCell({
        row: clamp((cell?.row ?? 0) + at(step, 0), 0, rows - 1),
        column: clamp((cell?.column ?? 0) + at(step, 1), 0, columns - 1),
      });
    } else if (event.key === 'Enter' && cell !== null) onPick(cell.row, cell.column);
    else return;
    event.preventDefault();
  };

  const empty = rows * columns === 0;
  return (
    <FigureBox height={height}>
      <div
        ref={sizeRef}
        className="plot-surface"
        data-pick
        role="img"
        aria-label={`${label}. ${rows} by ${columns} values from ${format(low)} to ${format(high)}`}
        tabIndex={0}
        onPointerMove={(event) => setCell(cellUnder(event))}
        onPointerLeave={() => setCell(null)}
        onPointerUp={() => {
          if (cell !== null) onPick(cell.row, cell.column);
        }}
        onBlur={() => setCell(null)}
        onKeyDown={onKeyDown}
      >
        <svg width={size.width} height={size.height} aria-hidden="true">
          {Array.from({ length: empty ? 0 : rows * columns }, (_, i) => {
            const [row, column] = [Math.floor(i / columns), i % columns];
            const fill = color(at(values, i));
            return (
              <g key={i} transform={`translate(${left + column * pitchX} ${top + row * pitchY})`}>
                <rect
                  width={Math.max(0.5, pitchX - gap)}
                  height={Math.max(0.5, pitchY - gap)}
                  rx={gap * 2}
                  fill={fill}
                />
                {written && (
                  <text
                    x={pitchX / 2}
                    y={pitchY / 2}
                    dy="0.35em"
                    textAnchor="middle"
                    style={{ fill: readableOn(fill) }}
                  >
                    {format(at(values, i))}
                  </text>
                )}
              </g>
            );
          })}
          {rowLabels.map((text, row) =>
            row % everyRow === 0 ? (
              <text
                key={row}
                x={left - 8}
                y={top + (row + 0.5) * pitchY}
                dy="0.35em"
                textAnchor="end"
              >
                {shortened(text, left - 8)}
              </text>
            ) : null,
          )}
          {columnLabels.map((text, column) =>
            column % everyColumn === 0 ? (
              <text key={column} x={left + (column + 0.5) * pitchX} y={11} textAnchor="middle">
                {text}
              </text>
            ) : null,
          )}
          {cell !== null && (
            <rect
              className="plot-ring"
              data-export="skip"
              x={left + cell.column * pitchX}
              y={top + cell.row * pitchY}
              width={Math.max(0, pitchX - gap)}
              height={Math.max(0, pitchY - gap)}
              rx={2}
            />
          )}
        </svg>
        {empty && <EmptyNote text="Nothing to compare yet." />}
      </div>
      {cell !== null && !empty && (
        <HoverCard
          x={left + (cell.column + 0.5) * pitchX}
          y={top + (cell.row + 0.5) * pitchY}
          within={size}
        >
          <strong>{format(at(values, cell.row * columns + cell.column))}</strong>
          <span>
            {at(rowLabels, cell.row)} × {at(columnLabels, cell.column)}
          </span>
        </HoverCard>
      )}
    </FigureBox>
  );
}

/** Ends of the colour scale. */
function domainOf(values: ArrayLike<number>): Ends {
  const [low, high] = extentOf(values, 'linear') ?? [0, 1];
  return [Math.min(0, low), high];
}

function shortened(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  let length = text.length;
  while (length > 1 && textWidth(`${text.slice(0, length)}…`) > room) length--;
  return `${text.slice(0, length)}…`;
}

/** Black or white, whichever can be read on the colour. */
function readableOn(fill: string): string {
  return contrast(fill, '#ffffff') > contrast(fill, '#16181b') ? '#ffffff' : '#16181b';
}
