/** Units as links to their cards: the first few, and one link to all of them. */
import { Fragment } from 'react';
import type { RunModel } from '../../../state/run_record';
import { FILTERABLE, filterOf, groupsHref } from './diagnosed';
import { UnitLink } from './UnitLink';

export interface UnitLinksProps {
  readonly model: RunModel;
  readonly units: readonly number[];
  /** Links that are written out; default 6. */
  readonly most?: number;
  /** Filter that shows all of them; default: their numbers. */
  readonly filter?: string;
}

export function UnitLinks({ model, units, most = 6, filter }: UnitLinksProps) {
  const all = filter ?? (units.length <= FILTERABLE ? filterOf(units) : null);
  const more = units.length - most;
  return (
    <>
      {units.slice(0, most).map((unit, index) => (
        <Fragment key={unit}>
          {index > 0 && ', '}
          <UnitLink model={model} unit={unit} />
        </Fragment>
      ))}
      {more > 0 && (
        <>
          {' '}
          {all === null ? `and ${more} more` : <a href={groupsHref(model, all)}>and {more} more</a>}
        </>
      )}
    </>
  );
}
