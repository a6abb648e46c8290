/** An on/off setting: the browser's own checkbox in the form of a switch. */
export interface ToggleProps {
  readonly id: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly describedBy: string;
}

export function Toggle({ id, checked, onChange, describedBy }: ToggleProps) {
  return (
    <input
      type="checkbox"
      role="switch"
      id={id}
      className="switch"
      checked={checked}
      onChange={(event) => onChange(event.target.checked)}
      aria-describedby={describedBy}
    />
  );
}
