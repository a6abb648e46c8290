/**
 * The card around a figure: its title (with formula and source on hover), small controls, and the menu that saves it
 * as SVG, PNG or CSV. Whatever the figure draws inside, in svg or canvas, is saved; it need not know this card.
 */
import { DropdownMenu, Tooltip } from 'radix-ui';
import { useRef, useState } from 'react';
import { describeError } from '../../base/lab_error';
import { csvText, figurePng, figureSvg, saveFile } from '../../io/figure_export';
import type { FigureFrameProps } from './props';
import './plots.css';

export function FigureFrame(props: FigureFrameProps) {
  const { title, hint, csv, legend = [], controls, children, variant = 'card', className } = props;
  const body = useRef<HTMLDivElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const name = props.fileName ?? fileNameOf(title);

  const save = async (kind: 'svg' | 'png' | 'csv') => {
    setFailure(null);
    try {
      if (kind === 'csv') {
        if (csv !== undefined) saveFile(csvText(csv()), `${name}.csv`, 'text/csv;charset=utf-8');
      } else if (body.current !== null) {
        const text = { title, legend };
        if (kind === 'svg') saveFile(figureSvg(body.current, text), `${name}.svg`, 'image/svg+xml');
        else saveFile(await figurePng(body.current, text), `${name}.png`, 'image/png');
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
        <h3>{hint === undefined ? title : <Hinted title={title} hint={hint} />}</h3>
        <div className="figure-controls">
          {controls}
          <DropdownMenu.Root modal={false}>
            <DropdownMenu.Trigger className="figure-menu-button" aria-label={`Save ${title}`}>
              ⋯
            </DropdownMenu.Trigger>
            <DropdownMenu.Portal>
              <DropdownMenu.Content className="figure-menu" align="end" sideOffset={4}>
                <DropdownMenu.Item onSelect={() => void save('svg')}>Save SVG</DropdownMenu.Item>
                <DropdownMenu.Item onSelect={() => void save('png')}>Save PNG</DropdownMenu.Item>
                {csv !== undefined && (
                  <DropdownMenu.Item onSelect={() => void save('csv')}>Save CSV</DropdownMenu.Item>
                )}
              </DropdownMenu.Content>
            </DropdownMenu.Portal>
          </DropdownMenu.Root>
        </div>
      </header>
      {failure !== null && (
        <p className="figure-failure" role="alert">
          {failure}
        </p>
      )}
      <div ref={body} className="figure-body">
        {children}
      </div>
    </section>
  );
}

function Hinted({ title, hint }: { readonly title: string; readonly hint: string }) {
  return (
    <Tooltip.Provider delayDuration={300}>
      <Tooltip.Root>
        <Tooltip.Trigger className="figure-hinted">{title}</Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content className="figure-hint" align="start" sideOffset={4}>
            {hint}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}

function fileNameOf(title: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['figure'];
  return words.join('-');
}
