/**
 * A figure as a file: SVG with every style written out (no style sheet, no CSS variable), PNG at twice the screen's
 * size, and its data as CSV. A figure is any number of svg and canvas elements in one container; canvases become
 * embedded images at their place, and so does the text of elements marked `data-export="text"`. Elements marked
 * `data-export="skip"` (cursors, tools) are left out; an element with `data-export-box` ("left top right bottom" in
 * CSS pixels) says what of it holds the picture. Works on the DOM as it stands and must not know what the
 * figures show.
 */
import { csvFormatRows } from 'd3';
import { LabError } from '../base/lab_error';
import {
  element,
  legendBlock,
  linesOf,
  SVG,
  widthOf,
  written,
  type PictureKey,
} from './figure_text';

/** A table to be saved as CSV; a null cell stays empty. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly (string | number | null)[]>;
}

export interface PictureText {
  readonly title: string;
  /** Below the title, in grey: what the figure is about; empty for none. */
  readonly subtitle: string;
  readonly legend: readonly PictureKey[];
}

/**
 * Sent to every canvas before it is read: `detail` is the pixels per CSS pixel wanted, 0 for the screen's own again.
 * A canvas that can paint itself sharper does so at once; others ignore it.
 */
export const REPAINT_EVENT = 'figure-repaint';

/** Pixels per CSS pixel of canvases inside a saved figure. */
const SHARPNESS = 2;

const PADDING = 12;
const TITLE = 26;
const SUBTITLE = 18;

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
 * The same picture as PNG. Throws LabError `internal` when the browser cannot
 * draw or encode it.
 */
export async function figurePng(root: HTMLElement, text: PictureText): Promise<Blob> {
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
    canvas.width = Math.round(width * SHARPNESS);
    canvas.height = Math.round(height * SHARPNESS);
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
  const box = pictureIn(root);
  const family = getComputedStyle(root).fontFamily;
  const heading = element('g', {});
  heading.append(written(text.title, 0, 12, { size: 13, weight: 600, family }));
  if (text.subtitle !== '') {
    const ink = 'var(--ink3)';
    heading.append(written(text.subtitle, 0, 30, { size: 12, weight: 400, family, ink }));
  }
  const inner = Math.max(
    Math.ceil(box.width),
    widthOf(text.title, `600 13px ${family}`),
    widthOf(text.subtitle, `12px ${family}`),
  );
  const legend = text.legend.length > 0 ? text.legend : legendInside(root);
  const key = legendBlock(legend, inner, family);
  const above = PADDING + TITLE + (text.subtitle === '' ? 0 : SUBTITLE);
  const head = above + key.height;
  const width = inner + 2 * PADDING;
  const height = Math.ceil(box.height) + head + PADDING;
  const picture = element('svg', { width, height, viewBox: `0 0 ${width} ${height}` });
  picture.append(element('rect', { width, height, fill: surfaceUnder(root) }));
  heading.setAttribute('transform', `translate(${PADDING} ${PADDING})`);
  key.block.setAttribute('transform', `translate(${PADDING} ${above})`);
  picture.append(heading, key.block);
  // A frame of its own cuts off what lies outside the box.
  const drawn = element('svg', { x: PADDING, y: head, width: inner, height: box.height });
  picture.append(drawn);
  for (const part of root.querySelectorAll<HTMLCanvasElement | SVGSVGElement>('canvas, svg')) {
    const place = part.getBoundingClientRect();
    if (place.width === 0 || place.height === 0 || isLeftOut(part)) continue;
    const [x, y] = [place.left - box.left, place.top - box.top];
    drawn.append(
      part instanceof HTMLCanvasElement ? embedded(part, place, x, y) : restyled(part, place, x, y),
    );
  }
  for (const part of root.querySelectorAll<HTMLElement>('[data-export="text"]')) {
    for (const { line, left, middle } of linesOf(part)) {
      const { fontSize, fontWeight, color: ink } = getComputedStyle(part);
      const type = { size: parseFloat(fontSize), weight: Number(fontWeight), family, ink };
      const [x, y] = [left - box.left, middle - box.top];
      drawn.append(written(line, x, y + 0.35 * type.size, type));
    }
  }
  return picture;
}

/** The part of the root that holds the picture: what its figure says, else all of it. */
function pictureIn(root: HTMLElement): DOMRect {
  const whole = root.getBoundingClientRect();
  const figures = root.querySelectorAll<HTMLElement>('[data-export-box]');
  const [figure] = figures;
  if (figure === undefined || figures.length > 1) return whole;
  const [left = 0, top = 0, right = 0, bottom = 0] =
    figure.dataset['exportBox']?.split(' ').map(Number) ?? [];
  const { x, y, width, height } = figure.getBoundingClientRect();
  const [from, to] = [Math.max(0, left), Math.min(width, right)];
  const [above, below] = [Math.max(0, top), Math.min(height, bottom)];
  return new DOMRect(x + from, y + above, to - from, below - above);
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
      dash: line?.getAttribute('stroke-dasharray') ?? undefined,
    };
  });
}

/** The first opaque background at or above the element. */
function surfaceUnder(start: HTMLElement): string {
  for (let node: HTMLElement | null = start; node !== null; node = node.parentElement) {
    const color = getComputedStyle(node).backgroundColor;
    if (color !== 'transparent' && !color.startsWith('rgba(0, 0, 0, 0')) return color;
  }
  return '#ffffff';
}
