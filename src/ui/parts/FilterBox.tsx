/**
 * The search and filter box, with what is wrong with the text directly under the place it is about, how
 * many rows pass, and the language on one card behind the question mark.
 */
import { Popover } from 'radix-ui';
import { useId, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { formatInteger } from '../plots/format';
import { Icon } from './Icon';
import type { FilterProblem } from './filter_tokens';
import './filter.css';

/** The language on one card. */
export interface FilterHelp {
  readonly examples: readonly (readonly [example: string, meaning: string])[];
  /** "group, freq, norm". */
  readonly fields: string;
}

export interface FilterBoxProps {
  readonly text: string;
  readonly problem: FilterProblem | null;
  readonly shown: number;
  readonly total: number;
  /** What the rows of the table are: "groups", "runs". */
  readonly rowsName: string;
  readonly placeholder: string;
  readonly help: FilterHelp;
  /** The order of what was found, in words; null where that needs not be said. */
  readonly order: string | null;
  /** At the right of the line below. */
  readonly aside: ReactNode;
  readonly onChange: (text: string) => void;
  readonly ref: Ref<HTMLInputElement>;
}

export function FilterBox(props: FilterBoxProps) {
  const { text, problem, shown, total, rowsName, order, onChange, ref } = props;
  const id = useId();
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter' || (event.key === 'Escape' && text === '')) {
      event.currentTarget.blur();
    } else if (event.key === 'Escape') {
      onChange('');
    }
  };
  return (
    <div className="filter" role="search">
      <div className="filter-frame">
        <input
          ref={ref}
          className="control filter-input"
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={500}
          value={text}
          placeholder={props.placeholder}
          aria-label={`Search or filter the ${rowsName}`}
          aria-invalid={problem !== null}
          aria-describedby={id}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {text === '' ? (
          <FilterCard {...props.help} />
        ) : (
          <button
            type="button"
            className="button button-icon filter-button"
            aria-label="Clear the filter"
            onClick={() => onChange('')}
          >
            <Icon name="close" size={14} />
          </button>
        )}
      </div>
      <div className="filter-below">
        <p className="filter-say" id={id} role="status" data-bad={problem !== null}>
          {problem !== null ? (
            <>
              {problem.message}
              <Excerpt text={text} problem={problem} />
            </>
          ) : (
            (text.trim() !== '' || order !== null) && (
              <>
                {formatInteger(shown)} of {formatInteger(total)} {rowsName}
                {order !== null && shown > 1 && `, ${order}`}
              </>
            )
          )}
        </p>
        {props.aside}
      </div>
    </div>
  );
}

/** The text with the characters that the complaint is about marked. */
function Excerpt({ text, problem }: { readonly text: string; readonly problem: FilterProblem }) {
  const { start, end } = problem;
  const marked = text.slice(start, end);
  return (
    <code className="filter-excerpt" aria-hidden="true">
      {text.slice(Math.max(0, start - 24), start)}
      <mark>{marked === '' ? '…' : marked}</mark>
      {text.slice(end, end + 24)}
    </code>
  );
}

function FilterCard({ examples, fields }: FilterHelp) {
  return (
    <Popover.Root>
      <Popover.Trigger
        className="button button-icon filter-button"
        aria-label="What can be written here"
      >
        ?
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu filter-help" align="end" sideOffset={6}>
          <dl>
            {examples.map(([example, meaning]) => (
              <div key={example}>
                <dt>
                  <code>{example}</code>
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
          <p className="quiet">Fields: {fields}.</p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
