/** Tells the figures of the Train page which run they are of. */
import type { ReactNode } from 'react';
import { FiguresOf } from '../../plots/FiguresOf';
import { useShownProbe } from './shown_checkpoint';
import { useShownRun } from './shown_run';

export function ShownRunFigures({ children }: { readonly children: ReactNode }) {
  const run = useShownRun(({ name }) => name);
  const now = useShownRun((shown) => shown.step);
  const step = useShownProbe()?.step ?? now;
  return (
    <FiguresOf run={run} step={step}>
      {children}
    </FiguresOf>
  );
}
