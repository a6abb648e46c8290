/** Under a shape: the units that hold it, each with its colour and its number and open to a press, or how many. */
import { unitColor } from '../../plots/palette';
import type { UnitSlots } from '../../plots/props';
import { useTheme } from '../../plots/use_theme';
import { hrefOf } from '../../route';
import type { Caption } from './shape_rows';
import { useShownCheckpoint } from './shown_checkpoint';

export interface ShapeCaptionProps {
  readonly caption: Caption;
  readonly noun: 'group' | 'latent';
  readonly model: number;
  /** Whether units can be opened. */
  readonly openable: boolean;
  readonly slots: UnitSlots;
}

export function ShapeCaption({ caption, noun, model, openable, slots }: ShapeCaptionProps) {
  const theme = useTheme();
  const step = useShownCheckpoint();
  const { text, detail, units } = caption;
  const alone = units.length === 1;
  return (
    <span className="shape-caption">
      {!alone && <span data-export="text">{text}</span>}
      {units.map((unit) => {
        const content = (
          <>
            <i className="swatch" style={{ background: unitColor(slots.get(unit) ?? 0, theme) }} />
            <span data-export="text">{alone ? `${noun} ${unit}` : unit}</span>
          </>
        );
        return openable ? (
          <a
            key={unit}
            className="shape-unit"
            href={hrefOf('groups', { model, group: unit, step })}
            aria-label={`Open ${noun} ${unit}`}
          >
            {content}
          </a>
        ) : (
          <span key={unit} className="shape-unit">
            {content}
          </span>
        );
      })}
      {detail !== undefined && (
        <span className="quiet" data-export="text">
          {detail}
        </span>
      )}
    </span>
  );
}
