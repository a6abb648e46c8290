/**
 * What every figure of the lab takes: data in, callbacks out. The figures draw and nothing else; they
 * know no store, no worker and no run, so that any page can show any data in them. One file holds all
 * the props because it is the contract between the pages and the figures.
 *
 * Conventions. A colour is any CSS colour, usually a token such as `var(--m1)` from `modelColor`.
 * Arrays are read, never written; a figure redraws when an array's identity changes, so a growing
 * buffer is passed as a fresh view (`buffer.subarray(0, n)`), which costs nothing. Every figure fills
 * its container's width, takes its height from `height` (CSS pixels; omitted: the container's height),
 * and says in `label` what it shows, for people who hear the page instead of seeing it.
 */
import type { ReactNode } from 'react';
import type { CsvTable } from '../../io/figure_export';

/** A column of numbers: typed array or plain array. */
export type Column = ArrayLike<number>;

/** Props shared by all figures. */
export interface FigureProps {
  /** What the figure shows, in a few words, for assistive technology: "Explained variance by samples". */
  readonly label: string;
  /** Height in CSS pixels; when omitted the figure fills its container. */
  readonly height?: number | undefined;
  readonly className?: string | undefined;
}

// ---------------------------------------------------------------- lines

/** One line of a chart. `x` ascends; a non-finite `y` leaves a gap. */
export interface Series {
  readonly id: string;
  readonly label: string;
  readonly color: string;
  /** Dash pattern for a second dimension (for instance an older run of the same model). */
  readonly dash?: 'solid' | 'dashed' | 'dotted' | undefined;
  readonly x: Column;
  /** Same length as `x`. */
  readonly y: Column;
}

/** A vertical annotated line: a hyperparameter was changed here. */
export interface Marker {
  readonly x: number;
  /** Short text at the line ("lr 1.0e-3"). */
  readonly text: string;
  /** The whole sentence, shown on hover. */
  readonly title?: string | undefined;
  readonly color?: string | undefined;
}

export type ScaleKind = 'linear' | 'log';

export interface LineChartProps extends FigureProps {
  readonly series: readonly Series[];
  /** Unit of x, written once on the axis: "samples", "steps", "s". */
  readonly xUnit?: string | undefined;
  readonly xScale?: ScaleKind | undefined;
  readonly yScale?: ScaleKind | undefined;
  /**
   * Ends of the x axis. The start defaults to 0 (log: the first sample). Give the planned end so that lines grow
   * into a fixed frame; data beyond it widens the frame.
   */
  readonly xStart?: number | undefined;
  readonly xEnd?: number | undefined;
  /** Ends of the y axis; an omitted end follows the visible data, rounded outwards. */
  readonly yMin?: number | undefined;
  readonly yMax?: number | undefined;
  /** Text of a y value; default `formatNumber`. */
  readonly formatY?: ((value: number) => string) | undefined;
  /** Weight of the past in an exponential moving average, 0 (raw, default) to below 1. The raw line stays, faint. */
  readonly smoothing?: number | undefined;
  readonly markers?: readonly Marker[] | undefined;
  /** Where the run is now: a quiet dashed line. */
  readonly now?: number | undefined;
  /** Ids of series that are not drawn. */
  readonly hidden?: ReadonlySet<string> | undefined;
  /** Called when a legend entry is pressed. Without it the legend is not interactive. */
  readonly onToggle?: ((id: string) => void) | undefined;
  /** Shows the legend under the plot; default false, because pages usually show one `Legend` for all charts. */
  readonly legend?: boolean | undefined;
  /** Shown while there is nothing to draw: what to do next. */
  readonly empty?: string | undefined;
}

export interface LegendItem {
  readonly id: string;
  readonly label: string;
  readonly color: string;
  readonly dash?: Series['dash'];
}

export interface LegendProps {
  readonly items: readonly LegendItem[];
  readonly hidden?: ReadonlySet<string> | undefined;
  readonly onToggle?: ((id: string) => void) | undefined;
  readonly className?: string | undefined;
}

// ---------------------------------------------------------------- rank heat map

export interface RankHeatmapProps extends FigureProps {
  /** [times], ascending. */
  readonly x: Column;
  /** [times, ranks] row-major: how many groups had each rank at that time. Shares are taken per time. */
  readonly counts: Column;
  /** Number of rank values. */
  readonly ranks: number;
  /** Rank value of the lowest row; default 1. */
  readonly firstRank?: number | undefined;
  /** Hue of share 1; default `var(--m1)`. */
  readonly color?: string | undefined;
  readonly xUnit?: string | undefined;
  readonly xEnd?: number | undefined;
  readonly now?: number | undefined;
  readonly empty?: string | undefined;
}

// ---------------------------------------------------------------- points in space

/** A view direction in radians: azimuth turns about the vertical axis, elevation tilts (−π/2 … π/2). */
export interface Rotation {
  readonly azimuth: number;
  readonly elevation: number;
}

