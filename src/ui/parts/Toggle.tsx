/** An on/off setting, on radix-ui's Switch. */
import { Switch } from 'radix-ui';

export interface ToggleProps {
  readonly id?: string | undefined;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly describedBy?: string | undefined;
}

export function Toggle({ id, checked, onChange, label, disabled, describedBy }: ToggleProps) {
  return (
    <Switch.Root
      id={id}
      className="switch"
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled === true}
      aria-label={label}
      aria-describedby={describedBy}
    >
      <Switch.Thumb className="switch-thumb" />
    </Switch.Root>
  );
}
