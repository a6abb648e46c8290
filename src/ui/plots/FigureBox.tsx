/**
 * The box that every figure fills: reserves its height before anything is known, so that nothing below jumps,
 * and carries the figures' style sheet. In an enlarged figure it takes the room there is. Must not know what is drawn.
 */
import type { CSSProperties, ReactNode } from 'react';
import { useLarge } from './figure_stage';
import './plots.css';

interface FigureBoxProps {
  readonly height?: number | undefined;
  readonly children: ReactNode;
}

export function FigureBox({ height: given, children }: FigureBoxProps) {
  const height = useLarge() ? undefined : given;
  const style: CSSProperties = height === undefined ? { height: '100%' } : { height };
  return (
    <div className="plot" data-fill={height === undefined}>
      <div className="plot-body" style={style}>
        {children}
      </div>
    </div>
  );
}

/** The text in the middle of a figure that has nothing to draw yet. */
export function EmptyNote({ text }: { readonly text: string }) {
  return <p className="plot-empty">{text}</p>;
}
