/**
 * A tooltip with meaning, formula and source, on whatever it wraps. It opens on hover and on keyboard
 * focus; its text is also the description that assistive technology reads.
 */
import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import './hint.css';

export interface HintProps {
  /** What it means, in a sentence. */
  readonly text: string;
  readonly formula?: string | undefined;
  /** Where the definition is from. */
  readonly source?: string | undefined;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  /** As wide as what it explains and gone as soon as the pointer leaves that: for rows of a narrow panel. */
  readonly inRow?: boolean;
  /** One element that takes a ref and props. */
  readonly children: ReactNode;
}

export function Hint({ text, formula, source, side = 'bottom', inRow, children }: HintProps) {
  return (
    <Tooltip.Root disableHoverableContent={inRow === true}>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          className="hint"
          data-in-row={inRow === true}
          side={side}
          align={inRow === true ? 'start' : 'center'}
          sideOffset={inRow === true ? 2 : 8}
          collisionPadding={8}
        >
          <span>{text}</span>
          {formula !== undefined && <span className="hint-formula">{formula}</span>}
          {source !== undefined && <span className="hint-source">{source}</span>}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
