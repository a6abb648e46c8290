/**
 * A field that finds a group by number or by a word it is strongest on, and chooses it: a combobox with its
 * list below, by mouse or keyboard.
 */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Icon } from '../../parts/Icon';
import { searchGroups, type GroupOption } from './group_search';

export interface GroupPickerProps {
  /** What the field is for, to tell two of them apart by name. */
  readonly name: string;
  readonly group: number | null;
  readonly options: readonly GroupOption[];
  readonly unitName: 'group' | 'latent';
  /** Name of the chosen one, "" while nothing is known of it. */
  readonly label: string;
  readonly onChoose: (group: number | null) => void;
}

export function GroupPicker(props: GroupPickerProps) {
  const { name, group, options, unitName, label, onChoose } = props;
  const [query, setQuery] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const open = query !== null;
  const matches = open ? searchGroups(options, query) : [];
  const chosen = group === null ? '' : `${group}${label === '' ? '' : `  ${label}`}`;

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, open]);

  const choose = (option: GroupOption | undefined) => {
    if (option === undefined) return;
    setQuery(null);
    onChoose(option.group);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      if (!open) setQuery('');
      else setActive(Math.max(0, Math.min(matches.length - 1, active + step)));
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      choose(matches[active]);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      setQuery(null);
    }
  };
  return (
    <div className="picker">
      <input
        className="control text-input picker-input"
        data-text-search
        role="combobox"
        aria-label={name}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && matches.length > 0 ? `${id}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={`Find a ${unitName}: number, name or token`}
        value={query ?? chosen}
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => {
          if (!open) setQuery('');
        }}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setQuery(null)}
      />
      {group !== null && !open && (
        <button
          type="button"
          className="button button-icon picker-clear"
          aria-label={`Choose no ${unitName}`}
          onClick={() => onChoose(null)}
        >
          <Icon name="close" size={14} />
        </button>
      )}
      {open && (
        <ul className="menu picker-list" id={`${id}-list`} role="listbox" ref={list}>
          {matches.map((option, index) => (
            <li
              key={option.group}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              className="menu-item picker-item"
              data-highlighted={index === active ? '' : undefined}
              onPointerMove={() => setActive(index)}
              // Before the field loses the focus, which would close the list.
              onPointerDown={(event) => {
                event.preventDefault();
                choose(option);
              }}
            >
              <span className="picker-number">{option.group}</span>
              <span className="cut">{option.label}</span>
              <span className="quiet">{option.detail}</span>
            </li>
          ))}
          {matches.length === 0 && (
            <li className="picker-none quiet">
              No {unitName} has this number or name, or is strongest on such a token.
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
