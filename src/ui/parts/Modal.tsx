/** A dialog over the page, on radix-ui's Dialog: focus stays inside, Escape closes, focus returns. */
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon } from './Icon';
import './modal.css';

export interface ModalProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** One line below the title. */
  readonly description?: string | undefined;
  readonly children: ReactNode;
}

export function Modal({ open, onOpenChange, title, description, children }: ModalProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="modal-veil" />
        <Dialog.Content
          className="modal"
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className="modal-head">
            <Dialog.Title className="modal-title">{title}</Dialog.Title>
            <Dialog.Close className="button button-icon" aria-label="Close">
              <Icon name="close" />
            </Dialog.Close>
          </header>
          {description !== undefined && (
            <Dialog.Description className="quiet modal-description">
              {description}
            </Dialog.Description>
          )}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
