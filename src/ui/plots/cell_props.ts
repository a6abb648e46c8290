/** What bars and cells take: histograms, strips, small matrices, meters. See `props.ts` for the conventions. */
import type { Column, FigureProps, ScaleKind } from './props';

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

/** A vertical reference line. */
export interface HistogramMark {
  readonly x: number;
  readonly text: string;
  /** Whether the text stands at its left, where a second line follows closely. */
  readonly before?: boolean | undefined;
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
  readonly marks?: readonly HistogramMark[] | undefined;
  readonly formatX?: ((value: number) => string) | undefined;
  /** Where x is labelled, with `formatX`; default: round numbers as they are. */
  readonly xTicks?: readonly number[] | undefined;
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
