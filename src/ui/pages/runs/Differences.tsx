/** In what the chosen runs differ: the settings that not all of them have alike, and only those, one column a run. */
import { useMemo } from 'react';
import { Icon } from '../../parts/Icon';
import { differencesOf } from './differences';
import type { RunFacts } from './run_facts';
import { toggleChosen } from './runs_view';

export function Differences({ chosen }: { readonly chosen: readonly RunFacts[] }) {
  const rows = useMemo(() => differencesOf(chosen.map(({ run }) => run)), [chosen]);
  if (chosen.length < 2) return null;
  return (
    <section className="runs-differences" aria-label="Settings that differ">
      <table>
        <thead>
          <tr>
            <th scope="col">
              {rows.length === 0 ? 'All settings are the same' : 'Settings that differ'}
            </th>
            {chosen.map(({ run }) => (
              <th scope="col" key={run.id}>
                <span className="cut" title={run.name}>
                  {run.name}
                </span>
                <button
                  type="button"
                  className="button button-icon"
                  aria-label={`Choose ${run.name} no longer`}
                  onClick={() => toggleChosen(run.id)}
                >
                  <Icon name="close" size={12} />
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ path, label, values }) => (
            <tr key={path}>
              <th scope="row" title={path}>
                {label}
              </th>
              {values.map(({ text, changed }, run) => (
                <td
                  key={run}
                  data-changed={changed}
                  title={changed ? `Changed while it ran: ${text}` : text}
                >
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
