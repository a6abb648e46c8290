/** An on/off setting: the browser's own checkbox in the form of a switch. */
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
    <input
      type="checkbox"
      role="switch"
      id={id}
      className="switch"
      checked={checked}
      onChange={(event) => onChange(event.target.checked)}
      disabled={disabled === true}
      aria-label={label}
      aria-describedby={describedBy}
    />
  );
}
