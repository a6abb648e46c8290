/** The numbers of all models side by side, each with its meaning on hover and the groups behind it. */
import { useMemo } from 'react';
import { csvText, saveFile } from '../../../io/figure_export';
import type { HeldOutView } from '../../parts/held_out';
import { Hint } from '../../parts/Hint';
import { withExact } from '../../parts/Measure';
import { formatInteger, formatNumber } from '../../plots/format';
import { groupsHref, type DiagnosedModel } from './diagnosed';
import { HeldOutTable } from './HeldOutTable';
import { overviewLines, type OverviewLine, type OverviewPart } from './overview';
import { ModelsTable } from './ModelsTable';
import { overviewTable } from './overview_table';

export interface OverviewTableProps {
  readonly models: readonly DiagnosedModel[];
  /** Held-out quality of the run's models. */
  readonly quality: HeldOutView;
}

export function OverviewTable({ models, quality }: OverviewTableProps) {
  const lines = useMemo(() => overviewLines(models.map(({ diagnosis }) => diagnosis)), [models]);
  const save = () => {
    const table = overviewTable(models, quality.answers);
    saveFile(csvText(table), 'diagnosis.csv', 'text/csv;charset=utf-8');
  };
  const part = (name: OverviewPart, title: string) => {
    const own = lines.filter((line) => line.part === name);
    return own.length === 0 ? null : (
      <OverviewPartTable title={title} lines={own} models={models} onSave={save} />
    );
  };
  return (
    <div className="overview">
      <div className="overview-column">
        <HeldOutTable models={models} view={quality} />
        {part('features', 'Known features')}
      </div>
      {part('dictionary', 'Dictionary')}
    </div>
  );
}

interface OverviewPartTableProps {
  readonly title: string;
  readonly lines: readonly OverviewLine[];
  readonly models: readonly DiagnosedModel[];
  readonly onSave: () => void;
}

function OverviewPartTable({ title, lines, models, onSave }: OverviewPartTableProps) {
  return (
    <ModelsTable
      label={title}
      models={models}
      head={
        <>
          {title}
          <button type="button" className="button button-quiet" onClick={onSave}>
            Save CSV
          </button>
        </>
      }
    >
      {lines.map((line) => (
        <tr key={line.id}>
          <th scope="row">
            <Hint {...line.text} side="right">
              <span tabIndex={0}>{line.label}</span>
            </Hint>
          </th>
          {models.map((diagnosed) => (
            <td key={diagnosed.model.index}>
              <OverviewCell line={line} diagnosed={diagnosed} />
            </td>
          ))}
        </tr>
      ))}
    </ModelsTable>
  );
}

/** A count by chance may be a fraction; next to nothing is 0. */
function chanceText(chance: number, format: (value: number) => string): string {
  if (format !== formatInteger) return format(chance);
  return chance < 0.005 ? '0' : formatNumber(chance, 2);
}

interface OverviewCellProps {
  readonly line: OverviewLine;
  readonly diagnosed: DiagnosedModel;
}

function OverviewCell({ line, diagnosed: { model, diagnosis } }: OverviewCellProps) {
  const value = line.value(diagnosis);
  if (value === null) return <span className="quiet">–</span>;
  const shown = line.format(value);
  const filter = line.filter?.(diagnosis) ?? null;
  const chance = line.chance?.(diagnosis) ?? null;
  const details = [
    line.detail?.(diagnosis),
    chance === null ? undefined : `chance ${chanceText(chance, line.format)}`,
  ].filter((detail) => detail !== undefined);
  return (
    <>
      <Hint {...line.text} text={withExact(line.text.text, value, shown)}>
        {filter === null ? (
          <b tabIndex={0}>{shown}</b>
        ) : (
          <a href={groupsHref(model, filter)}>{shown}</a>
        )}
      </Hint>
      {details.length > 0 && <span className="quiet"> {details.join(', ')}</span>}
    </>
  );
}
