/**
 * The card around a figure: its title (with formula and source on hover), small controls, the button that fills the
 * window with it, and the menu that saves it as SVG, PNG or CSV. Whatever the figure draws inside, in svg or canvas,
 * is saved with the name of what it is about; it need not know this card.
 */
import { useCallback, useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { describeError } from '../../base/lab_error';
import { csvText, figurePng, figureSvg, saveFile } from '../../io/figure_export';
import { Hint } from '../parts/Hint';
import { Icon } from '../parts/Icon';
import { Menu } from '../parts/Menu';
import { sourcedTable, sourceFileName, sourceLine } from './figure_source';
import { announceFigure, LargeContext, useStage } from './figure_stage';
import { useFigureSource } from './FiguresOf';
import { Legend } from './Legend';
import { dashArray } from './line_style';
import type { CsvTable, LegendItem } from './props';
import './figure.css';

interface FigureFrameProps {
  readonly title: string;
  /** Meaning, formula and source, shown on hover and focus of the title. */
  readonly hint: string;
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
   * `bare` leaves border and padding away, keeps the title for speech alone and lays the controls over the figure's
   * top right corner.
   */
  readonly variant?: 'card' | 'bare' | undefined;
  readonly className?: string | undefined;
}

const NO_LEGEND: readonly LegendItem[] = [];

export function FigureFrame(props: FigureFrameProps) {
  const { title, hint, csv, legend = NO_LEGEND, controls, children, variant = 'card' } = props;
  const className = props.className === undefined ? '' : ` ${props.className}`;
  const source = useFigureSource();
  const titleId = useId();
  const frame = useRef<HTMLElement>(null);
  const [body, setBody] = useState<HTMLDivElement | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  /** Height that the figure leaves free on the page while it is large; null while it is not. */
  const [place, setPlace] = useState<number | null>(null);
  const large = place !== null;
  const leave = useCallback(() => setPlace(null), []);
  const enlarge = useCallback(() => setPlace(frame.current?.offsetHeight ?? 0), []);
  useStage(frame, large, leave);
  useEffect(
    () =>
      frame.current === null ? undefined : announceFigure({ element: frame.current, enlarge }),
    [enlarge],
  );

  const kinds = csv === undefined ? (['svg', 'png'] as const) : (['svg', 'png', 'csv'] as const);
  const save = async (kind: 'svg' | 'png' | 'csv') => {
    setFailure(null);
    const name = sourceFileName(source, props.fileName ?? title);
    try {
      if (kind === 'csv') {
        if (csv === undefined) return;
        const text = csvText(sourcedTable(csv(), source));
        saveFile(text, `${name}.csv`, 'text/csv;charset=utf-8');
      } else if (body !== null) {
        const text = {
          title,
          subtitle: sourceLine(source, new Date().toISOString().slice(0, 10)),
          legend: legend.map(({ label, color, dash }) => ({ label, color, dash: dashArray(dash) })),
        };
        if (kind === 'svg') saveFile(figureSvg(body, text), `${name}.svg`, 'image/svg+xml');
        else saveFile(await figurePng(body, text), `${name}.png`, 'image/png');
      }
    } catch (error) {
      const { message, wayOut } = describeError(error);
      setFailure(`${message} ${wayOut}`);
    }
  };

  return (
    <>
      <section
        ref={frame}
        className={`figure${variant === 'card' ? ' panel' : ''}${className}`}
        data-variant={variant}
        data-large={large}
        {...(large ? { role: 'dialog', 'aria-modal': true } : { role: 'figure' })}
        aria-labelledby={titleId}
        tabIndex={-1}
      >
        <header className="panel-head">
          <h3 className="panel-title" id={titleId}>
            <Hint side="top" text={hint}>
              <button type="button" className="figure-hinted">
                {title}
              </button>
            </Hint>
          </h3>
          {large && <p className="figure-source">{sourceLine(source)}</p>}
          <div className="figure-controls">
            {controls}
            <button
              type="button"
              className="figure-button"
              aria-label={
                large ? `Back from ${title} to the page` : `Fill the window with ${title}`
              }
              title={large ? 'Back to the page (Esc)' : 'Fill the window (f)'}
              onClick={large ? leave : enlarge}
            >
              <Icon name={large ? 'shrink' : 'enlarge'} />
            </button>
            <Menu
              trigger={
                <button type="button" className="figure-button" aria-label={`Save ${title}`}>
                  <Icon name="more" />
                </button>
              }
              actions={kinds.map((kind) => ({
                label: `Save ${kind.toUpperCase()}`,
                onSelect: () => void save(kind),
              }))}
            />
          </div>
        </header>
        {large && legend.length > 0 && <Legend items={legend} />}
        {failure !== null && (
          <p className="figure-failure" role="alert">
            {failure}
          </p>
        )}
        <div ref={setBody} className="figure-body">
          <LargeContext value={large}>{children}</LargeContext>
        </div>
      </section>
      {large && <div className={`figure-place${className}`} style={{ height: place }} />}
    </>
  );
}
