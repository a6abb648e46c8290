/** Tells all figures inside what they are about; see `figure_source.ts`. */
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import type { FigureSource } from './figure_source';

const SourceContext = createContext<FigureSource>({});

interface FiguresOfProps extends FigureSource {
  readonly children: ReactNode;
}

export function FiguresOf({ data, run, model, unit, step, rows, split, children }: FiguresOfProps) {
  const outer = useContext(SourceContext);
  const source = useMemo<FigureSource>(
    () => ({
      data: data ?? outer.data,
      run: run ?? outer.run,
      model: model ?? outer.model,
      unit: unit ?? outer.unit,
      step: step ?? outer.step,
      rows: rows ?? outer.rows,
      split: split ?? outer.split,
    }),
    [outer, data, run, model, unit, step, rows, split],
  );
  return <SourceContext value={source}>{children}</SourceContext>;
}

/** What the figures here are about. */
export function useFigureSource(): FigureSource {
  return useContext(SourceContext);
}
