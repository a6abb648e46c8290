/**
 * One measured number with what it is called: rounded to read, exact on hover, with its formula and
 * source, and, where there is something behind it, a link to that. Reached by the keyboard, because the
 * explanation must be.
 */
import { formatExact } from '../plots/format';
import { Hint } from './Hint';
import './measure.css';

/** What a number means: a sentence, a formula, a source. */
export interface MeasureText {
  readonly text: string;
  readonly formula?: string | undefined;
  readonly source?: string | undefined;
}

export interface MeasureProps {
  /** Null where it is not defined. */
  readonly value: number | null;
  /** What is shown where it is not defined; a dash unless told. */
  readonly undefinedAs?: string | undefined;
  readonly format: (value: number) => string;
  /** What stands under the number. */
  readonly label: string;
  readonly text: MeasureText;
  /** Where the things behind the number are shown. */
  readonly href?: string | undefined;
}

export function Measure({ value, undefinedAs, format, label, text, href }: MeasureProps) {
  const shown = value === null ? (undefinedAs ?? '–') : format(value);
  const content = (
    <>
      <b>{shown}</b>
      <span>{label}</span>
    </>
  );
  return (
    <Hint {...text} text={withExact(text.text, value, shown)}>
      {href === undefined ? (
        <div className="measure" tabIndex={0}>
          {content}
        </div>
      ) : (
        <a className="measure" href={href}>
          {content}
        </a>
      )}
    </Hint>
  );
}

/** The meaning, and the number in full where rounding hid something. */
export function withExact(text: string, value: number | null, shown: string): string {
  if (value === null) return `${text} Not defined here.`;
  const exact = formatExact(value);
  return exact === shown ? text : `${text} In full: ${exact}.`;
}
