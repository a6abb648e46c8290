/** One row of settings: label with symbol and hint, control at the right, complaint below. */
import { useId, type ReactNode } from 'react';
import { Hint } from './Hint';
import type { SettingText } from '../../base/setting';

/** A mark behind the label, for instance "live". */
interface FieldMark {
  readonly text: string;
  readonly title: string;
}

export interface FieldProps {
  readonly text: SettingText;
  readonly mark?: FieldMark | undefined;
  /** The control; it takes the ids that tie it to its label and its description. */
  readonly children: (ids: { readonly id: string; readonly describedBy: string }) => ReactNode;
}

export function Field({ text, mark, children }: FieldProps) {
  const id = useId();
  const describedBy = `${id}-meaning`;
  return (
    // The whole row has the hint, which opens under it inside the panel: the control and the curves stay in sight.
    <Hint inRow text={text.meaning} formula={text.formula} source={text.source}>
      <div className="field">
        <label className="field-label" htmlFor={id}>
          <span className="visually-hidden">{spokenName(text, mark?.text)}</span>
          <span aria-hidden="true">
            {text.label}
            {text.symbol !== undefined && <Symbol text={text.symbol} />}
            {text.unit !== undefined && <span className="quiet">, {text.unit}</span>}
            {mark !== undefined && (
              <span className="field-mark" title={mark.title}>
                {mark.text}
              </span>
            )}
          </span>
        </label>
        <span className="visually-hidden" id={describedBy}>
          {text.meaning}
        </span>
        {children({ id, describedBy })}
      </div>
    </Hint>
  );
}

/** A setting as it is read aloud: label, symbol, unit and mark, parted as words. */
function spokenName({ label, symbol, unit }: SettingText, mark?: string): string {
  return [label, symbol?.replaceAll('_', ' '), unit, mark]
    .filter((part) => part !== undefined)
    .join(', ');
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
