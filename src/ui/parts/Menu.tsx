/** A button that opens a menu of actions, on radix-ui's DropdownMenu. */
import { DropdownMenu } from 'radix-ui';
import { Fragment, type ReactNode } from 'react';

export interface MenuAction {
  readonly label: string;
  readonly onSelect: () => void;
  readonly detail?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly danger?: boolean | undefined;
  /** Draws a line above it. */
  readonly separated?: boolean | undefined;
}

export interface MenuProps {
  /** The button that opens it; one element that takes a ref and props. */
  readonly trigger: ReactNode;
  readonly actions: readonly MenuAction[];
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, actions, align = 'end' }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          {actions.map((action) => (
            <Fragment key={`${action.label} ${action.detail ?? ''}`}>
              {action.separated === true && <DropdownMenu.Separator className="menu-line" />}
              <DropdownMenu.Item
                className={`menu-item ${action.danger === true ? 'button-danger' : ''}`}
                disabled={action.disabled === true}
                onSelect={action.onSelect}
              >
                <span>{action.label}</span>
                {action.detail !== undefined && <span className="quiet">{action.detail}</span>}
              </DropdownMenu.Item>
            </Fragment>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
