/**
 * The frame around every page: header, notices, the shortcut list, and the page that the address names. It
 * knows the pages only through their registry.
 */
import { Tooltip } from 'radix-ui';
import { Suspense, useEffect, useState } from 'react';
import { pages, type PageEntry } from './page_registry';
import { enlargeFigure } from './plots/figure_stage';
import { navigate, useRoute } from './route';
import { Carrying } from './shell/Carrying';
import { DropTarget } from './shell/DropTarget';
import { Header } from './shell/Header';
import { LinkBanner } from './shell/LinkBanner';
import { focusNewestNotice, Notices } from './shell/Notices';
import { PageErrorBoundary } from './shell/PageErrorBoundary';
import { ShortcutList } from './shell/ShortcutList';
import { useCopyOfferNotices } from './shell/use_copy_offers';
import { WaitingBanner } from './shell/WaitingBanner';
import { useShortcutListener, useShortcuts } from './shortcuts';
import { useThemeOnRoot } from './theme';
import './shell/shell.css';

export function App() {
  useThemeOnRoot();
  useCopyOfferNotices();
  useShortcutListener();
  const [listOpen, setListOpen] = useState(false);
  useShortcuts('Everywhere', [
    ...pages.map(({ id, title, key }) => ({
      keys: `g ${key}`,
      label: `Go to ${title}`,
      run: () => navigate(id),
    })),
    { keys: 'n', label: 'Go to the newest notice', run: focusNewestNotice },
    {
      keys: 'f',
      label: 'Fill the window with the figure in focus or under the pointer, or leave it',
      run: enlargeFigure,
    },
    { keys: '?', label: 'Show this list', run: () => setListOpen(true) },
  ]);
  const entry = usePage();

  return (
    <Tooltip.Provider delayDuration={350} skipDelayDuration={150}>
      <a className="skip-link" href="#content" onClick={focusContent}>
        Skip to the page
      </a>
      <Header page={entry?.id ?? ''} onShowShortcuts={() => setListOpen(true)} />
      <div className="banners">
        <LinkBanner />
        <WaitingBanner />
      </div>
      <div className="content" id="content" tabIndex={-1}>
        {entry !== undefined && (
          <PageErrorBoundary key={entry.id}>
            <Suspense fallback={<div className="page-loading" aria-busy="true" />}>
              <entry.Page />
            </Suspense>
          </PageErrorBoundary>
        )}
      </div>
      <ShortcutList open={listOpen} onOpenChange={setListOpen} />
      <Carrying />
      <Notices />
      <DropTarget />
    </Tooltip.Provider>
  );
}

/** The page that the address names, else the first; the tab's title says which. */
function usePage(): PageEntry | undefined {
  const { page } = useRoute();
  const entry = pages.find(({ id }) => id === page) ?? pages[0];
  const title = entry?.title;
  useEffect(() => {
    document.title = title === undefined ? 'SASA Lab' : `${title} · SASA Lab`;
  }, [title]);
  return entry;
}

/** The hash is the address of a page, so the skip link moves the focus itself. */
function focusContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
