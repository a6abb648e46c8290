/**
 * The codes of one group as a picture: the first two or three principal axes, coloured by category, angle or any value,
 * with the most telling points named. Drag draws an outline around points (in 3-D it turns; Shift draws), the wheel
 * zooms, a double click shows all again. Keys: arrows shift or turn, Page Up and Page Down walk through the
 * prominent points, Enter selects the present one, Escape clears.
 */
import {
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { at } from '../../base/array';
import {
  AxisEnds,
  CodeAxes,
  ColorKey,
  colorKeyHeight,
  placeAxes,
  ProminentCodes,
} from './CodeOverlay';
import { codeCloud, coordinates, keyStep, walked } from './code_marks';
import {
  boundsOfCodes,
  colorCodes,
  enclosed,
  medianNorm,
  middleOf,
  pictureBox,
  placeCodes,
  WHOLE,
  zoomView,
  type CodeColoring,
  type CodeFrame,
} from './code_view';
import { EmptyNote, FigureBox } from './FigureBox';
import { HoverCard } from './HoverCard';
import { paintClouds, pointAt } from './point_canvas';
import { hexOfPacked } from './point_raster';
import { FIRST_VIEW } from './projection';
import { ScatterTools } from './ScatterTools';
import { widest } from './text_width';
import { outlinePath, useLasso, type LassoTool } from './use_lasso';
import { useSize } from './use_size';
import { resolveColor, useTheme } from './use_theme';
import { useTurn } from './use_turn';
import { useWheelZoom } from './use_wheel';
import type { FigureProps } from './props';
import './points.css';

interface CodeScatterProps extends FigureProps {
  /** [points, axes] row-major, codes in principal axes, strongest first. */
  readonly codes: Float32Array;
  /** Number of axes in `codes` (1 …); the first two or three are drawn. */
  readonly axes: number;
  /** Label of a point, asked for only when it is shown. */
  readonly labelOf: (index: number) => string;
  readonly coloring: CodeColoring;
  /** Points drawn larger with their label beside them, strongest first; labels that would overlap are left out. */
  readonly prominent: readonly number[];
  /** "2-D" or "3-D". */
  readonly dimension: 2 | 3;
  readonly onDimension: (dimension: 2 | 3) => void;
  /** Indices that are marked. */
  readonly selected: ReadonlySet<number>;
  /** Called with the indices inside a lasso or rectangle; empty when the selection is cleared. */
  readonly onSelect: (indices: readonly number[]) => void;
  /** More than the label for the hover card, for instance the context of a token. */
  readonly detailOf: (index: number) => ReactNode;
  readonly axisNames: readonly string[];
}

export function CodeScatter(props: CodeScatterProps) {
  const { label, height, codes, axes, coloring, labelOf } = props;
  const { selected, onSelect, prominent, axisNames } = props;
  const [sizeRef, size] = useSize();
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<HTMLDivElement | null>(null);
  const dimension = axes < 3 ? 2 : props.dimension;
  const [rotation, setRotation] = useState(FIRST_VIEW);
  const [view, setView] = useState(WHOLE);
  const [tool, setTool] = useState<LassoTool>('lasso');
  const [hovered, setHovered] = useState<number | null>(null);

  const bounds = useMemo(() => boundsOfCodes(codes, axes, dimension), [codes, axes, dimension]);
  // The key stands below the picture where the figure is higher than wide, else in its corner.
  const key = colorKeyHeight(coloring);
  const foot = Math.min(key, Math.max(0, size.height - size.width));
  const frame = useMemo<CodeFrame>(
    () => ({ size, axes, dimension, rotation, view, bounds, foot }),
    [size, axes, dimension, rotation, view, bounds, foot],
  );
  const placed = useMemo(() => placeCodes(codes, frame), [codes, frame]);
  const colors = useMemo(() => {
    const plain = coloring.by === 'plain' ? (coloring.color ?? 'var(--m1)') : 'var(--m1)';
    return colorCodes(codes, axes, coloring, resolveColor(plain, theme), theme);
  }, [codes, axes, coloring, theme]);
  const circle = useMemo(() => medianNorm(codes, axes), [codes, axes]);

  useLayoutEffect(() => {
    if (canvas.current === null) return;
    paintClouds(canvas.current, size, [codeCloud(placed, colors, selected)]);
  }, [placed, colors, selected, size]);

  const nearest = (x: number, y: number) =>
    pointAt({ x: placed.x, y: placed.y, alpha: placed.near }, x, y, 10);
  const turn = useTurn(rotation, setRotation);
  const lasso = useLasso(tool, {
    onDone: (outline) => onSelect(enclosed(placed, outline)),
    onPress: (x, y) => {
      const index = nearest(x, y);
      onSelect(index === null ? [] : [index]);
    },
  });
  useWheelZoom(surface, (factor, x, y) => {
    if (dimension === 2) setView((old) => zoomView(old, factor, x, y, middleOf(frame)));
  });
  const attach = useCallback(
    (node: HTMLDivElement | null) => {
      surface.current = node;
      return sizeRef(node);
    },
    [sizeRef],
  );

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (dimension === 3 && !event.shiftKey) turn.onPointerDown(event);
    else lasso.onPointerDown(event);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (turn.onPointerMove(event) || lasso.onPointerMove(event)) return;
    const box = event.currentTarget.getBoundingClientRect();
    setHovered(nearest(event.clientX - box.left, event.clientY - box.top));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = keyStep(event.key);
    if (event.key === 'Enter' && hovered !== null) onSelect([hovered]);
    else if (event.key === 'Escape') {
      onSelect([]);
      setHovered(null);
    } else if (event.key === 'PageDown' || event.key === 'PageUp') {
      setHovered(walked(prominent, hovered, event.key === 'PageDown' ? 1 : -1));
    } else if (dimension === 3) {
      turn.onKeyDown(event);
      return;
    } else if (event.key === '+' || event.key === '=' || event.key === '-') {
      const factor = event.key === '-' ? 1 / 1.4 : 1.4;
      const middle = middleOf(frame);
      setView(zoomView(view, factor, ...middle, middle));
    } else if (event.key === '0') setView(WHOLE);
    else if (step !== null && view.zoom > 1) {
      setView({ ...view, x: view.x - step[0], y: view.y - step[1] });
    } else return;
    event.preventDefault();
  };

  const placedAxes = useMemo(
    () => (size.width === 0 ? [] : placeAxes(frame, axisNames)),
    [frame, size.width, axisNames],
  );
  const count = placed.x.length;
  const [boxLeft, boxTop, boxRight, boxBottom] = pictureBox(frame);
  const keyBottom = Math.min(size.height - 2, boxBottom + key);
  // A saved picture has no empty margins: only what the codes and the names beside them take.
  const names = widest(prominent.map(labelOf), 12);
  const exported =
    view.zoom > 1 || key > 0
      ? [0, Math.max(0, boxTop), size.width, Math.max(boxBottom, keyBottom)]
      : [boxLeft - names, boxTop, boxRight + names, boxBottom];
  const shownHover = hovered !== null && hovered < count ? hovered : null;
  return (
    <FigureBox height={height}>
      <div
        ref={attach}
        className={`plot-surface ${dimension === 3 ? 'plot-turn' : 'plot-chart'}`}
        role="img"
        aria-label={`${label}. ${count} points in ${dimension} dimensions`}
        tabIndex={0}
        data-export-box={exported.map(Math.round).join(' ')}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          turn.onPointerUp();
          lasso.onPointerUp();
        }}
        onPointerCancel={() => {
          turn.onPointerUp();
          lasso.onPointerCancel();
        }}
        onPointerLeave={() => setHovered(null)}
        onDoubleClick={() => {
          setView(WHOLE);
          if (dimension === 3) turn.onDoubleClick();
        }}
        onKeyDown={onKeyDown}
      >
        {count > 0 && size.width > 0 && (
          <svg width={size.width} height={size.height}>
            <CodeAxes {...{ frame, circle, placedAxes }} />
          </svg>
        )}
        <canvas ref={canvas} style={{ width: size.width, height: size.height }} />
        {count > 0 && size.width > 0 && (
          <svg width={size.width} height={size.height}>
            <ProminentCodes
              {...{ placed, labelOf, colors, size }}
              indices={prominent}
              obstacles={placedAxes.map(({ box }) => box)}
              dimmed={(index) => selected.size > 0 && !selected.has(index)}
            />
            <AxisEnds placedAxes={placedAxes} />
            <ColorKey coloring={coloring} theme={theme} bottom={keyBottom} />
            {shownHover !== null && (
              <circle
                className="plot-ring"
                data-export="skip"
                cx={at(placed.x, shownHover)}
                cy={at(placed.y, shownHover)}
                r={6}
              />
            )}
            {lasso.outline !== null && (
              <path className="plot-lasso" data-export="skip" d={outlinePath(lasso.outline)} />
            )}
          </svg>
        )}
        {count === 0 && <EmptyNote text="It never fires on these data." />}
      </div>
      {shownHover !== null && (
        <HoverCard x={at(placed.x, shownHover)} y={at(placed.y, shownHover)} within={size}>
          <strong>
            <i
              className="plot-swatch"
              style={{ background: hexOfPacked(at(colors, shownHover)) }}
            />
            {labelOf(shownHover)}
          </strong>
          {props.detailOf(shownHover)}
          <span className="plot-mono">{coordinates(codes, axes, shownHover, dimension)}</span>
        </HoverCard>
      )}
      {count > 0 && (
        <ScatterTools
          dimension={axes < 3 ? null : dimension}
          onDimension={props.onDimension}
          tool={tool}
          onTool={setTool}
        />
      )}
    </FigureBox>
  );
}
