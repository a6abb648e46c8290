/**
 * The card around a figure: its title (with formula and source on hover), small controls, and the menu that saves it
 * as SVG, PNG or CSV. Whatever the figure draws inside, in svg or canvas, is saved; it need not know this card.
 */
import { useState } from 'react';
import { describeError } from '../../base/lab_error';
import { csvText, figurePng, figureSvg, saveFile } from '../../io/figure_export';
import { Hint } from '../parts/Hint';
import { Menu } from '../parts/Menu';
import type { FigureFrameProps } from './frame_props';
import './figure.css';

export function FigureFrame(props: FigureFrameProps) {
  const { title, hint, csv, legend = [], controls, children, variant = 'card', className } = props;
  const [body, setBody] = useState<HTMLDivElement | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const name = props.fileName ?? fileNameOf(title);

  const kinds = csv === undefined ? (['svg', 'png'] as const) : (['svg', 'png', 'csv'] as const);
  const save = async (kind: 'svg' | 'png' | 'csv') => {
    setFailure(null);
    try {
      if (kind === 'csv') {
        if (csv !== undefined) saveFile(csvText(csv()), `${name}.csv`, 'text/csv;charset=utf-8');
      } else if (body !== null) {
        const text = { title, legend };
        if (kind === 'svg') saveFile(figureSvg(body, text), `${name}.svg`, 'image/svg+xml');
        else saveFile(await figurePng(body, text), `${name}.png`, 'image/png');
      }
    } catch (error) {
      const { message, wayOut } = describeError(error);
      setFailure(`${message} ${wayOut}`);
    }
  };

  return (
    <section
      className={`figure${className === undefined ? '' : ` ${className}`}`}
      data-variant={variant}
    >
      <header>
        <h3>
          {hint === undefined ? (
            title
          ) : (
            <Hint {...(typeof hint === 'string' ? { text: hint } : hint)}>
              <button type="button" className="figure-hinted">
                {title}
              </button>
            </Hint>
          )}
        </h3>
        <div className="figure-controls">
          {controls}
          <Menu
            trigger={
              <button type="button" className="figure-menu-button" aria-label={`Save ${title}`}>
                ⋯
              </button>
            }
            actions={kinds.map((kind) => ({
              label: `Save ${kind.toUpperCase()}`,
              onSelect: () => void save(kind),
            }))}
          />
        </div>
      </header>
      {failure !== null && (
        <p className="figure-failure" role="alert">
          {failure}
        </p>
      )}
      <div ref={setBody} className="figure-body">
        {children}
      </div>
    </section>
  );
}

function fileNameOf(title: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['figure'];
  return words.join('-');
}
