/**
 * Changes of settings on a chart: a dotted line each, with a pennant above the plot and its text where there is
 * room. The whole sentence is the hover title.
 */
import type { LineFrame } from './line_frame';
import type { Marker } from './props';
import { textWidth } from './text_width';

interface MarkersProps {
  readonly frame: LineFrame;
  readonly markers: readonly Marker[];
}

export function Markers({ frame, markers }: MarkersProps) {
  const { area, x } = frame;
  return (
    <>
      {laidOut(frame, markers).map(({ marker, shown }, i) => {
        const px = x.scale(marker.x);
        const color = marker.color ?? 'var(--ink3)';
        return (
          <g key={i} className="plot-marker">
            <title>{marker.title ?? marker.text}</title>
            <line x1={px} x2={px} y1={area.top - 5} y2={area.bottom} stroke={color} />
            <path d={`M${px - 3.5} ${area.top - 10}h7l-3.5 5z`} fill={color} />
            {shown && (
              <text className="plot-note" x={px + 6} y={area.top - 7} dy="0.35em">
                {marker.text}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

/** The markers in view, each with whether its text fits before the next one and the edge. */
function laidOut({ area, x }: LineFrame, markers: readonly Marker[]) {
  const inView = markers.filter((marker) => marker.x >= x.ends[0] && marker.x <= x.ends[1]);
  return inView.map((marker, i) => {
    const next = inView[i + 1];
    const limit = next === undefined ? area.right : x.scale(next.x) - 8;
    return { marker, shown: x.scale(marker.x) + 6 + textWidth(marker.text) <= limit };
  });
}
