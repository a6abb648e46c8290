/**
 * A small matrix as coloured cells: overlaps between groups, units against features. Labels where there is room;
 * the arrow keys move over the cells and Enter picks one.
 */
import { useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { at, largest } from '../../base/array';
import { extentOf, type Ends } from './axis_scale';
import { clamp, contrast } from './color_space';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatNumber } from './format';
import { HoverCard } from './HoverCard';
import { divergingScale, PANEL, sequentialScale } from './palette';
import { textWidth } from './text_width';
import { useSize } from './use_size';
import { resolveColor, useTheme } from './use_theme';
import type { Column, FigureProps } from './props';
import './points.css';

interface HeatMatrixProps extends FigureProps {
  /** [rows, columns] row-major. */
  readonly values: Column;
  readonly rows: number;
  readonly columns: number;
  readonly rowLabels?: readonly string[] | undefined;
  readonly columnLabels?: readonly string[] | undefined;
  /** `diverging` is centred on 0. */
  readonly scale?: 'sequential' | 'diverging' | undefined;
  /** Ends of the colour scale; default: the data (symmetric about 0 when diverging). */
  readonly domain?: readonly [number, number] | undefined;
  readonly format?: ((value: number) => string) | undefined;
  /** Writes the value into each cell when it fits. */
  readonly showValues?: boolean | undefined;
  readonly onPick?: ((row: number, column: number) => void) | undefined;
  readonly empty?: string | undefined;
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

export function HeatMatrix(props: HeatMatrixProps) {
  const { label, height, className, values, rows, columns, rowLabels, columnLabels } = props;
  const { scale: kind = 'sequential', format = twoDigits, onPick } = props;
  const [sizeRef, size] = useSize();
  const theme = useTheme();
  const [cell, setCell] = useState<Cell | null>(null);

  const domain = useMemo(
    () => props.domain ?? domainOf(values, kind),
    [props.domain, values, kind],
  );
  const color = useMemo(() => {
    const scale =
      kind === 'diverging'
        ? divergingScale(theme)
        : sequentialScale(resolveColor('var(--m1)', theme), theme);
    return (value: number) =>
      Number.isFinite(value)
        ? scale((value - domain[0]) / (domain[1] - domain[0] || 1))
        : PANEL[theme];
  }, [kind, theme, domain]);

  const left = rowLabels === undefined ? 0 : Math.min(size.width * 0.35, widest(rowLabels) + 8);
  const top = columnLabels === undefined ? 0 : 18;
  const pitchX = columns > 0 ? Math.max(0, size.width - left) / columns : 0;
  const pitchY = rows > 0 ? Math.max(0, size.height - top) / rows : 0;
  const gap = Math.min(pitchX, pitchY) > 8 ? 1 : 0;
  const everyRow = Math.max(1, Math.ceil(13 / Math.max(1, pitchY)));
  const everyColumn =
    columnLabels === undefined
      ? 1
      : Math.max(1, Math.ceil((widest(columnLabels) + 6) / Math.max(1, pitchX)));
  const written =
    props.showValues === true && pitchY >= 14 && pitchX >= widest(Array.from(values, format)) + 6;

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
    } else if (event.key === 'Enter' && cell !== null) onPick?.(cell.row, cell.column);
    else return;
    event.preventDefault();
  };

  const names = (one: Cell) =>
    [
      rowLabels?.[one.row] ?? `row ${one.row}`,
      columnLabels?.[one.column] ?? `column ${one.column}`,
    ].join(' × ');
  const empty = rows * columns === 0;
  return (
    <FigureBox height={height} className={className}>
      <div
        ref={sizeRef}
        className="plot-surface"
        data-pick={onPick !== undefined}
        role="img"
        aria-label={`${label}. ${rows} by ${columns} values from ${format(domain[0])} to ${format(domain[1])}`}
        tabIndex={0}
        onPointerMove={(event) => setCell(cellUnder(event))}
        onPointerLeave={() => setCell(null)}
        onPointerUp={() => {
          if (cell !== null) onPick?.(cell.row, cell.column);
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
          {rowLabels?.map((text, row) =>
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
          {columnLabels?.map((text, column) =>
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
        {empty && <EmptyNote text={props.empty ?? 'Nothing to compare yet.'} />}
      </div>
      {cell !== null && !empty && (
        <HoverCard
          x={left + (cell.column + 0.5) * pitchX}
          y={top + (cell.row + 0.5) * pitchY}
          within={size}
        >
          <strong>{format(at(values, cell.row * columns + cell.column))}</strong>
          <span>{names(cell)}</span>
        </HoverCard>
      )}
    </FigureBox>
  );
}

function twoDigits(value: number): string {
  return formatNumber(value, 2);
}

function domainOf(values: ArrayLike<number>, kind: 'sequential' | 'diverging'): Ends {
  const [low, high] = extentOf(values, 'linear') ?? [0, 1];
  if (kind === 'sequential') return [Math.min(0, low), high];
  const most = Math.max(Math.abs(low), Math.abs(high));
  return [-most, most];
}

function widest(labels: readonly string[]): number {
  return largest(
    labels.map((text) => textWidth(text)),
    0,
  );
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
