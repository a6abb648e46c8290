/**
 * What a group writes to the vocabulary around the plane of its first two axes: a spoke an angle, as long as
 * the gain of its leading token, named once a run. Angles and colours are those of the scatter of codes.
 */
import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import { at } from '../../../base/array';
import { tokenName } from '../../../base/token_text';
import type { LogitAttribution, TokenScore } from '../../../lab/protocol/lm_protocol';
import { FigureBox } from '../../plots/FigureBox';
import { formatFixed } from '../../plots/format';
import { HoverCard } from '../../plots/HoverCard';
import { placeLabels } from '../../plots/label_placement';
import { cyclicScale } from '../../plots/palette';
import { textWidth } from '../../plots/text_width';
import { useSize } from '../../plots/use_size';
import { useTheme } from '../../plots/use_theme';
import { angleRuns, nearestAngle } from './angle_runs';
import { joinLabels } from '../../parts/join_labels';
import { TokenWord } from './TokensPanel';
import '../../plots/points.css';

export interface VocabularyRingProps {
  readonly label: string;
  readonly angles: LogitAttribution['angles'];
}

/** Room for the words beside the circle, pixels. */
const MARGIN_X = 84;
const MARGIN_Y = 26;
/** Share of the radius that stays free in the middle, and tokens on the hover card. */
const HOLE = 0.3;
const LISTED = 6;

export function VocabularyRing({ label, angles }: VocabularyRingProps) {
  const [sizeRef, size] = useSize();
  const [lit, setLit] = useState<number | null>(null);
  const scale = cyclicScale(useTheme());
  const radius = Math.max(0, Math.min(size.width / 2 - MARGIN_X, size.height / 2 - MARGIN_Y));
  const [cx, cy] = [size.width / 2, size.height / 2];
  const most = angles.reduce((max, { tokens }) => Math.max(max, tokens[0]?.logit ?? 0), 0);
  const place = (angle: number, length: number) =>
    [cx + length * Math.cos(angle), cy - length * Math.sin(angle)] as const;
  const lengthOf = (logit: number) =>
    radius * (HOLE + (1 - HOLE) * (most > 0 ? Math.max(0, logit) / most : 0));

  const runs = angleRuns(angles);
  const labels = placeLabels(
    runs.map(({ token, angle }) => {
      const [x, y] = place(angle, radius);
      return { x, y, width: textWidth(nameOf(token), 12), height: 15, radius: 4 };
    }),
    size.width,
    size.height,
    [cx, cy],
  );
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - cx, cy - (event.clientY - box.top)];
    setLit(nearestAngle(angles, Math.atan2(y, x)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? -1 : event.key === 'ArrowLeft' ? 1 : 0;
    if (event.key === 'Escape') setLit(null);
    if (step === 0 || angles.length === 0) return;
    event.preventDefault();
    setLit(((lit ?? 0) + step + angles.length) % angles.length);
  };
  const shown = lit !== null && lit < angles.length ? at(angles, lit) : null;
  const [hoverX, hoverY] = place(shown?.angle ?? 0, radius);
  return (
    <FigureBox>
      <div
        ref={sizeRef}
        className="plot-surface"
        role="img"
        aria-label={`${label}. ${runs.map(({ token }) => nameOf(token)).join(', ')}`}
        tabIndex={0}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setLit(null)}
        onKeyDown={onKeyDown}
      >
        {radius > 0 && (
          <svg width={size.width} height={size.height}>
            <circle className="plot-rim" cx={cx} cy={cy} r={radius} />
            <circle className="plot-rim" cx={cx} cy={cy} r={radius * HOLE} />
            {angles.map(({ angle, tokens }, index) => {
              const [x1, y1] = place(angle, radius * HOLE);
              const [x2, y2] = place(angle, lengthOf(tokens[0]?.logit ?? 0));
              return (
                <line
                  key={angle}
                  {...{ x1, y1, x2, y2 }}
                  stroke={scale(angle / (2 * Math.PI))}
                  strokeWidth={index === lit ? 6 : 4}
                  strokeLinecap="round"
                  opacity={lit === null || index === lit ? 1 : 0.45}
                />
              );
            })}
            {labels.map(({ index, x, y }) => (
              <text key={index} className="plot-label" x={x} y={y} dy="0.35em">
                {nameOf(at(runs, index).token)}
              </text>
            ))}
          </svg>
        )}
        {shown !== null && (
          <HoverCard x={hoverX} y={hoverY} within={size}>
            <strong>{`${Math.round((180 * shown.angle) / Math.PI)}°`}</strong>
            {shown.tokens.slice(0, LISTED).map(({ token, text, logit }) => (
              <span key={token} className="ring-score">
                <TokenWord text={text} />
                <span>{signed(logit)}</span>
              </span>
            ))}
          </HoverCard>
        )}
      </div>
    </FigureBox>
  );
}

function nameOf({ text }: TokenScore): string {
  return joinLabels([tokenName(text)]);
}

/** A change of a logit with its sign. */
export function signed(logit: number): string {
  return `${logit > 0 ? '+' : ''}${formatFixed(logit, 2)}`;
}
