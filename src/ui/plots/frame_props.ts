/** What the card around a figure takes. */
import type { ReactNode } from 'react';
import type { CsvTable, LegendItem } from './props';

export interface FigureHint {
  readonly text: string;
  readonly formula?: string | undefined;
  readonly source?: string | undefined;
}

export interface FigureFrameProps {
  readonly title: string;
  /** Meaning, formula and source, shown on hover and focus of the title. */
  readonly hint?: string | FigureHint | undefined;
  /** Last part of the name of saved files, behind run, model and unit; default: the title. */
  readonly fileName?: string | undefined;
  /** The figure's data; without it the menu has no "Save CSV". */
  readonly csv?: (() => CsvTable) | undefined;
  /** Legend for the saved and for the enlarged figure, when the page shows the legend elsewhere. */
  readonly legend?: readonly LegendItem[] | undefined;
  /** Small controls at the right of the title (a toggle, a select). */
  readonly controls?: ReactNode;
  /** The figure. Everything drawn inside (svg and canvas, any number) is saved. */
  readonly children: ReactNode;
  /**
   * `plain` leaves border and padding away, for a figure inside another card; `bare` also keeps the title for speech
   * alone and lays the controls over the figure's top right corner.
   */
  readonly variant?: 'card' | 'plain' | 'bare' | undefined;
  readonly className?: string | undefined;
}
