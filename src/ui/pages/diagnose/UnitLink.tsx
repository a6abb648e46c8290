/** A unit as a link to its card: its number, and what the person calls it. */
import { useCurrentRun } from '../../../state/current';
import type { RunModel } from '../../../state/run_record';
import { useUnitNames } from '../../parts/unit_names';
import { groupHref } from './diagnosed';

export interface UnitLinkProps {
  readonly model: RunModel;
  readonly unit: number;
}

export function UnitLink({ model, unit }: UnitLinkProps) {
  const nameOf = useUnitNames(useCurrentRun((run) => run.id));
  const name = nameOf(model.index, unit);
  return (
    <a href={groupHref(model, unit)} title={name === '' ? undefined : name}>
      {unit}
      {name !== '' && <span className="unit-name"> {name}</span>}
    </a>
  );
}
