/**
 * A figure as a file: SVG with every style written out (no style sheet, no CSS variable), PNG at twice the screen's
 * size, and its data as CSV. A figure is any number of svg and canvas elements in one container; canvases become
 * embedded images at their place. Elements marked `data-export="skip"` (cursors, tools) are left out. Works on the
 * DOM as it stands and must not know what the figures show.
 */
import { csvFormatRows } from 'd3';
import { LabError } from '../base/lab_error';

/** A table to be saved as CSV; a null cell stays empty. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly (string | number | null)[]>;
}

/** One entry of the legend written above a saved figure. */
export interface PictureKey {
  readonly label: string;
  /** CSS colour. */
  readonly color: string;
}

export interface PictureText {
  readonly title: string;
  readonly legend: readonly PictureKey[];
}

/**
 * Sent to every canvas before it is read: `detail` is the pixels per CSS pixel wanted, 0 for the screen's own again.
 * A canvas that can paint itself sharper does so at once; others ignore it.
 */
export const REPAINT_EVENT = 'figure-repaint';

/** Pixels per CSS pixel of canvases inside a saved figure. */
const SHARPNESS = 2;

const SVG = 'http://www.w3.org/2000/svg';
const PADDING = 12;
const TITLE = 26;
const LEGEND = 20;

/** What of a computed style is written out, with the value that may be left away. */
const PAINT: readonly (readonly [string, string])[] = [
  ['fill', 'rgb(0, 0, 0)'],
  ['fill-opacity', '1'],
  ['stroke', 'none'],
  ['stroke-width', '1px'],
  ['stroke-opacity', '1'],
  ['stroke-dasharray', 'none'],
  ['stroke-linecap', 'butt'],
  ['stroke-linejoin', 'miter'],
  ['paint-order', 'normal'],
  ['opacity', '1'],
  ['shape-rendering', 'auto'],
];
const TYPE: readonly (readonly [string, string])[] = [
  ['font-family', ''],
  ['font-size', ''],
  ['font-weight', '400'],
  ['text-anchor', 'start'],
];
const SHAPES = new Set([
  'path',
  'line',
  'rect',
  'circle',
  'ellipse',
  'polyline',
  'polygon',
  'text',
  'tspan',
  'g',
]);

/** The table as CSV text (RFC 4180 quoting, lines end with a line feed). */
export function csvText({ columns, rows }: CsvTable): string {
  const lines = [columns.map(String)];
  for (const row of rows) lines.push(row.map((cell) => (cell === null ? '' : String(cell))));
  return `${csvFormatRows(lines)}\n`;
}

/** Everything drawn inside `root` as the text of one SVG file, on the surface colour that it stands on. */
export function figureSvg(root: HTMLElement, text: PictureText): string {
  return new XMLSerializer().serializeToString(composed(root, text));
}

/**
 * The same picture as PNG, `scale` pixels per CSS pixel. Throws LabError `internal` when the browser cannot
 * draw or encode it.
 */