/** Colour slot of every unit (group or atom) by its index; see `assignUnitSlots`. */
export type UnitSlots = ReadonlyMap<number, number>;

export interface ShapeViewProps extends FigureProps {
  /** [points, 3], the feature's own coordinates. */
  readonly points: Float32Array;
  /** [points], index of the unit that owns each point; NO_OWNER where none fired. */
  readonly owners: Uint32Array;
  /** Colour of a unit that owns (nearly) everything, so that one group on a shape reads at a glance. */
  readonly modelColor: string;
  /** Colours of the units, shared by all panels of one model and kept while it trains; default: by count in this panel. */
  readonly slots?: UnitSlots | undefined;
  /** "group" or "latent": what a unit is called on hover. */
  readonly unitName?: string | undefined;
  /** Shared view direction; without it the panel keeps its own. */
  readonly rotation?: Rotation | undefined;
  readonly onRotation?: ((rotation: Rotation) => void) | undefined;
  /** Half the edge of the drawn cube in data units; default: fits the points. Give one value to all panels of a shape. */
  readonly extent?: number | undefined;
  /** Slow turning while nobody touches it; off by default, never when the system asks for reduced motion. */
  readonly spin?: boolean | undefined;
  /** Written in the corner: "1 group", and beside it in grey "rank 2". */
  readonly caption?: string | undefined;
  readonly captionDetail?: string | undefined;
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

// ---------------------------------------------------------------- bars and cells

export interface BarStripProps extends FigureProps {
  /** One row each: "codes", "map", "weights"; bars share one scale inside a row. */
  readonly rows: readonly {
    readonly label: string;
    readonly values: Column;
    readonly color?: string | undefined;
    /** The value of a full bar; default: the largest of the row. */
    readonly max?: number | undefined;
  }[];
  readonly format?: ((value: number) => string) | undefined;
}

/** A histogram the size of a word, for table cells. Decorative unless `label` is given. */
export interface SparkProps {
  readonly counts: Column;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly color?: string | undefined;
  readonly label?: string | undefined;
}

export interface HistogramProps extends FigureProps {
  /** [bins]. */
  readonly counts: Column;
  /** Ends of the histogram; bins are of equal width. */
  readonly from: number;
  readonly to: number;
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  readonly yScale?: ScaleKind | undefined;
  readonly color?: string | undefined;
  /** Vertical reference lines (threshold, mean). */
  readonly marks?: readonly { readonly x: number; readonly text: string }[] | undefined;
  readonly formatX?: ((value: number) => string) | undefined;
  /** A range of x was dragged; null when cleared. */
  readonly onRange?: ((range: readonly [number, number] | null) => void) | undefined;
  readonly empty?: string | undefined;
}

export interface HeatMatrixProps extends FigureProps {
  /** [rows, columns] row-major. */
  readonly values: Column;
  readonly rows: number;
  readonly columns: number;
  readonly rowLabels?: readonly string[] | undefined;
  readonly columnLabels?: readonly string[] | undefined;
  /** `diverging` is centred on 0. */
  readonly scale?: 'sequential' | 'diverging' | undefined;
  /** Ends of the colour scale; default: the data (symmetric about 0 when diverging). */
  readonly domain?: readonly [number, number] | undefined;
  readonly format?: ((value: number) => string) | undefined;
  /** Writes the value into each cell when it fits. */
  readonly showValues?: boolean | undefined;
  readonly onPick?: ((row: number, column: number) => void) | undefined;
  readonly empty?: string | undefined;
}

export interface MeterProps {
  /** 0 … 1. */
  readonly value: number;
  /** What is measured, for assistive technology: "overlap with group 347". */
  readonly label: string;
  readonly color?: string | undefined;
  readonly width?: number | undefined;
}

// ---------------------------------------------------------------- the card around a figure

export type { CsvTable };

export interface FigureHint {
  readonly text: string;
  readonly formula?: string | undefined;
  readonly source?: string | undefined;
}

export interface FigureFrameProps {
  readonly title: string;
  /** Meaning, formula and source, shown on hover and focus of the title. */
  readonly hint?: string | FigureHint | undefined;
  /** Name of saved files without extension; default: the title in lower case with dashes. */
  readonly fileName?: string | undefined;
  /** The figure's data; without it the menu has no "Save CSV". */
  readonly csv?: (() => CsvTable) | undefined;
  /** Legend for the saved picture, when the page shows the legend elsewhere. */
  readonly legend?: readonly LegendItem[] | undefined;
  /** Small controls at the right of the title (a toggle, a select). */
  readonly controls?: ReactNode;
  /** The figure. Everything drawn inside (svg and canvas, any number) is saved. */
  readonly children: ReactNode;
  /** `plain` leaves border and padding away, for a figure inside another card. */
  readonly variant?: 'card' | 'plain' | undefined;
  readonly className?: string | undefined;
}
