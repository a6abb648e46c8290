/** The notices in the corner, on radix-ui's Toast: read aloud, dismissed by swipe, key or time. */
import { Toast } from 'radix-ui';
import { closeNotice, useNotices, type Notice } from '../../state/notices_store';
import { Icon } from '../parts/Icon';

/** Milliseconds that an undo stays on offer; errors stay until they are closed. */
const SHOWN_FOR = 8000;

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <Toast.Provider swipeDirection="right" label="Notice">
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
      <Toast.Viewport className="notices" />
    </Toast.Provider>
  );
}

function NoticeCard({ notice }: { readonly notice: Notice }) {
  const { id, tone, title, detail, action } = notice;
  return (
    <Toast.Root
      className="notice"
      data-tone={tone}
      type={tone === 'error' ? 'foreground' : 'background'}
      duration={tone === 'error' ? Number.POSITIVE_INFINITY : SHOWN_FOR}
      onOpenChange={(open) => {
        if (!open) closeNotice(id);
      }}
    >
      <Toast.Title className="notice-title">{title}</Toast.Title>
      {detail !== undefined && (
        <Toast.Description className="notice-detail">{detail}</Toast.Description>
      )}
      {action !== undefined && (
        <Toast.Action
          className="button button-quiet notice-action"
          altText={action.label}
          onClick={() => closeNotice(id, true)}
        >
          {action.label}
        </Toast.Action>
      )}
      <Toast.Close className="button button-icon notice-close" aria-label="Close notice">
        <Icon name="close" />
      </Toast.Close>
    </Toast.Root>
  );
}