export async function figurePng(
  root: HTMLElement,
  text: PictureText,
  scale = SHARPNESS,
): Promise<Blob> {
  const picture = composed(root, text);
  const [width, height] = [picture.width.baseVal.value, picture.height.baseVal.value];
  const file = new Blob([new XMLSerializer().serializeToString(picture)], {
    type: 'image/svg+xml',
  });
  const address = URL.createObjectURL(file);
  try {
    const image = new Image(width, height);
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (blob === null) throw noPicture(`${canvas.width} × ${canvas.height} pixels`);
    return blob;
  } catch (error) {
    throw error instanceof LabError ? error : noPicture(String(error));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Hands a file to the browser's downloads. */
export function saveFile(content: Blob | string, name: string, type: string): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const address = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  // The download reads the address after this task; revoking it at once would cancel it in Safari.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function noPicture(what: string): LabError {
  return new LabError(
    'internal',
    `The browser could not draw this figure as PNG (${what}).`,
    'Save it as SVG instead, or make the window smaller and try again.',
  );
}

function composed(root: HTMLElement, text: PictureText): SVGSVGElement {
  const box = root.getBoundingClientRect();
  const family = getComputedStyle(root).fontFamily;
  const heading = written(text.title, 0, 12, 13, 600, family);
  const inner = Math.max(Math.ceil(box.width), widthOf(text.title, `600 13px ${family}`));
  const legend = text.legend.length > 0 ? text.legend : legendInside(root);
  const key = legendBlock(legend, inner, family);
  const head = PADDING + TITLE + key.height;
  const width = inner + 2 * PADDING;
  const height = Math.ceil(box.height) + head + PADDING;
  const picture = element('svg', { width, height, viewBox: `0 0 ${width} ${height}` });
  picture.append(element('rect', { width, height, fill: surfaceUnder(root) }));
  heading.setAttribute('transform', `translate(${PADDING} ${PADDING})`);
  key.block.setAttribute('transform', `translate(${PADDING} ${PADDING + TITLE})`);
  picture.append(heading, key.block);
  for (const part of root.querySelectorAll<HTMLCanvasElement | SVGSVGElement>('canvas, svg')) {
    const place = part.getBoundingClientRect();
    if (place.width === 0 || place.height === 0 || isLeftOut(part)) continue;
    const [x, y] = [place.left - box.left + PADDING, place.top - box.top + head];
    picture.append(
      part instanceof HTMLCanvasElement ? embedded(part, place, x, y) : restyled(part, place, x, y),
    );
  }
  return picture;
}

function isLeftOut(part: Element): boolean {
  const inside = part.parentElement?.closest('svg') ?? null;
  return inside !== null || part.closest('[data-export], button') !== null;
}

/** A canvas as an image element of the size it has on screen. */
function embedded(canvas: HTMLCanvasElement, place: DOMRect, x: number, y: number): SVGElement {
  const { width, height } = place;
  const image = element('image', { x, y, width, height, preserveAspectRatio: 'none' });
  canvas.dispatchEvent(new CustomEvent(REPAINT_EVENT, { detail: SHARPNESS }));
  image.setAttribute('href', canvas.toDataURL('image/png'));
  canvas.dispatchEvent(new CustomEvent(REPAINT_EVENT, { detail: 0 }));
  image.setAttribute('style', `image-rendering: ${getComputedStyle(canvas).imageRendering}`);
  return image;
}

/** An svg element as a nested one that needs no style sheet. */
function restyled(source: SVGSVGElement, place: DOMRect, x: number, y: number): SVGElement {
  const { width, height } = place;
  const copy = element('svg', { x, y, width, height });
  const viewBox = source.getAttribute('viewBox');
  if (viewBox !== null) copy.setAttribute('viewBox', viewBox);
  for (const child of source.children) copyInto(copy, child);
  return copy;
}

function copyInto(parent: SVGElement, source: Element): void {
  if (source.getAttribute('data-export') === 'skip') return;
  const style = getComputedStyle(source);
  if (style.display === 'none' && source.tagName !== 'clipPath' && source.tagName !== 'title')
    return;
  const copy = document.createElementNS(SVG, source.tagName);
  for (const { name, value } of source.attributes) {
    if (!/^(class|style|tabindex|role|aria-.*|data-.*)$/.test(name)) copy.setAttribute(name, value);
  }
  if (SHAPES.has(source.tagName)) writeStyle(copy, style, source.tagName);
  for (const child of source.childNodes) {
    if (child instanceof Element) copyInto(copy, child);
    else if (child instanceof Text) copy.append(child.data);
  }
  parent.append(copy);
}

function writeStyle(copy: SVGElement, style: CSSStyleDeclaration, tag: string): void {
  // Groups hand down their opacity as one; what is inherited is written on the shapes themselves.
  const paint = tag === 'g' ? PAINT.filter(([name]) => name === 'opacity') : PAINT;
  const type = tag === 'text' || tag === 'tspan' ? TYPE : [];
  for (const [name, usual] of [...paint, ...type]) {
    const value = style.getPropertyValue(name);
    if (value === usual || value === '') copy.removeAttribute(name);
    else copy.setAttribute(name, value);
  }
}

/** Names and colours in rows of at most `width` pixels. */
function legendBlock(legend: readonly PictureKey[], width: number, family: string) {
  const block = element('g', {});
  let [x, y] = [0, 0];
  for (const { label, color } of legend) {
    const room = 16 + widthOf(label, `12px ${family}`);
    if (x > 0 && x + room > width) [x, y] = [0, y + LEGEND];
    block.append(
      element('rect', { x, y: y + 1, width: 10, height: 10, rx: 3, fill: plainColor(color) }),
      written(label, x + 16, y + 10, 12, 400, family),
    );
    x += room + 20;
  }
  return { block, height: legend.length > 0 ? y + LEGEND : 0 };
}

function widthOf(text: string, font: string): number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return text.length * 8;
  context.font = font;
  return Math.ceil(context.measureText(text).width);
}

/** The entries of a legend drawn inside the figure itself. */
function legendInside(root: HTMLElement): PictureKey[] {
  const entries = root.querySelectorAll<HTMLElement>(
    '[data-export="legend"] > li:not([data-off="true"])',
  );
  return Array.from(entries, (entry) => {
    const line = entry.querySelector('line');
    return {
      label: entry.textContent.trim(),
      color: line === null ? 'currentColor' : getComputedStyle(line).stroke,
    };
  });
}

function written(
  text: string,
  x: number,
  y: number,
  size: number,
  weight: number,
  family: string,
): SVGTextElement {
  const node = element('text', { x, y, fill: plainColor('var(--ink)') });
  node.setAttribute('font-family', family);
  node.setAttribute('font-size', `${size}px`);
  node.setAttribute('font-weight', String(weight));
  node.textContent = text;
  return node;
}

/** The first opaque background at or above the element. */
function surfaceUnder(start: HTMLElement): string {
  for (let node: HTMLElement | null = start; node !== null; node = node.parentElement) {
    const color = getComputedStyle(node).backgroundColor;
    if (color !== 'transparent' && !color.startsWith('rgba(0, 0, 0, 0')) return color;
  }
  return '#ffffff';
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

function element<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}
