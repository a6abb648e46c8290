/** The bar on top of every page: where one is, what the engine runs on, and what is always at hand. */
import { Fragment } from 'react';
import { useRuns } from '../../state/runs_store';
import { formatBytes } from '../plots/format';
import { copyLink } from '../link_sync';
import { pages } from '../page_registry';
import { Hint } from '../parts/Hint';
import { Icon } from '../parts/Icon';
import { hrefOf, useParam } from '../route';
import { AdapterChip } from './AdapterChip';
import { ThemeSwitch } from './ThemeSwitch';

export interface HeaderProps {
  /** Id of the page shown. */
  readonly page: string;
  readonly onShowShortcuts: () => void;
}

export function Header({ page, onShowShortcuts }: HeaderProps) {
  // The links carry the experiment, so they follow the address.
  useParam('run');
  return (
    <header className="header">
      <a className="logo" href={hrefOf('train')}>
        <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
          <circle className="logo-ring" cx="10" cy="10" r="7.5" />
          <circle className="logo-core" cx="10" cy="10" r="2.6" />
        </svg>
        <span>SASA Lab</span>
      </a>
      <nav className="nav" aria-label="Pages">
        {pages.map(({ id, title }) => (
          <a key={id} href={hrefOf(id)} aria-current={id === page ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <div className="header-right">
        <AdapterChip />
        <MemoryInUse />
        <button className="button button-quiet" type="button" onClick={() => void copyLink()}>
          <Icon name="link" />
          <span className="header-word">Copy link</span>
        </button>
        <Hint text="Keyboard shortcuts (?)">
          <button
            className="button button-icon"
            type="button"
            aria-label="Keyboard shortcuts"
            onClick={onShowShortcuts}
          >
            <Icon name="keyboard" />
          </button>
        </Hint>
        <ThemeSwitch />
      </div>
    </header>
  );
}

/** Bytes that the runs of this visit hold on the GPU. */
function MemoryInUse() {
  const bytes = useRuns(({ runs }) =>
    Object.values(runs).reduce(
      (sum, run) =>
        run.inEngine && run.origin === 'session' ? sum + (run.estimate?.bytes ?? 0) : sum,
      0,
    ),
  );
  if (bytes === 0) return <Fragment />;
  return (
    <Hint text="GPU memory held by the runs of this visit. Delete a run to free its part.">
      <span className="header-memory" tabIndex={0}>
        {formatBytes(bytes)}
      </span>
    </Hint>
  );
}
