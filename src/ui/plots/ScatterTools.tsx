/**
 * The small switches in the corner of a code scatter: flat or in space, and the shape of the selection.
 */
import type { LassoTool } from './use_lasso';

interface ScatterToolsProps {
  /** Null when there is no choice. */
  readonly dimension: 2 | 3 | null;
  readonly onDimension: (dimension: 2 | 3) => void;
  readonly tool: LassoTool;
  readonly onTool: (tool: LassoTool) => void;
}

const TOOLS: readonly (readonly [LassoTool, string, string])[] = [
  [
    'lasso',
    'Select by drawing around points',
    'M8 2.5c3.6 0 6 1.8 6 4.2s-2.6 4.2-6 4.2-6-1.8-6-4.2 2.4-4.2 6-4.2ZM5 10.5c-1.2.8-1.2 2.4.2 2.8 1.2.3 1.6-.8.8-1.3',
  ],
  ['rectangle', 'Select by a rectangle', 'M2.5 3.5h11v9h-11z'],
];

export function ScatterTools({ dimension, onDimension, tool, onTool }: ScatterToolsProps) {
  return (
    <div className="plot-tools">
      <div className="plot-segments" role="group" aria-label="Selection">
        {TOOLS.map(([name, title, path]) => (
          <button
            key={name}
            type="button"
            title={dimension === 3 ? `${title} (hold Shift)` : title}
            aria-label={title}
            aria-pressed={tool === name}
            onClick={() => onTool(name)}
          >
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <path
                d={path}
                fill="none"
                stroke="currentColor"
                strokeWidth="1.3"
                strokeDasharray="2.4 1.6"
              />
            </svg>
          </button>
        ))}
      </div>
      {dimension !== null && (
        <div className="plot-segments" role="group" aria-label="Dimensions">
          {([2, 3] as const).map((choice) => (
            <button
              key={choice}
              type="button"
              aria-pressed={dimension === choice}
              onClick={() => onDimension(choice)}
            >
              {choice}-D
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
