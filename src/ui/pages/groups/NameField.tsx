/** What a person calls a unit: a press makes it a field; an empty one takes the name away. */
import { useState } from 'react';
import { NAME_LIMIT } from '../../../lab/run/annotations';
import { nameUnit, type AnnotatedUnit } from './annotation_edits';

export interface NameFieldProps {
  readonly at: AnnotatedUnit;
  /** '' for none. */
  readonly name: string;
}

export function NameField({ at, name }: NameFieldProps) {
  const [text, setText] = useState<string | null>(null);
  if (text === null) {
    return (
      <button
        type="button"
        className={name === '' ? 'card-tag card-tag-new' : 'card-name'}
        title={name === '' ? `Give this ${at.unitName} a name` : 'Change its name'}
        onClick={() => setText(name)}
      >
        {name === '' ? '+ name' : name}
      </button>
    );
  }
  const keep = () => {
    nameUnit(at, text);
    setText(null);
  };
  return (
    <input
      className="control card-tag-input card-name-input"
      type="text"
      aria-label={`Name of ${at.unitName} ${at.unit}`}
      autoComplete="off"
      maxLength={NAME_LIMIT}
      autoFocus
      value={text}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep();
        if (event.key === 'Escape') setText(null);
      }}
    />
  );
}
