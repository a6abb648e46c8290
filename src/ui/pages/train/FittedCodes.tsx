/**
 * What the dictionaries of a run are worth with better codes than their encoders give, for all models alike: asked for, since
 * it takes a while, and shown beside the models' own codes.
 */
import type { HeldOutView } from '../../parts/held_out';
import { formatFixed } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import {
  bitsText,
  HEADLINE_LOSS,
  ratedCodes,
  type RatedCodes,
  type RatedModel,
} from './rate_curves';

const NAMES = ['plain', 'least squares', 'prune2'];

interface FittedCodesProps {
  readonly models: readonly RatedModel[];
  readonly view: HeldOutView;
}

export function FittedCodes({ models, view }: FittedCodesProps) {
  const measured = models.every(({ report }) => report.codes !== undefined);
  return (
    <div className="panel rate-parts rate-codes">
      {measured && <Table models={models} />}
      <p className="quiet">
        {!measured && <b>Fitted codes. </b>}
        Least squares fits the codes of the columns that the gate chose; prune2 chooses the units
        anew from twice as many. A code then depends on its neighbours. Bits are counted at a loss
        of {HEADLINE_LOSS} of the explained variance (EV) beside them.{' '}
        <Action view={view} measured={measured} />
      </p>
    </div>
  );
}

interface ActionProps {
  readonly view: HeldOutView;
  readonly measured: boolean;
}

/** How far it is, or what can be done. */
function Action({ view, measured }: ActionProps) {
  const { progress, fitting, fittable, current, fit, cancel } = view;
  if (progress !== null && fitting) {
    return (
      <>
        <span role="status">{Math.round(100 * progress.fraction)} % measured </span>
        <button type="button" className="link-button" onClick={cancel}>
          Cancel
        </button>
      </>
    );
  }
  if (progress !== null || !fittable || (measured && current)) return null;
  return (
    <button type="button" className="link-button" onClick={fit}>
      Measure both for all models
    </button>
  );
}

function Table({ models }: Pick<FittedCodesProps, 'models'>) {
  return (
    <table aria-label="Codes by least squares">
      <thead>
        <tr>
          <th scope="col">Fitted codes</th>
          {NAMES.map((name) => (
            <th key={name} scope="colgroup" colSpan={2}>
              {name}
            </th>
          ))}
        </tr>
        <tr>
          <th />
          {NAMES.map((name) => [
            <th key={`${name} EV`} scope="col">
              EV
            </th>,
            <th key={`${name} bits`} scope="col">
              bits
            </th>,
          ])}
        </tr>
      </thead>
      <tbody>
        {ratedCodes(models).map(({ model: { name, index }, all }) => (
          <tr key={index}>
            <th scope="row">
              <span className="swatch" style={{ background: modelColor(index) }} />
              {name}
            </th>
            {all.map((codes) => (
              <Cells key={codes.codes} {...codes} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cells({ rated, reason }: RatedCodes) {
  const { explained_variance: explained = null, bits_per_token: bits, not_defined } = rated ?? {};
  return (
    <>
      <td title={reason ?? not_defined?.['explained_variance']}>
        {explained === null ? '–' : formatFixed(explained, 3)}
      </td>
      <td title={reason ?? not_defined?.['bits_per_token']}>{bitsText(bits)}</td>
    </>
  );
}
