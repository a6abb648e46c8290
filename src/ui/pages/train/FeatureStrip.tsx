/**
 * All features of the data in one line per model: each cell is a feature and says how many units carry it. The more a
 * feature is split, the darker its cell; no cell has the colour of a model or of a unit.
 */
import type { ShapeState } from '../../../lab/protocol/protocol';
import type { RunModel } from '../../../state/run_record';
import { formatFixed, formatPercent } from '../../plots/format';
import { captionOf, heading, isCaptured, kindsOf } from './shape_rows';

interface StripRow {
  readonly name: string;
  readonly unitName: RunModel['unitName'];
  readonly shapes: readonly ShapeState[];
  readonly trained: boolean;
}

export interface FeatureStripProps {
  readonly rows: readonly StripRow[];
  /** Features that are drawn above. */
  readonly shown: readonly number[];
  /** A cell was pressed: draw this feature. */
  readonly onPick: (feature: number) => void;
}

export function FeatureStrip({ rows, shown, onPick }: FeatureStripProps) {
  const shapes = rows[0]?.shapes ?? [];
  const kinds = kindsOf(shapes.map(({ name }) => name));
  return (
    <div className="strip" style={{ '--features': shapes.length }}>
      <div className="strip-row" aria-hidden="true">
        <span className="cut quiet">Units per feature</span>
        <span className="strip-cells">
          {kinds.map((kind) => (
            <span
              key={kind.first}
              className="cut quiet"
              style={{ gridColumn: `span ${kind.count}` }}
            >
              {heading(kind.name)}
            </span>
          ))}
        </span>
        <span className="strip-mean quiet">mean</span>
      </div>
      {rows.map((row, index) => (
        <div
          className="strip-row"
          key={index}
          role="group"
          aria-label={`Units per feature, ${row.name}`}
        >
          <span className="cut">{row.name}</span>
          <span className="strip-cells">
            {row.shapes.map((shape, feature) => (
              <button
                key={feature}
                type="button"
                tabIndex={-1}
                className="strip-cell"
                data-level={levelOf(shape)}
                data-shown={shown.includes(feature)}
                title={describe(shape, row)}
                aria-label={describe(shape, row)}
                onClick={() => onPick(feature)}
              >
                {isCaptured(shape) && (
                  <span className="strip-count">{shape.units90 > 99 ? '+' : shape.units90}</span>
                )}
              </button>
            ))}
          </span>
          <span className="strip-mean">{meanUnits(row.shapes)}</span>
        </div>
      ))}
      <ul className="strip-key quiet" aria-label="Colours of the cells">
        {LEVELS.map((level, index) => (
          <li key={level}>
            <i className="strip-cell" data-level={index} />
            {level}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What the colours of the cells say, by level. */
const LEVELS = ['not captured', 'one unit', '2 or 3', '4 to 9', '10 or more'];

/** The position in LEVELS. */
function levelOf(shape: ShapeState): number {
  if (!isCaptured(shape)) return 0;
  if (shape.units90 === 1) return 1;
  if (shape.units90 <= 3) return 2;
  return shape.units90 < 10 ? 3 : 4;
}

function describe(shape: ShapeState, { unitName, trained }: StripRow): string {
  if (!trained) return `${heading(shape.name)}, ${shape.dimension}-D: not trained yet`;
  const caption = captionOf(shape, unitName);
  const share = formatPercent(shape.reconstruction, 3);
  const rank = caption.detail === undefined ? '' : `, ${caption.detail}`;
  return `${heading(shape.name)}, ${shape.dimension}-D: ${caption.text}${rank}, ${share} reconstructed`;
}

function meanUnits(shapes: readonly ShapeState[]): string {
  const captured = shapes.filter(isCaptured);
  if (captured.length === 0) return '–';
  const sum = captured.reduce((total, { units90 }) => total + units90, 0);
  return formatFixed(sum / captured.length, 1);
}
