/**
 * Where texts go beside their points so that they can be read: greedy, in the order given (most important
 * first), each label at the free place that points most away from the centre of the figure; a label that
 * fits nowhere is left out. Pure rectangles in pixels; knows no font and no page.
 */

export interface LabelAnchor {
  readonly x: number;
  readonly y: number;
  /** Size of the text. */
  readonly width: number;
  readonly height: number;
  /** Radius of the point that must stay visible. */
  readonly radius: number;
}

export interface PlacedLabel {
  /** Index into the anchors. */
  readonly index: number;
  /** Left end of the text and its vertical centre. */
  readonly x: number;
  readonly y: number;
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const GAP = 4;
const DIAGONAL = Math.SQRT1_2;
const DIRECTIONS: readonly (readonly [number, number])[] = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [DIAGONAL, -DIAGONAL],
  [-DIAGONAL, -DIAGONAL],
  [DIAGONAL, DIAGONAL],
  [-DIAGONAL, DIAGONAL],
];

/**
 * Places labels inside `width` × `height` around `centre`; labels, prominent points and `obstacles` (other texts)
 * never overlap.
 */
export function placeLabels(
  anchors: readonly LabelAnchor[],
  width: number,
  height: number,
  centre: readonly [number, number],
  obstacles: readonly Box[] = [],
): PlacedLabel[] {
  const dots = anchors.map(({ x, y, radius }): Box => ({
    left: x - radius,
    top: y - radius,
    right: x + radius,
    bottom: y + radius,
  }));
  const taken: Box[] = [...obstacles];
  const placed: PlacedLabel[] = [];
  anchors.forEach((anchor, index) => {
    const [outX, outY] = [anchor.x - centre[0], anchor.y - centre[1]];
    const outwards = (d: readonly [number, number]) => d[0] * outX + d[1] * outY;
    const candidates = [...DIRECTIONS].sort((a, b) => outwards(b) - outwards(a));
    for (const direction of candidates) {
      const box = boxBeside(anchor, direction);
      const inside = box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height;
      if (!inside || taken.some((other) => overlap(box, other))) continue;
      if (dots.some((dot, i) => i !== index && overlap(box, dot))) continue;
      taken.push(box);
      placed.push({ index, x: box.left, y: (box.top + box.bottom) / 2 });
      return;
    }
  });
  return placed;
}

function boxBeside(anchor: LabelAnchor, [dx, dy]: readonly [number, number]): Box {
  const reach = anchor.radius + GAP;
  const x = anchor.x + dx * (reach + anchor.width / 2);
  // A label straight above or below needs its full height of clearance, one at the side none.
  const y = anchor.y + dy * (reach + anchor.height / 2);
  return {
    left: x - anchor.width / 2,
    top: y - anchor.height / 2,
    right: x + anchor.width / 2,
    bottom: y + anchor.height / 2,
  };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
