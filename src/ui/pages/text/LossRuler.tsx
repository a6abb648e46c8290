/**
 * A ruler of cross-entropy from the language model as it is to the worst ablation, with a flag for every way
 * of replacing the stream; flags that would collide hang one below the other.
 */
import { at, largest, smallest } from '../../../base/array';
import { Hint } from '../../parts/Hint';
import { withExact, type MeasureText } from '../../parts/Measure';
import { formatFixed } from '../../plots/format';
import { textWidth } from '../../plots/text_width';
import { useSize } from '../../plots/use_size';

export interface RulerMark {
  readonly label: string;
  /** Nats a token. */
  readonly value: number;
  readonly text: MeasureText;
  /** Colour of a model; a plain mark without. */
  readonly color?: string;
}

/** Pixels. */
const LINE = 20;
const SIDE = 8;

export function LossRuler({ marks }: { readonly marks: readonly RulerMark[] }) {
  const [sizeRef, size] = useSize();
  const values = marks.map(({ value }) => value);
  const [low, high] = [smallest(values), largest(values)];
  const room = Math.max(1, size.width - 2 * SIDE);
  const placed = placeMarks(
    marks.map((mark) => ({
      x: SIDE + (high > low ? (mark.value - low) / (high - low) : 0) * room,
      width: textWidth(labelOf(mark)) + 24,
    })),
    size.width,
  );
  const lines =
    1 +
    largest(
      placed.map(({ line }) => line),
      0,
    );
  return (
    <figure className="ruler" aria-label="Cross-entropy of the next token, nats">
      <figcaption className="quiet">Cross-entropy, nats per token</figcaption>
      <div ref={sizeRef} className="ruler-body" style={{ height: 6 + lines * LINE }}>
        <div className="ruler-line" />
        {size.width > 0 &&
          marks.map((mark, index) => {
            const { x, left, line } = at(placed, index);
            return (
              <div key={mark.label}>
                <div
                  className="ruler-mark"
                  style={{
                    left: x,
                    height: LINE + line * LINE,
                    background: mark.color ?? 'var(--mark)',
                  }}
                />
                <Hint {...mark.text} text={withExact(mark.text.text, mark.value, '')}>
                  <span className="ruler-label" tabIndex={0} style={{ left, top: 3 + line * LINE }}>
                    {mark.color !== undefined && (
                      <span className="swatch" style={{ background: mark.color }} />
                    )}
                    {mark.label} <b>{formatFixed(mark.value, 3)}</b>
                  </span>
                </Hint>
              </div>
            );
          })}
      </div>
    </figure>
  );
}

function labelOf({ label, value, color }: RulerMark): string {
  return `${label} ${formatFixed(value, 3)}${color === undefined ? '' : 'mm'}`;
}

interface PlacedMark {
  /** Where the mark stands. */
  readonly x: number;
  /** Where its label begins, inside the ruler. */
  readonly left: number;
  readonly line: number;
}

/**
 * Lines for the labels of flags. From right to left, each hangs to the right of its mark in the first line where
 * it covers none, so that no mark further left crosses it; at the right end it hangs to the left.
 */
export function placeMarks(
  marks: readonly { readonly x: number; readonly width: number }[],
  width: number,
): readonly PlacedMark[] {
  const begins: number[] = [];
  const placed = new Map<number, PlacedMark>();
  const order = marks.map((_, index) => index).sort((a, b) => at(marks, b).x - at(marks, a).x);
  for (const index of order) {
    const mark = at(marks, index);
    const left = mark.x + mark.width > width ? mark.x - mark.width : mark.x;
    let line = 0;
    while ((begins[line] ?? Number.POSITIVE_INFINITY) < left + mark.width) line++;
    begins[line] = left;
    placed.set(index, { x: mark.x, left, line });
  }
  return marks.map((_, index) => placed.get(index) ?? { x: 0, left: 0, line: 0 });
}
