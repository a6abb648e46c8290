/** A section of the Diagnose page: its question, and the models side by side below it. */
import type { ReactNode } from 'react';
import { FiguresOf } from '../../plots/FiguresOf';
import { modelColor } from '../../plots/palette';
import type { DiagnosedModel } from './diagnosed';

export interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** The question that the section answers, in one sentence. */
  readonly question: string;
  readonly children: ReactNode;
}

export function Section({ id, title, question, children }: SectionProps) {
  return (
    <section
      className="diagnose-section"
      id={`diagnose-${id}`}
      aria-labelledby={`${id}-title`}
      tabIndex={-1}
    >
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        <p>{question}</p>
      </header>
      {children}
    </section>
  );
}

export interface ModelColumnsProps {
  readonly models: readonly DiagnosedModel[];
  readonly children: (diagnosed: DiagnosedModel) => ReactNode;
}

/** One column per model, under its name. */
export function ModelColumns({ models, children }: ModelColumnsProps) {
  return (
    <div className="diagnose-columns" data-count={models.length}>
      {models.map((diagnosed) => (
        <div key={diagnosed.model.index} className="diagnose-column">
          <h3 className="diagnose-model">
            <ModelMark index={diagnosed.model.index} />
            {diagnosed.model.name}
          </h3>
          <FiguresOf
            model={diagnosed.model.name}
            step={diagnosed.step}
            rows={diagnosed.analysedRows}
            split={diagnosed.split}
          >
            {children(diagnosed)}
          </FiguresOf>
        </div>
      ))}
    </div>
  );
}

/** The colour of a model. */
export function ModelMark({ index }: { readonly index: number }) {
  return <span className="swatch" style={{ background: modelColor(index) }} aria-hidden="true" />;
}
