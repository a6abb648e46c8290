/** What figures of points take: shapes in space, the codes of a group, atoms in a plane, two quantities against each other. See `props.ts` for the conventions. */
import type { ReactNode } from 'react';
import type { Column, FigureProps, Rotation, ScaleKind, UnitSlots } from './props';

export interface ShapeViewProps extends FigureProps {
  /** [points, 3], the feature's own coordinates. */
  readonly points: Float32Array;
  /** [points], index of the unit that owns each point; NO_OWNER where none fired. */
  readonly owners: Uint32Array;
  /** Colours of the units, shared by all panels of one model and kept while it trains; default: by count in this panel. */
  readonly slots?: UnitSlots | undefined;
  /** "group" or "atom": what a unit is called on hover. */
  readonly unitName?: string | undefined;
  /** Shared view direction; without it the panel keeps its own. */
  readonly rotation?: Rotation | undefined;
  readonly onRotation?: ((rotation: Rotation) => void) | undefined;
  /** Half the edge of the drawn cube in data units; default: fits the points. Give one value to all panels of a shape. */
  readonly extent?: number | undefined;
  /** Slow turning while nobody touches it; off by default, never when the system asks for reduced motion. */
  readonly spin?: boolean | undefined;
  /** Under the points, at the left: whose shape this is. */
  readonly caption?: ReactNode;
  /** A point was pressed: the unit that owns it. */
  readonly onPick?: ((unit: number) => void) | undefined;
  readonly empty?: string | undefined;
}

/** How the points of a code scatter are coloured. */
export type CodeColoring =
  | { readonly by: 'plain'; readonly color?: string | undefined }
  /** [points] category of each point; names in the order of the category index. */
  | {
      readonly by: 'category';
      readonly categories: Column;
      readonly names: readonly string[];
      /** The category of what belongs to none: drawn in grey. */
      readonly other?: number | undefined;
    }
  /** Angle in the plane of the first two axes, computed here. */
  | { readonly by: 'angle' }
  /** [points] any quantity, drawn on the sequential scale. */
  | { readonly by: 'value'; readonly values: Column; readonly name: string };

export interface CodeScatterProps extends FigureProps {
  /** [points, axes] row-major, codes in principal axes, strongest first. */
  readonly codes: Float32Array;
  /** Number of axes in `codes` (1 …); the first two or three are drawn. */
  readonly axes: number;
  /** Label of a point, asked for only when it is shown. */
  readonly labelOf: (index: number) => string;
  readonly coloring: CodeColoring;
  /** Points drawn larger with their label beside them, strongest first; labels that would overlap are left out. */
  readonly prominent?: readonly number[] | undefined;
  /** [background, axes] faint points for context (for instance rows where the group barely fires). */
  readonly background?: Float32Array | undefined;
  /** Radius of the dashed reference circle in data units; omitted: the median norm. */
  readonly circle?: number | null | undefined;
  /** "2-D" or "3-D"; controlled when given. */
  readonly dimension?: 2 | 3 | undefined;
  readonly onDimension?: ((dimension: 2 | 3) => void) | undefined;
  /** Indices that are marked. */
  readonly selected?: ReadonlySet<number> | undefined;
  /** Called with the indices inside a lasso or rectangle; empty when the selection is cleared. */
  readonly onSelect?: ((indices: readonly number[]) => void) | undefined;
  readonly onHover?: ((index: number | null) => void) | undefined;
  /** More than the label for the hover card, for instance the context of a token. */
  readonly detailOf?: ((index: number) => ReactNode) | undefined;
  readonly axisNames?: readonly string[] | undefined;
  readonly empty?: string | undefined;
}

/** Atoms of a scalar SAE inside the plane of a group: one spoke an atom. */
export interface AtomFanProps extends FigureProps {
  readonly atoms: readonly {
    readonly id: number;
    readonly text: string;
    /** Direction in the plane; length 1 lies wholly in it. */
    readonly x: number;
    readonly y: number;
  }[];
  readonly color: string;
  readonly onPick?: ((id: number) => void) | undefined;
  readonly empty?: string | undefined;
}

export interface ScatterPlotProps extends FigureProps {
  readonly x: Column;
  readonly y: Column;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale?: ScaleKind | undefined;
  readonly yScale?: ScaleKind | undefined;
  /** Fixed ends of the axes; default: the data, rounded outwards. */
  readonly xDomain?: readonly [number, number] | undefined;
  readonly yDomain?: readonly [number, number] | undefined;
  /** One colour, or a colour for each point. */
  readonly color?: string | ((index: number) => string) | undefined;
  /** Draws y = x, and gives both axes the same ends. */
  readonly diagonal?: boolean | undefined;
  readonly labelOf?: ((index: number) => string) | undefined;
  readonly selected?: ReadonlySet<number> | undefined;
  /** A point was pressed. */
  readonly onPick?: ((index: number) => void) | undefined;
  /** A rectangle was drawn. */
  readonly onSelect?: ((indices: readonly number[]) => void) | undefined;
  readonly formatX?: ((value: number) => string) | undefined;
  readonly formatY?: ((value: number) => string) | undefined;
  readonly empty?: string | undefined;
}
