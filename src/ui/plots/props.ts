/**
 * What all figures of the lab share: data in, callbacks out. The figures draw and nothing else; they
 * know no store, no worker and no run, so that any page can show any data in them. The props of
 * each figure stand in its own file: the contract between the pages and the figures.
 *
 * Conventions. A colour is any CSS colour, usually a token such as `var(--m1)` from `modelColor`.
 * Arrays are read, never written; a figure redraws when an array's identity changes, so a growing
 * buffer is passed as a fresh view (`buffer.subarray(0, n)`), which costs nothing. Every figure fills
 * its container's width, takes its height from `height` (CSS pixels; omitted: the container's height),
 * and says in `label` what it shows, for people who hear the page instead of seeing it.
 */
import type { CsvTable } from '../../io/figure_export';
import type { Dash } from './line_style';

/** A column of numbers: typed array or plain array. */
export type Column = ArrayLike<number>;

/** Props shared by all figures. */
export interface FigureProps {
  /** What the figure shows, in a few words, for assistive technology: "Explained variance by samples". */
  readonly label: string;
  /** Height in CSS pixels; when omitted the figure fills its container. */
  readonly height?: number | undefined;
}

export type ScaleKind = 'linear' | 'log';

/** One line of a chart. `x` ascends; a non-finite `y` leaves a gap. */
export interface Series {
  readonly id: string;
  readonly label: string;
  readonly color: string;
  /** Dash pattern for a second dimension (for instance an older run of the same model). */
  readonly dash?: Dash | undefined;
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

export interface LegendItem {
  readonly id: string;
  readonly label: string;
  readonly color: string;
  readonly dash?: Series['dash'];
}

/** A view direction in radians: azimuth turns about the vertical axis, elevation tilts (−π/2 … π/2). */
export interface Rotation {
  readonly azimuth: number;
  readonly elevation: number;
}

/** Colour slot of every unit (group or atom) by its index; see `assignUnitSlots`. */
export type UnitSlots = ReadonlyMap<number, number>;

export type { CsvTable };
