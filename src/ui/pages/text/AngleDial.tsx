/**
 * A dial for an angle in a group's plane: drag the hand or use the arrow keys. Around it, where they are
 * known, the words that the group writes at each angle.
 */
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { formatInteger } from '../../plots/format';
import { wrapAngle } from './steering_draft';

export interface AngleDialProps {
  /** Radians, counter-clockwise from the first axis. */
  readonly angle: number;
  readonly onChange: (angle: number) => void;
  /** Texts around the dial, by angle. */
  readonly words: readonly { readonly angle: number; readonly text: string }[];
  readonly color: string;
}

const WIDTH = 250;
const HEIGHT = 168;
const RADIUS = 50;
const STEP = Math.PI / 36;

export function AngleDial({ angle, onChange, words, color }: AngleDialProps) {
  const svg = useRef<SVGSVGElement>(null);
  const degrees = Math.round((angle * 180) / Math.PI);
  const turnTo = (event: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect();
    if (box === undefined) return;
    const x = event.clientX - (box.left + box.width / 2);
    const y = event.clientY - (box.top + box.height / 2);
    onChange(wrapAngle(Math.atan2(-y, x)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: STEP,
      ArrowRight: STEP,
      ArrowDown: -STEP,
      ArrowLeft: -STEP,
      PageUp: 9 * STEP,
      PageDown: -9 * STEP,
      Home: -angle,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onChange(wrapAngle(angle + step));
  };
  const [x, y] = [RADIUS * Math.cos(angle), -RADIUS * Math.sin(angle)];
  return (
    <svg
      ref={svg}
      className="dial"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`${-WIDTH / 2} ${-HEIGHT / 2} ${WIDTH} ${HEIGHT}`}
      role="slider"
      tabIndex={0}
      aria-label="Angle"
      aria-valuemin={0}
      aria-valuemax={359}
      aria-valuenow={degrees % 360}
      aria-valuetext={`${formatInteger(degrees)} degrees`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        turnTo(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons !== 0) turnTo(event);
      }}
    >
      <circle className="dial-ring" r={RADIUS} />
      <line className="dial-axis" x1={-RADIUS} x2={RADIUS} />
      <line className="dial-axis" y1={-RADIUS} y2={RADIUS} />
      {words.map((word) => {
        const [cos, sin] = [Math.cos(word.angle), Math.sin(word.angle)];
        return (
          <text
            key={word.angle}
            x={(RADIUS + 10) * cos}
            y={-(RADIUS + 10) * sin}
            dy="0.35em"
            textAnchor={Math.abs(cos) < 0.3 ? 'middle' : cos > 0 ? 'start' : 'end'}
          >
            {word.text}
          </text>
        );
      })}
      <line x2={x} y2={y} stroke={color} strokeWidth="2.5" strokeLinecap="round" />
      <circle cx={x} cy={y} r="6" fill={color} />
      <text className="dial-degrees" y="14" textAnchor="middle">
        {degrees % 360}°
      </text>
    </svg>
  );
}
