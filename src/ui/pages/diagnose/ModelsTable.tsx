/** A table with a column for each model: the frame of what stands side by side at the head of the page. */
import type { ReactNode } from 'react';
import type { DiagnosedModel } from './diagnosed';
import { ModelMark } from './Section';

export interface ModelsTableProps {
  /** What it is called for those who do not see it. */
  readonly label: string;
  /** The first cell: a title, and what can be done. */
  readonly head: ReactNode;
  readonly models: readonly DiagnosedModel[];
  /** Whether its numbers are of models that are others by now: they stand back. */
  readonly old?: boolean;
  /** Rows, each with a head and a cell for every model. */
  readonly children: ReactNode;
}

export function ModelsTable({ label, head, models, old = false, children }: ModelsTableProps) {
  return (
    <div className="panel overview-part">
      <table aria-label={label} data-old={old}>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {models.map(({ model }) => (
              <th key={model.index} scope="col">
                <span>
                  <ModelMark index={model.index} />
                  {model.name}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
