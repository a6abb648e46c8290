/** One row of settings: label with symbol and hint, control at the right, complaint below. */
import { useId, type ReactNode } from 'react';
import { Hint } from './Hint';
import type { SettingText } from './setting_texts';

export interface FieldProps {
  readonly text: SettingText;
  /** A mark behind the label, for instance "live". */
  readonly mark?: ReactNode;
  /** The control; it takes the ids that tie it to its label and its description. */
  readonly children: (ids: { readonly id: string; readonly describedBy: string }) => ReactNode;
}

export function Field({ text, mark, children }: FieldProps) {
  const id = useId();
  const describedBy = `${id}-meaning`;
  return (
    <div className="field">
      <Hint text={text.meaning} formula={text.formula} source={text.source} side="right">
        <label className="field-label" htmlFor={id}>
          {text.label}
          {text.symbol !== undefined && <span className="field-symbol">{text.symbol}</span>}
          {text.unit !== undefined && <span className="quiet">, {text.unit}</span>}
          {mark}
        </label>
      </Hint>
      <span className="visually-hidden" id={describedBy}>
        {text.meaning}
      </span>
      {children({ id, describedBy })}
    </div>
  );
}
