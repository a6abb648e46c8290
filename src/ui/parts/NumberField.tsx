/**
 * A field for one number, written as people write it (`256k`, `2e-3`, `1/32`). It hands over every
 * readable number as it is typed; on leaving it shows the exact value again. Up and
 * down step it. What cannot be read is said under the field and never handed over.
 */
import { useId, useState, type KeyboardEvent } from 'react';
import { readNumber, writeNumber } from '../../base/number_text';
import { stepped } from './number_step';

export interface NumberFieldProps {
  readonly id?: string | undefined;
  /** Undefined shows `automatic`. */
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  /** Placeholder of an empty field; without it the field must hold a number. */
  readonly automatic?: string | undefined;
  /** Hands a number over only when the field is left or Enter is pressed: for runs that are going. */
  readonly onLeaving?: boolean | undefined;
  /** Up and down double and halve instead of adding one. */
  readonly doubling?: boolean | undefined;
  /** What the schema says against the value. */
  readonly issue?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly describedBy?: string | undefined;
}

export function NumberField(props: NumberFieldProps) {
  const { id, value, onChange, automatic, doubling, issue, disabled, describedBy, onLeaving } =
    props;
  const [typed, setTyped] = useState<string | null>(null);
  const issueId = useId();

  const shown = typed ?? (value === undefined ? '' : writeNumber(value));
  const unreadable = typed !== null && complaint(typed, automatic !== undefined);
  const wrong = unreadable || issue;

  const handOver = (text: string) => {
    if (text.trim() === '' && automatic !== undefined) onChange(undefined);
    const number = readNumber(text);
    if (number !== undefined && number !== value) onChange(number);
  };
  const change = (text: string) => {
    setTyped(text);
    if (onLeaving !== true) handOver(text);
  };
  const finish = () => {
    if (typed !== null && onLeaving === true) handOver(typed);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') finish();
    if (event.key === 'Escape') setTyped(null);
    if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.select();
    if ((event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || value === undefined) return;
    event.preventDefault();
    setTyped(null);
    onChange(stepped(value, event.key === 'ArrowUp' ? 1 : -1, doubling === true));
  };

  return (
    <span className="number-field">
      <input
        id={id}
        className="control number-input"
        type="text"
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        value={shown}
        placeholder={automatic}
        disabled={disabled}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={[describedBy, wrong ? issueId : undefined].filter(Boolean).join(' ')}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={finish}
      />
      {wrong && (
        <span className="field-issue" id={issueId} role="alert">
          {wrong}
        </span>
      )}
    </span>
  );
}

function complaint(text: string, mayBeEmpty: boolean): string | false {
  if (text.trim() === '') return mayBeEmpty ? false : 'A number is needed here.';
  return readNumber(text) === undefined && 'Not a number. Examples: 64, 256k, 2e-3, 1/32.';
}
