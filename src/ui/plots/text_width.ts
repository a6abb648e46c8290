/**
 * The width of a text before it is drawn, needed to reserve room for it. Measured by the browser in the
 * figures' font and kept, since the same words come back every frame.
 */
import { largest } from '../../base/array';

const widths = new Map<string, number>();
let context: CanvasRenderingContext2D | null | undefined;

/** Width in CSS pixels at `size` pixels of the figures' font. */
export function textWidth(text: string, size = 11): number {
  const key = `${size} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  context ??= document.createElement('canvas').getContext('2d');
  if (context === null) return text.length * size * 0.6;
  context.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  const { width } = context.measureText(text);
  // Live values never repeat; a bounded memory is enough.
  if (widths.size > 4000) widths.clear();
  widths.set(key, width);
  return width;
}

/** Width of the widest of some texts; 0 where there is none. */
export function widest(texts: readonly string[], size = 11): number {
  const each = texts.map((text) => textWidth(text, size));
  return largest(each, 0);
}
