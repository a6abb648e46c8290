/** What charts over time take: lines, their legend, and ranks as a heat map. See `props.ts` for the conventions. */
import type { Column, FigureProps, LegendItem, Marker, ScaleKind, Series } from './props';

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
  /**
   * Ends of the y axis while all of x is shown; an omitted end follows the visible data, rounded outwards. Zoomed in,
   * both follow what is seen.
   */
  readonly yMin?: number | undefined;
  readonly yMax?: number | undefined;
  /**
   * Where the values of interest lie: the axis fits the data but goes no farther, as long as every line is inside at
   * its right end. For a share that starts far below 0 for a moment.
   */
  readonly yWithin?: readonly [number, number] | undefined;
  /** Values are counts of things: no ticks between whole numbers. */
  readonly yWhole?: boolean | undefined;
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

export interface LegendProps {
  readonly items: readonly LegendItem[];
  readonly hidden?: ReadonlySet<string> | undefined;
  readonly onToggle?: ((id: string) => void) | undefined;
  readonly className?: string | undefined;
}

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
