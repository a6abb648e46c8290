/** A choice of one among few, on radix-ui's Select: full keyboard, one line an option, optional detail. */
import { Select } from 'radix-ui';
import { Icon } from './Icon';
import './choice.css';

export interface ChoiceOption<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly disabled?: boolean | undefined;
}

export interface ChoiceProps<V extends string> {
  readonly id?: string | undefined;
  readonly value: V;
  readonly options: readonly ChoiceOption<V>[];
  readonly onChange: (value: V) => void;
  /** Name for assistive technology when no label points at `id`. */
  readonly label?: string | undefined;
  /** `wide` fills its container, `small` sits in a row of settings, `quiet` has no frame. */
  readonly variant?: 'wide' | 'small' | 'quiet';
  readonly describedBy?: string | undefined;
}

export function Choice<V extends string>(props: ChoiceProps<V>) {
  const { id, value, options, onChange, label, variant = 'wide' } = props;
  return (
    <Select.Root
      value={value}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next);
        if (option !== undefined) onChange(option.value);
      }}
    >
      <Select.Trigger
        id={id}
        className={`control choice choice-${variant}`}
        aria-label={label}
        aria-describedby={props.describedBy}
      >
        <Select.Value>{options.find((option) => option.value === value)?.label}</Select.Value>
        <Icon name="chevron" />
      </Select.Trigger>
      <Select.Portal>
        <Select.Content className="menu choice-menu" position="popper" sideOffset={4}>
          <Select.Viewport>
            {options.map((option) => (
              <Select.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled === true}
                className="menu-item choice-item"
              >
                <Select.ItemIndicator className="choice-check">
                  <Icon name="check" />
                </Select.ItemIndicator>
                <Select.ItemText>{option.label}</Select.ItemText>
                {option.detail !== undefined && (
                  <span className="choice-detail">{option.detail}</span>
                )}
              </Select.Item>
            ))}
          </Select.Viewport>
        </Select.Content>
      </Select.Portal>
    </Select.Root>
  );
}
