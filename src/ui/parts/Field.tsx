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
    // The whole row has the hint, so that it opens beside the panel and covers no setting.
    <Hint text={text.meaning} formula={text.formula} source={text.source} side="right">
      <div className="field">
        <label className="field-label" htmlFor={id}>
          {text.label}
          {text.symbol !== undefined && <Symbol text={text.symbol} />}
          {text.unit !== undefined && <span className="quiet">, {text.unit}</span>}
          {mark}
        </label>
        <span className="visually-hidden" id={describedBy}>
          {text.meaning}
        </span>
        {children({ id, describedBy })}
      </div>
    </Hint>
  );
}

/** A symbol of the mathematics; what follows an underscore is set as its index. */
function Symbol({ text }: { readonly text: string }) {
  const [base, index] = text.split('_');
  return (
    <span className="field-symbol">
      {base}
      {index !== undefined && <sub>{index}</sub>}
    </span>
  );
}
