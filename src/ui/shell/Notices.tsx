/**
 * The notices in the corner. They are read aloud as they come; errors stay until they are closed, others go
 * by themselves, but not while the page is hidden, nor while the pointer or the focus is on one of them. Escape closes the one in focus.
 */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { closeNotice, useNotices, type Notice } from '../../state/notices_store';
import { Icon } from '../parts/Icon';
import './notices.css';

/** Milliseconds that a notice, or an undo in it, stays on offer. */
const SHOWN_FOR = 8000;

/** Moves the focus to the newest notice, if there is one. */
export function focusNewestNotice(): void {
  document.querySelector<HTMLElement>('.notices li:last-child button')?.focus();
}

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <div className="notices" aria-live="polite" aria-relevant="additions">
      {notices.length > 0 && <NoticeList notices={notices} />}
    </div>
  );
}

/** On the page while there are notices: the last one that goes takes pointer and focus with it. */
function NoticeList({ notices }: { readonly notices: readonly Notice[] }) {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  // What nobody could see is still to be seen.
  const hidden = useSyncExternalStore(onVisibility, () => document.hidden);
  return (
    <ol
      className="notice-list"
      aria-label="Notices"
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={({ currentTarget, relatedTarget }) => {
        setFocused(relatedTarget instanceof Node && currentTarget.contains(relatedTarget));
      }}
    >
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} held={pointed || focused || hidden} />
      ))}
    </ol>
  );
}

function onVisibility(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
}

function NoticeCard({ notice, held }: { readonly notice: Notice; readonly held: boolean }) {
  const { id, tone, title, detail, action } = notice;
  const stays = held || tone === 'error' || notice.stays === true;
  useEffect(() => {
    if (stays) return undefined;
    const timer = setTimeout(() => closeNotice(id), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [id, stays]);
  return (
    <li
      className="notice"
      data-tone={tone}
      role={tone === 'error' ? 'alert' : undefined}
      onKeyDown={(event) => {
        if (event.key === 'Escape') closeNotice(id);
      }}
    >
      <p className="notice-title">{title}</p>
      {detail !== undefined && <p className="notice-detail">{detail}</p>}
      {action !== undefined && (
        <button
          type="button"
          className="button notice-action"
          onClick={() => closeNotice(id, true)}
        >
          {action.label}
        </button>
      )}
      <button
        type="button"
        className="button button-icon notice-close"
        aria-label="Close notice"
        onClick={() => closeNotice(id)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
