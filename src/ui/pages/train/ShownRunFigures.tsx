/** Tells the figures of the Train page which run they are of. */
import type { ReactNode } from 'react';
import { FiguresOf } from '../../plots/FiguresOf';
import { useShownRun } from './shown_run';

export function ShownRunFigures({ children }: { readonly children: ReactNode }) {
  const run = useShownRun(({ name }) => name);
  const step = useShownRun((shown) => shown.step);
  return (
    <FiguresOf run={run} step={step}>
      {children}
    </FiguresOf>
  );
}
