/**
 * A framed part of a page under a head: its title, with what it means on hover, what belongs beside the title, and
 * small controls at the end. Figures have a frame of their own (plots/FigureFrame), with the same look. What has no
 * head takes the class `panel` alone; its style comes with that of the controls (main.tsx).
 */
import { useId, type ReactNode } from 'react';
import { Hint } from './Hint';
import type { MeasureText } from './Measure';

export interface PanelHeadProps {
  readonly title: ReactNode;
  /** Formula and source of what is shown. */
  readonly hint?: MeasureText | undefined;
  /** After the title: a quiet sentence, or the choice of what is shown. */
  readonly beside?: ReactNode;
  /** At the end of the line. */
  readonly actions?: ReactNode;
  /** Depth of the heading; 2 unless told. */
  readonly level?: 2 | 3;
  readonly titleId?: string;
}

export function PanelHead({ title, hint, beside, actions, level = 2, titleId }: PanelHeadProps) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <header className="panel-head">
      {hint === undefined ? (
        <Heading className="panel-title" id={titleId}>
          {title}
        </Heading>
      ) : (
        <Hint {...hint}>
          <Heading className="panel-title" id={titleId} tabIndex={0}>
            {title}
          </Heading>
        </Hint>
      )}
      {beside}
      {actions !== undefined && actions !== false && <div className="panel-actions">{actions}</div>}
    </header>
  );
}

export interface PanelProps extends Omit<PanelHeadProps, 'titleId'> {
  readonly className?: string;
  /** `large` for the few parts that a page is made of, which are landmarks of it; `small` unless told. */
  readonly size?: 'small' | 'large';
  /** Whether the content reaches the edges: a table, a list that scrolls. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

export function Panel({ className, size = 'small', flush, children, ...head }: PanelProps) {
  const titleId = useId();
  return (
    <section
      className={className === undefined ? 'panel' : `panel ${className}`}
      data-size={size}
      data-flush={flush === true}
      aria-labelledby={size === 'large' ? titleId : undefined}
    >
      <PanelHead {...head} titleId={titleId} />
      {children}
    </section>
  );
}
