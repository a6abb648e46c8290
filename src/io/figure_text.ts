/**
 * The words of a saved figure: lines of text as SVG, the lines as the browser broke them on the page, and the legend.
 * Part of figure_export.ts; knows no figure.
 */

/** The namespace of SVG elements. */
export const SVG = 'http://www.w3.org/2000/svg';

const LEGEND = 20;
/** Length of a line in the legend, room for the longest dash twice. */
const SAMPLE = 28;

/** One entry of the legend written above a saved figure. */
export interface PictureKey {
  readonly label: string;
  /** CSS colour. */
  readonly color: string;
  /** The stroke-dasharray of its line; undefined for a solid one. */
  readonly dash?: string | undefined;
}

/** A line of text on the screen: its left end and its middle, CSS pixels. */
export interface TextLine {
  line: string;
  readonly left: number;
  readonly middle: number;
}

/** The lines of an element's text as the browser broke them, each with its left end and its middle on the screen. */
export function linesOf(part: HTMLElement): TextLine[] {
  const lines: TextLine[] = [];
  const range = document.createRange();
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (const word of (node.textContent ?? '').matchAll(/\S+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const { left, top, height } = range.getBoundingClientRect();
      if (height === 0) continue;
      const middle = top + height / 2;
      const last = lines.at(-1);
      if (last !== undefined && Math.abs(last.middle - middle) < height / 2)
        last.line += ` ${word[0]}`;
      else lines.push({ line: word[0], left, middle });
    }
  }
  return lines;
}

/** Names and colours in rows of at most `width` pixels. */
export function legendBlock(legend: readonly PictureKey[], width: number, family: string) {
  const block = element('g', {});
  let [x, y] = [0, 0];
  for (const { label, color, dash } of legend) {
    const room = SAMPLE + 8 + widthOf(label, `12px ${family}`);
    if (x > 0 && x + room > width) [x, y] = [0, y + LEGEND];
    const line = { x1: x, x2: x + SAMPLE, y1: y + 6, y2: y + 6, 'stroke-width': 2 };
    const stroke = { stroke: plainColor(color), ...(dash && { 'stroke-dasharray': dash }) };
    block.append(
      element('line', { ...line, ...stroke }),
      written(label, x + SAMPLE + 8, y + 10, { size: 12, weight: 400, family }),
    );
    x += room + 20;
  }
  return { block, height: legend.length > 0 ? y + LEGEND : 0 };
}

/** Width of a text in a CSS font, CSS pixels. */
export function widthOf(text: string, font: string): number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return text.length * 8;
  context.font = font;
  return Math.ceil(context.measureText(text).width);
}

/** How a text is set. */
export interface Type {
  readonly size: number;
  readonly weight: number;
  readonly family: string;
  /** CSS colour. */
  readonly ink?: string;
}

/** A line of text with its baseline at (x, y). */
export function written(
  text: string,
  x: number,
  y: number,
  { size, weight, family, ink = 'var(--ink)' }: Type,
): SVGTextElement {
  const node = element('text', { x, y, fill: plainColor(ink) });
  node.setAttribute('font-family', family);
  node.setAttribute('font-size', `${size}px`);
  node.setAttribute('font-weight', String(weight));
  node.textContent = text;
  return node;
}

/** A CSS colour without variables. */
function plainColor(css: string): string {
  const probe = document.createElement('span');
  probe.style.color = css;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** An SVG element with its attributes. */
export function element<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}
