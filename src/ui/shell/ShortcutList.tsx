/** All shortcuts that work on the page shown. */
import { Fragment } from 'react';
import { Modal } from '../parts/Modal';
import { useShortcutGroups } from '../shortcuts';
import './shortcuts.css';

export interface ShortcutListProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function ShortcutList({ open, onOpenChange }: ShortcutListProps) {
  const groups = useShortcutGroups();
  return (
    <Modal open={open} onOpenChange={onOpenChange} title="Keyboard">
      {groups.map((group) => (
        <section key={group.title} className="shortcut-group">
          <h3 className="section-title">{group.title}</h3>
          <dl className="shortcut-list">
            {group.shortcuts.map(({ keys, label }) => (
              <Fragment key={keys}>
                <dt>
                  {keys.split(' ').map((key, index) => (
                    <Fragment key={`${index} ${key}`}>
                      {index > 0 && <span className="quiet"> then </span>}
                      <kbd>{key}</kbd>
                    </Fragment>
                  ))}
                </dt>
                <dd>{label}</dd>
              </Fragment>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
